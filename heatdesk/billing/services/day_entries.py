"""The entries of one day, as rows to read."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from heatdesk.auth.models import Staff
from heatdesk.billing.models import Account, Entry, Journal, LedgerAccount, Season
from heatdesk.billing.services.takings import journals_of_day
from heatdesk.db import db


def select_entries(branch_id: int, day: date, *, code: str = "") -> Select[Any]:
    """Rows in the order they were written; with `code` those that move this ledger account."""
    columns: tuple[Any, ...] = (
        Entry.id,
        Entry.journal_id,
        Entry.debit,
        Entry.credit,
        Entry.amount,
        Entry.account_id,
        Journal.kind,
        Journal.recorded_at,
        Journal.memo,
        Staff.name.label("actor"),
        Account.card_no,
        Season.code.label("season"),
    )
    moved = [or_(Entry.debit == code, Entry.credit == code)] if code else []
    return (
        select(*columns)
        .join(Journal, Journal.id == Entry.journal_id)
        .join(Staff, Staff.id == Journal.actor_id)
        .outerjoin(Account, Account.id == Entry.account_id)
        .outerjoin(Season, Season.id == Entry.season_id)
        .where(*journals_of_day(branch_id, day), *moved)
        .order_by(Journal.id, Entry.id)
    )


def ledger_accounts() -> Sequence[LedgerAccount]:
    """The chart, by code."""
    return list(db.session.scalars(select(LedgerAccount).order_by(LedgerAccount.code)))
