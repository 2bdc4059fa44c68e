"""What the authority owes for subsidies (政府补贴): claimed by season and kind, handed in as a list, and received."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from heatdesk.auth.models import Staff
from heatdesk.billing.errors import MoreThanClaimed, NoBranch
from heatdesk.billing.models import Account, Adjustment, Charge, Season, SubsidyReceipt
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services import ledger
from heatdesk.db import db, get_or_refuse
from heatdesk.money import ZERO, format_money
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer

_KIND = Adjustment.facts["kind"].astext


def claims(branch: Any) -> list[Any]:
    """Rows of (season_id, code, kind, households, claimed, received, outstanding), the newest season first;
    `branch` makes the condition for a column of branch ids.
    """
    granted = _granted(branch).subquery()
    claimed = (
        select(
            granted.c.season_id,
            granted.c.kind,
            func.count().filter(granted.c.amount > 0).label("households"),
            func.sum(granted.c.amount).label("claimed"),
        )
        .group_by(granted.c.season_id, granted.c.kind)
        .subquery()
    )
    paid = (
        select(
            SubsidyReceipt.season_id, SubsidyReceipt.kind, func.sum(SubsidyReceipt.amount).label("received")
        )
        .where(branch(SubsidyReceipt.branch_id))
        .group_by(SubsidyReceipt.season_id, SubsidyReceipt.kind)
        .subquery()
    )
    received = func.coalesce(paid.c.received, ZERO)
    both = (paid.c.season_id == claimed.c.season_id) & (paid.c.kind == claimed.c.kind)
    query = (
        select(
            claimed,
            Season.code,
            received.label("received"),
            (claimed.c.claimed - received).label("outstanding"),
        )
        .join(Season, Season.id == claimed.c.season_id)
        .outerjoin(paid, both)
        .where((claimed.c.claimed != 0) | (received != 0))
        .order_by(Season.starts_on.desc(), claimed.c.kind)
    )
    return list(db.session.execute(query))


def claim(season_id: int, kind: str, branch: Any) -> Any:
    """One of the rows, or None."""
    rows = [row for row in claims(branch) if (row.season_id, row.kind) == (season_id, kind)]
    return rows[0] if rows else None


def households(season_id: int, kind: str, branch: Any) -> Select[Any]:
    """The list for the authority: rows of (account_id, card_no, name, id_number, address, amount), by card number."""
    granted = _granted(branch).subquery()
    query: Select[Any] = (
        select(
            Account.id.label("account_id"),
            Account.card_no,
            Customer.name,
            Customer.id_number,
            Premises.address,
            granted.c.amount,
        )
        .join(granted, granted.c.account_id == Account.id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
        .where(granted.c.season_id == season_id, granted.c.kind == kind, granted.c.amount > 0)
        .order_by(Account.card_no)
    )
    return query


def receipts(season_id: int, kind: str, branch: Any) -> list[Any]:
    """Rows of (SubsidyReceipt, name of who booked it), the newest first."""
    query = (
        select(SubsidyReceipt, Staff.name)
        .join(Staff, Staff.id == SubsidyReceipt.recorded_by)
        .where(
            SubsidyReceipt.season_id == season_id,
            SubsidyReceipt.kind == kind,
            branch(SubsidyReceipt.branch_id),
        )
        .order_by(SubsidyReceipt.id.desc())
    )
    return list(db.session.execute(query))


def receive(season_id: int, kind: str, amount: Decimal, reference: str, *, by: Staff) -> SubsidyReceipt:
    """Book money of the authority on the branch's open day: 1002 ← 1221.1 (posting 23).

    Raises `NoBranch`, `DayNotOpen`, and `MoreThanClaimed` when more comes than is outstanding.
    """
    if by.branch_id is None:
        raise NoBranch
    season = get_or_refuse(Season, season_id, lock=True)
    row = claim(season_id, kind, lambda column: column == by.branch_id)
    left = ZERO if row is None else row.outstanding
    if amount > left:
        raise MoreThanClaimed(left=format_money(left))
    journal = ledger.post(
        JournalKind.SUBSIDY_RECEIVED,
        [
            ledger.movement(
                LedgerCode.BANK,
                LedgerCode.SUBSIDY_RECEIVABLE,
                amount,
                season_id=season.id,
                item=Item.SUBSIDY.value,
            )
        ],
        branch_id=by.branch_id,
        by=by.id,
        memo=f"{kind} {reference}",
    )
    receipt = SubsidyReceipt(
        branch_id=by.branch_id,
        season_id=season.id,
        kind=kind,
        amount=amount,
        reference=reference,
        journal_id=journal.id,
        recorded_by=by.id,
    )
    db.session.add(receipt)
    db.session.flush()
    return receipt


def _granted(branch: Any) -> Select[Any]:
    """(season_id, account_id, kind, amount) of every household: what its bill was relieved of, by its newest grant."""
    relieved = (
        select(Charge.season_id, Charge.account_id, func.sum(-Charge.amount).label("amount"))
        .where(Charge.item == Item.SUBSIDY)
        .group_by(Charge.season_id, Charge.account_id)
        .subquery()
    )
    standing = case((Adjustment.withdrawn_by.is_(None), 0), else_=1)
    newest = (
        select(Adjustment.season_id, Adjustment.account_id, _KIND.label("kind"))
        .where(Adjustment.item == Item.SUBSIDY)
        .ext(distinct_on(Adjustment.season_id, Adjustment.account_id))
        .order_by(Adjustment.season_id, Adjustment.account_id, standing, Adjustment.id.desc())
        .subquery()
    )
    same = (relieved.c.season_id == newest.c.season_id) & (relieved.c.account_id == newest.c.account_id)
    return (
        select(newest.c.season_id, newest.c.account_id, newest.c.kind, relieved.c.amount)
        .join(relieved, same)
        .join(Account, Account.id == newest.c.account_id)
        .where(branch(Account.branch_id))
    )
