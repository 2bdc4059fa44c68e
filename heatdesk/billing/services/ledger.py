"""Posting: the one way into the books (design decision 4, reliability.md §5)."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, insert, literal, select

from heatdesk.billing.errors import DayNotOpen, NothingToPost
from heatdesk.billing.models import BusinessDay, Entry, Journal
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode, Movement
from heatdesk.billing.rules.workflow import DayState
from heatdesk.db import db

_ROWS_PER_STATEMENT = 1000


def business_date(branch_id: int) -> date:
    """The branch's open business day; raises `DayNotOpen`. Money is booked on it, never on the clock's date."""
    day = db.session.scalar(
        select(BusinessDay.day).where(BusinessDay.branch_id == branch_id, BusinessDay.state == DayState.OPEN)
    )
    if day is None:
        raise DayNotOpen
    return day


def movement(
    debit: LedgerCode,
    credit: LedgerCode,
    amount: Decimal,
    *,
    season_id: int | None = None,
    account_id: int | None = None,
    item: str | None = None,
) -> Movement:
    """A movement of `amount` yuan; a negative amount is the same movement the other way round."""
    if amount < 0:
        debit, credit, amount = credit, debit, -amount
    return Movement(debit, credit, amount, season_id, account_id, item)


def post(
    kind: JournalKind,
    movements: Sequence[Movement],
    *,
    branch_id: int,
    by: int,
    request_id: uuid.UUID | None = None,
    reverses: int | None = None,
    till_shift_id: int | None = None,
    memo: str = "",
) -> Journal:
    """Write one journal on the open business day; bill and prepayment totals follow by trigger.

    Movements of zero are left out. Raises `DayNotOpen` and `NothingToPost`. The caller has locked the accounts.
    """
    moving = [one for one in movements if one.amount]
    if not moving:
        raise NothingToPost
    journal = _begin(
        Journal(
            kind=kind,
            branch_id=branch_id,
            business_date=business_date(branch_id),
            actor_id=by,
            request_id=request_id,
            reverses=reverses,
            till_shift_id=till_shift_id,
            memo=memo,
        )
    )
    for start in range(0, len(moving), _ROWS_PER_STATEMENT):
        rows = [
            {"journal_id": journal.id, **one._asdict()} for one in moving[start : start + _ROWS_PER_STATEMENT]
        ]
        db.session.execute(insert(Entry).values(rows))
    return journal


def post_selected(
    kind: JournalKind, movements: Select[Any], *, branch_id: int, by: int, memo: str = ""
) -> Journal:
    """Write one journal with the movements a query finds, for which lists would be too long.

    The query's columns are those of `Movement`: debit, credit, amount, season_id, account_id, item. Raises
    `DayNotOpen` and `NothingToPost`. Nobody else can see the accounts yet, or the caller has locked them.
    """
    day = business_date(branch_id)
    journal = _begin(Journal(kind=kind, branch_id=branch_id, business_date=day, actor_id=by, memo=memo))
    found = movements.subquery()
    columns = [literal(journal.id).label("journal_id"), *(found.c[name] for name in Movement._fields)]
    written = db.session.execute(
        insert(Entry).from_select(["journal_id", *Movement._fields], select(*columns), include_defaults=False)
    )
    if not written.rowcount:  # type: ignore[attr-defined]
        raise NothingToPost
    return journal


def _begin(journal: Journal) -> Journal:
    """Give the journal its number."""
    db.session.add(journal)
    db.session.flush()
    return journal


def movements_of(journal_id: int) -> list[Movement]:
    """The entries of a journal, in the order they were written."""
    rows = db.session.execute(
        select(Entry.debit, Entry.credit, Entry.amount, Entry.season_id, Entry.account_id, Entry.item)
        .where(Entry.journal_id == journal_id)
        .order_by(Entry.id)
    )
    return [Movement(LedgerCode(row[0]), LedgerCode(row[1]), *row[2:]) for row in rows]
