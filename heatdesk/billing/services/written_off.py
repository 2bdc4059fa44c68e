"""Debts written off and still claimed (账销案存): their list, and claiming them again when somebody pays."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, Select, func, select

from heatdesk.approvals.models import ChangeRequest
from heatdesk.auth.models import Staff
from heatdesk.billing.errors import ClaimedAgain
from heatdesk.billing.models import Account, Adjustment, Bill, DebtRecovery, Season
from heatdesk.billing.rules.ledger import JournalKind
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services import accounts, assessments
from heatdesk.billing.services.adjustments import recovered
from heatdesk.db import db
from heatdesk.errors import Missing
from heatdesk.money import ZERO, format_money
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer

_written_off = -Adjustment.facts["amount"].astext.cast(Numeric(14, 2))
_left = _written_off - recovered


def listed(branch: Any, *, words: str = "", only_left: bool = True) -> Select[Any]:
    """Rows of debts, the newest first; `branch` is the condition that keeps them to the reader's."""
    query: Select[Any] = (
        select(
            Adjustment.id,
            Adjustment.account_id,
            Adjustment.granted_at,
            Adjustment.facts["grounds"].astext.label("grounds"),
            _written_off.label("amount"),
            recovered.label("recovered"),
            _left.label("left"),
            Account.card_no,
            Customer.name,
            Premises.address,
            Season.code.label("season"),
            ChangeRequest.id.label("request_id"),
            ChangeRequest.number,
        )
        .join(Account, Account.id == Adjustment.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
        .join(Season, Season.id == Adjustment.season_id)
        .join(ChangeRequest, ChangeRequest.id == Adjustment.change_request_id)
        .where(Adjustment.item == Item.BAD_DEBT, Adjustment.withdrawn_by.is_(None), branch)
        .order_by(Adjustment.id.desc())
    )
    if only_left:
        query = query.where(_left > 0)
    if words:
        query = query.where((Account.card_no == words) | Customer.name.contains(words, autoescape=True))
    return query


def total(query: Select[Any]) -> Decimal:
    """What the rows of a list are still claimed for, yuan."""
    rows = query.order_by(None).subquery()
    return db.session.scalar(select(func.coalesce(func.sum(rows.c.left), ZERO))) or ZERO


def find(debt_id: int, branch: Any) -> Any:
    """One row of the list; raises `Missing`."""
    row = db.session.execute(listed(branch, only_left=False).where(Adjustment.id == debt_id)).first()
    if row is None:
        raise Missing
    return row


def left_of(account_id: int) -> Decimal:
    """What of the account's debts is written off and not claimed again, yuan."""
    rows = listed(Adjustment.account_id == account_id)
    return total(rows)


def claim_again(debt_id: int, amount: Decimal, *, by: Staff) -> None:
    """Make a part of a written-off debt due again (posting 20): the customer is about to pay it.

    Raises `Missing` outside the branch, `ClaimedAgain`, and what `assess` raises. Nobody loses by it, so it needs no
    second person; what is not paid then is owed like any other bill.
    """
    row = db.session.get(Adjustment, debt_id)
    if row is None or row.item is not Item.BAD_DEBT or row.withdrawn_by is not None:
        raise Missing
    accounts.get(row.account_id, by.branch_id, lock=True)
    left = db.session.scalar(select(_left).where(Adjustment.id == debt_id)) or ZERO
    if not ZERO < amount <= left:
        raise ClaimedAgain(left=format_money(left))
    db.session.add(DebtRecovery(adjustment_id=row.id, amount=amount, recorded_by=by.id))
    db.session.flush()
    number = db.session.scalars(
        select(ChangeRequest.number).where(ChangeRequest.id == row.change_request_id)
    ).one()
    assessments.assess(row.account_id, row.season_id, by=by.id, reason=number, kind=JournalKind.RECOVERY)


def due_of(account_id: int, season_id: int) -> Decimal:
    """What the account still owes for the season, yuan."""
    bill = db.session.get(Bill, (season_id, account_id), populate_existing=True)
    return ZERO if bill is None else bill.due
