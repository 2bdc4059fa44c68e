"""The entries of one day, as rows to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, or_, select

from heatdesk.auth.models import Staff
from heatdesk.billing.models import Account, Entry, Journal, LedgerAccount, Season
from heatdesk.billing.rules.ledger import JournalKind
from heatdesk.billing.services.takings import entries_of_day
from heatdesk.db import db


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One entry with what stands in its journal."""

    journal_id: int
    kind: JournalKind
    recorded_at: datetime
    actor: str
    debit: str
    credit: str
    amount: Decimal
    card_no: str | None
    season: str | None


def select_entries(branch_id: int, day: date, *, code: str = "") -> Select[Any]:
    """Entries by journal in the order written, for `in_full`; with `code` those that move this ledger account."""
    columns: tuple[Any, ...] = (
        *(Entry.journal_id, Entry.debit, Entry.credit, Entry.amount, Entry.account_id, Entry.season_id),
    )
    moved = [or_(Entry.debit == code, Entry.credit == code)] if code else []
    query = select(*columns).where(entries_of_day(branch_id, day), *moved)
    return query.order_by(Entry.journal_id, Entry.id)


def in_full(rows: Sequence[Any]) -> list[DayEntry]:
    """The rows of one page of `select_entries`, each with its journal, card number and season."""
    journals = {
        row.id: row
        for row in db.session.execute(
            select(Journal.id, Journal.kind, Journal.recorded_at, Staff.name)
            .join(Staff, Staff.id == Journal.actor_id)
            .where(Journal.id.in_({row.journal_id for row in rows}))
        )
    }
    cards = _named(Account.id, Account.card_no, {row.account_id for row in rows})
    seasons = _named(Season.id, Season.code, {row.season_id for row in rows})
    found = []
    for row in rows:
        journal = journals[row.journal_id]
        found.append(
            DayEntry(
                journal_id=row.journal_id,
                kind=journal.kind,
                recorded_at=journal.recorded_at,
                actor=journal.name,
                debit=row.debit,
                credit=row.credit,
                amount=row.amount,
                card_no=cards.get(row.account_id),
                season=seasons.get(row.season_id),
            )
        )
    return found


def select_all(branch_id: int, day: date, *, code: str = "") -> Select[Any]:
    """Every entry of the day in full, for a file."""
    rows = select_entries(branch_id, day, code=code).add_columns(Entry.id).order_by(None).subquery()
    return (
        select(
            rows,
            Journal.kind,
            Journal.recorded_at,
            Staff.name.label("actor"),
            Account.card_no,
            Season.code.label("season"),
        )
        .join(Journal, Journal.id == rows.c.journal_id)
        .join(Staff, Staff.id == Journal.actor_id)
        .outerjoin(Account, Account.id == rows.c.account_id)
        .outerjoin(Season, Season.id == rows.c.season_id)
        .order_by(rows.c.journal_id, rows.c.id)
    )


def _named(key: Any, name: Any, ids: set[Any]) -> dict[Any, str]:
    rows = db.session.execute(select(key, name).where(key.in_(ids)))
    return {number: written for number, written in rows}  # noqa: C416 (a row is more than a pair)


def ledger_accounts() -> Sequence[LedgerAccount]:
    """The chart, by code."""
    return list(db.session.scalars(select(LedgerAccount).order_by(LedgerAccount.code)))
