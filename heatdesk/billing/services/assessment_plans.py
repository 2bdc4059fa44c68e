"""What a bill should be beside what it was charged: read once for many accounts, compared item by item."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from heatdesk.billing.errors import TakenOver
from heatdesk.billing.models import Account, Bill, Charge, Season
from heatdesk.billing.rules.adjustments import Granted
from heatdesk.billing.rules.ledger import CHART, BillTotal, LedgerCode
from heatdesk.billing.rules.lines import Assessment, Line
from heatdesk.billing.rules.payers import PayerShare as Share
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services import adjustments, explanations
from heatdesk.billing.services.adjustments import Adjusted
from heatdesk.billing.services.charging import Charging
from heatdesk.billing.services.payer_shares import Shares
from heatdesk.db import db
from heatdesk.money import ZERO

INCOME = {
    Item.HEAT: LedgerCode.HEAT_INCOME,
    Item.BASIC_FEE: LedgerCode.BASIC_FEE_INCOME,
    Item.METERED_BASE: LedgerCode.HEAT_INCOME,
    Item.METERED_HEAT: LedgerCode.HEAT_INCOME,
    Item.SETTLEMENT: LedgerCode.HEAT_INCOME,
    Item.STEAM: LedgerCode.HEAT_INCOME,
    Item.SHORTFALL: LedgerCode.HEAT_INCOME,
    Item.CONNECTION: LedgerCode.CONNECTION_INCOME,
    Item.PAYER_SHARE: LedgerCode.PAYER_CLEARING,
    Item.DISCOUNT: LedgerCode.REDUCTION,
}
"""Where each item's money is earned. What is neither here nor an adjustment was charged for a reason of its own."""


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item of a bill: what was charged, what is due by the facts, and the lines that lead there."""

    item: str
    before: Decimal
    target: Decimal
    lines: tuple[Any, ...]
    revision: int

    @property
    def difference(self) -> Decimal:
        return self.target - self.before


class Plan:
    """What the accounts owe by the facts beside what they have been charged, read in a handful of queries."""

    def __init__(
        self,
        season: Season,
        accounts: Sequence[Account],
        *,
        also: Mapping[int, Sequence[Granted]] | None = None,
        without: Collection[int] = (),
        shared: Mapping[int, tuple[int, Share]] | None = None,
    ) -> None:
        """`also` (by account) and `without` (ids) are adjustments that are only tried: granted, withdrawn; `shared` is
        what an organisation would take over: account → (its account, share).
        """
        ids = [account.id for account in accounts]
        self.season = season
        self.charging = Charging(season, ids)
        self.shares = Shares(season, ids, tried=shared)
        self.accounts = {account.id: account for account in accounts}
        bills = select(Bill).where(Bill.season_id == season.id, Bill.account_id.in_(ids))
        fresh = bills.execution_options(populate_existing=True)
        self.bills = {bill.account_id: bill for bill in db.session.scalars(fresh)}
        self.charged: dict[int, dict[str, tuple[Decimal, int]]] = {}
        rows = db.session.execute(
            select(Charge.account_id, Charge.item, func.sum(Charge.amount), func.max(Charge.revision))
            .where(Charge.season_id == season.id, Charge.account_id.in_(ids))
            .group_by(Charge.account_id, Charge.item)
        )
        self.discounts: dict[int, tuple[Decimal, int]] = {}
        for account_id, item, amount, revision in rows:
            if item == Item.DISCOUNT:
                self.discounts[account_id] = (amount, revision)
            else:
                self.charged.setdefault(account_id, {})[item] = (amount, revision)
        self.adjusted = Adjusted(season, ids, self.charged, also=also, without=without)

    def changes(self, account_id: int) -> list[ItemChange]:
        """Every item of the account, changed or not. A bill from old books moves by stated amounts alone."""
        opening = self.opening(account_id)
        bill = self.area_bill(account_id)
        lines = [*bill.lines, *(line for _granted, line in self.adjustments(account_id, bill))]
        adjustments.refuse_beyond_bill(opening, lines)
        lines += self.shares.lines(account_id, Assessment(tuple(lines)), self.charging.facts)
        changes = self._compared(self.charged.get(account_id, {}), explanations.by_item(lines))
        changes += self._trimmed_discount(account_id, changes)
        if opening and not any(change.difference for change in changes):
            raise TakenOver(card_no=self.accounts[account_id].card_no, code=self.season.code)
        return changes

    def opening(self, account_id: int) -> Decimal:
        """What the bill was charged by the old books, yuan: no charge row of ours stands for it."""
        bill = self.bills.get(account_id)
        return ZERO if bill is None else bill.charged - self.adjusted.charged(account_id)

    def area_bill(self, account_id: int) -> Assessment:
        """What the supply costs, before anything granted; nothing where the old books have the bill."""
        return (
            Assessment(())
            if self.opening(account_id)
            else self.charging.assessment(self.accounts[account_id])
        )

    def adjustments(self, account_id: int, bill: Assessment) -> list[tuple[Granted, Line]]:
        """The lines of everything granted, each with what it follows from."""
        if self.opening(account_id):
            return self.adjusted.on_old_bill(self.accounts[account_id], self.charging.facts)
        return self.adjusted.lines(account_id, bill, self.charging)

    def totals(self, account_id: int, changes: Sequence[ItemChange]) -> tuple[Decimal, Decimal]:
        """What the bill would be charged and reduced by after these changes, whoever answers for it."""
        bill = self.bills.get(account_id)
        charged, reduced = (ZERO, ZERO) if bill is None else (bill.charged, bill.reduced)
        for change in (one for one in changes if one.item != Item.PAYER_SHARE):
            for code, amount in counterparts(self, account_id, change):
                if CHART[code].bill_total is BillTotal.REDUCED:
                    reduced -= amount
                else:
                    charged += amount
        return charged, reduced

    def _compared(
        self, charged: dict[str, tuple[Decimal, int]], grouped: dict[str, list[Line]]
    ) -> list[ItemChange]:
        changes = []
        for item in dict.fromkeys([*grouped, *filter(_follows_facts, charged)]):
            before, revision = charged.get(item, (ZERO, 0))
            lines = tuple(grouped.get(item, ()))
            target = sum((line.amount for line in lines), ZERO)
            changes.append(ItemChange(item, before, target, lines, revision + 1))
        return changes

    def _trimmed_discount(self, account_id: int, changes: Sequence[ItemChange]) -> list[ItemChange]:
        """An early-payment discount is a fact of its day, not reckoned again; but never more than is charged."""
        granted, revision = self.discounts.get(account_id, (ZERO, 0))
        most = sum((change.target for change in changes), self.opening(account_id))
        if not granted or -granted <= most:
            return []
        return [ItemChange(Item.DISCOUNT, granted, -most, (), revision + 1)]


def counterparts(plan: Plan, account_id: int, change: ItemChange) -> list[tuple[LedgerCode, Decimal]]:
    """The accounts that a change of an item moves, and by how much: income for what is charged."""
    if adjustments.is_adjustment(change.item):
        return plan.adjusted.counterparts(account_id, Item(change.item), change.difference, change.lines)
    return [(INCOME[Item(change.item)], change.difference)]


def _follows_facts(item: str) -> bool:
    """Whether an assessment reckons the item; a transferred debt, a secret reconnection were stated once."""
    return item in INCOME or adjustments.is_adjustment(item)


def moved_by(changes: Iterable[ItemChange]) -> Decimal:
    """By how many yuan all bills together move: what is taken over stands on two of them and moves none."""
    return sum((one.difference for one in changes if one.item != Item.PAYER_SHARE), ZERO)
