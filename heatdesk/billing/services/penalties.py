"""Penalties in the books: frozen when money moves, in the journal that moves it, or alone before a waiver.

The journal of a payment holds both what it froze and what it paid, so whatever mirrors it restores the balance and the
penalty together (decision 0131).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal

from sqlalchemy import insert, select

from heatdesk.billing.errors import PenaltyUsed
from heatdesk.billing.models import Bill, Penalty
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode, Movement
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services import ledger
from heatdesk.billing.services.standings import SeasonDue
from heatdesk.db import db
from heatdesk.money import ZERO, format_money


def freezing(account_id: int, bills: Iterable[SeasonDue]) -> list[Movement]:
    """The entries that book what these bills have gathered up to the day of their standing."""
    return [
        Movement(
            LedgerCode.PENALTY_RECEIVABLE,
            LedgerCode.PENALTY_INCOME,
            line.amount,
            bill.season_id,
            account_id,
            Item.PENALTY,
        )
        for bill in bills
        for line in bill.late.accruing
    ]


def record(account_id: int, bills: Iterable[SeasonDue], journal_id: int) -> None:
    """The lines behind `freezing`, with their steps."""
    rows = [
        {
            "season_id": bill.season_id,
            "account_id": account_id,
            "journal_id": journal_id,
            "starts_on": line.period.first,
            "ends_on": line.period.last,
            "days": line.days,
            "amount": line.amount,
            "steps": [asdict(step) for step in line.steps],
        }
        for bill in bills
        for line in bill.late.accruing
    ]
    if rows:
        db.session.execute(insert(Penalty), rows)


def freeze(account_id: int, bill: SeasonDue, *, branch_id: int, by: int) -> None:
    """Book what one bill has gathered in a journal of its own. The caller has locked the account."""
    movements = freezing(account_id, [bill])
    if movements:
        journal = ledger.post(JournalKind.PENALTY, movements, branch_id=branch_id, by=by)
        record(account_id, [bill], journal.id)


def waive(account_id: int, season_id: int, amount: Decimal, *, branch_id: int, by: int, memo: str) -> None:
    """Take `amount` off the frozen penalty of one bill. The caller has locked the account and frozen the penalty."""
    movement = Movement(
        LedgerCode.PENALTY_INCOME,
        LedgerCode.PENALTY_RECEIVABLE,
        amount,
        season_id,
        account_id,
        Item.PENALTY,
    )
    ledger.post(JournalKind.PENALTY_WAIVER, [movement], branch_id=branch_id, by=by, memo=memo)


def refuse_used(account_id: int, mirror: Sequence[Movement]) -> None:
    """What a journal froze must still be open before its mirror takes it back; raises `PenaltyUsed`."""
    moved: dict[int, Decimal] = defaultdict(Decimal)
    for one in mirror:
        if one.season_id is not None and LedgerCode.PENALTY_RECEIVABLE in (one.debit, one.credit):
            moved[one.season_id] += one.amount if one.debit == LedgerCode.PENALTY_RECEIVABLE else -one.amount
    open_penalties = db.session.execute(
        select(Bill.season_id, Bill.penalty).where(Bill.account_id == account_id, Bill.season_id.in_(moved))
    )
    for season_id, penalty in open_penalties:
        if penalty + moved[season_id] < ZERO:
            raise PenaltyUsed(amount=format_money(-moved[season_id] - penalty))
