"""Assessments: a bill is moved to what the dated facts say it should be, by the difference (design decision 5).

A suspension, a corrected area, a resumed flat: change the fact, assess again. Nothing here knows what changed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from heatdesk.billing.errors import RunUnderWay, SeasonIsClosed, TakenOver
from heatdesk.billing.models import Account, Bill, Charge, Season, SeasonRun
from heatdesk.billing.rules.charges import season_charge
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode, Movement
from heatdesk.billing.rules.lines import Assessment
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.terms import Term
from heatdesk.billing.rules.workflow import RunState, SeasonState
from heatdesk.billing.services import explanations, ledger, supply_facts, tariffs
from heatdesk.billing.services.charge_bases import basis_id
from heatdesk.db import db, get_or_refuse, lock_rows
from heatdesk.errors import Refusal
from heatdesk.money import ZERO

INCOME = {
    Item.HEAT: LedgerCode.HEAT_INCOME,
    Item.BASIC_FEE: LedgerCode.BASIC_FEE_INCOME,
    Item.DISCOUNT: LedgerCode.REDUCTION,
}
"""Where each item's money is earned. Other items of a bill were charged for a reason of their own, not by the facts."""


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


def preview(account_id: int, season_id: int) -> list[ItemChange]:
    """What `assess` would do, item by item; nothing is posted. Raises what the rules raise."""
    season = get_or_refuse(Season, season_id)
    plan = _Plan(season, [get_or_refuse(Account, account_id)])
    return plan.changes(account_id)


def preview_many(
    account_ids: Sequence[int], season_id: int, facts: Callable[[int, list[Term]], list[Term]]
) -> dict[int, tuple[Decimal, Decimal] | Refusal]:
    """What each account is charged and would be if `facts` turned its terms into others, or why that cannot be said.

    A handful of queries for all of them; nothing is written.
    """
    season = get_or_refuse(Season, season_id)
    rows = db.session.scalars(select(Account).where(Account.id.in_(account_ids)).order_by(Account.id))
    plan = _Plan(season, rows.all())
    found: dict[int, tuple[Decimal, Decimal] | Refusal] = {}
    for account_id in plan.accounts:
        plan.terms[account_id] = facts(account_id, plan.terms.get(account_id, []))
        try:
            changes = plan.changes(account_id)
        except Refusal as refusal:
            found[account_id] = refusal
            continue
        before = sum((change.before for change in changes), ZERO)
        found[account_id] = before, sum((change.target for change in changes), ZERO)
    return found


def assess(account_id: int, season_id: int, *, by: int, reason: str) -> Decimal:
    """Post the difference between what the facts make due and what has been charged; returns it, yuan, signed.

    Raises `RunUnderWay`, `SeasonIsClosed`, `TakenOver`, `DayNotOpen` and what the rules refuse.
    """
    _open_season(season_id)
    done = assess_many([account_id], season_id, by=by, reason=reason)
    if done.refusals:
        raise done.refusals[account_id]
    return done.differences.get(account_id, ZERO)


@dataclass(slots=True)
class Done:
    """What `assess_many` posted per account, and whom it could not assess and why."""

    differences: dict[int, Decimal]
    refusals: dict[int, Refusal]


def assess_many(account_ids: Sequence[int], season_id: int, *, by: int, reason: str) -> Done:
    """`assess` for several accounts: one journal per branch, a refusal keeps its account out of it."""
    season = get_or_refuse(Season, season_id)
    accounts = lock_rows(Account, Account.id.in_(account_ids), order_by=Account.id)
    plan = _Plan(season, accounts)
    done = Done({}, {})
    due: dict[int, list[ItemChange]] = {}
    for account in accounts:
        try:
            changes = [change for change in plan.changes(account.id) if change.difference]
        except Refusal as refusal:
            done.refusals[account.id] = refusal
            continue
        if changes:
            due[account.id] = changes
            done.differences[account.id] = sum((change.difference for change in changes), ZERO)
    for branch_id in sorted({account.branch_id for account in accounts if account.id in due}):
        members = [account.id for account in accounts if account.branch_id == branch_id and account.id in due]
        _post(plan, {account_id: due[account_id] for account_id in members}, branch_id, by, reason)
    return done


def _open_season(season_id: int) -> None:
    """Hold the season so that no run is released meanwhile; refuse while one posts, or when it is closed."""
    season = db.session.scalar(select(Season).where(Season.id == season_id).with_for_update(read=True))
    if season is None:
        get_or_refuse(Season, season_id)
        return
    if season.state == SeasonState.CLOSED:
        raise SeasonIsClosed(code=season.code)
    posting = db.session.scalar(
        select(SeasonRun.id).where(SeasonRun.season_id == season_id, SeasonRun.state == RunState.RELEASED)
    )
    if posting is not None:
        raise RunUnderWay(code=season.code)


class _Plan:
    """What the accounts owe by the facts beside what they have been charged, read in a handful of queries."""

    def __init__(self, season: Season, accounts: Sequence[Account]) -> None:
        ids = [account.id for account in accounts]
        self.season = season
        self.facts = supply_facts.season_facts(season)
        self.tariffs = tariffs.in_force(season)
        self.terms = supply_facts.terms_of(ids, self.facts)
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

    def changes(self, account_id: int) -> list[ItemChange]:
        """Every item that follows from the facts, changed or not."""
        charged = self.charged.get(account_id, {})
        bill = self.bills.get(account_id)
        if bill is not None and bill.charged != sum((amount for amount, _r in charged.values()), ZERO):
            raise TakenOver(card_no=self.accounts[account_id].card_no, code=self.season.code)
        grouped = explanations.by_item(self.assessment(account_id).lines)
        changes = []
        for item in dict.fromkeys([*grouped, *(item for item in charged if item in INCOME)]):
            before, revision = charged.get(item, (ZERO, 0))
            lines = tuple(grouped.get(item, ()))
            target = sum((line.amount for line in lines), ZERO)
            changes.append(ItemChange(item, before, target, lines, revision + 1))
        return [*changes, *self._trimmed_discount(account_id, changes)]

    def _trimmed_discount(self, account_id: int, changes: Sequence[ItemChange]) -> list[ItemChange]:
        """An early-payment discount is a fact of its day, not reckoned again; but never more than is charged."""
        granted, revision = self.discounts.get(account_id, (ZERO, 0))
        most = sum((change.target for change in changes), ZERO)
        if -granted <= most:
            return []
        return [ItemChange(Item.DISCOUNT, granted, -most, (), revision + 1)]

    def assessment(self, account_id: int) -> Assessment:
        account = self.accounts[account_id]
        if not is_eligible(account, self.season):
            return Assessment(())
        return season_charge(self.facts, self.terms.get(account_id, []), self.tariffs)


def is_eligible(account: Account, season: Season) -> bool:
    """Whether the account was open on some day of the season."""
    return account.opened_on <= season.ends_on and (
        account.closed_on is None or account.closed_on >= season.starts_on
    )


def _post(plan: _Plan, due: dict[int, list[ItemChange]], branch_id: int, by: int, reason: str) -> None:
    season = plan.season
    missing = [account_id for account_id in due if account_id not in plan.bills]
    if missing:
        rows = [{"season_id": season.id, "account_id": account_id} for account_id in missing]
        db.session.execute(insert_or_skip(Bill).values(rows).on_conflict_do_nothing())
    movements = [
        movement
        for account_id, changes in due.items()
        for movement in _movements(season.id, account_id, changes, plan.bills.get(account_id))
    ]
    journal = ledger.post(JournalKind.ASSESSMENT, movements, branch_id=branch_id, by=by, memo=reason)
    charges = [
        _charge(season, account_id, change, journal.id)
        for account_id, changes in due.items()
        for change in changes
    ]
    db.session.execute(insert(Charge), charges)
    for bill in plan.bills.values():
        db.session.expire(bill)


def _movements(
    season_id: int, account_id: int, changes: list[ItemChange], bill: Bill | None
) -> Iterator[Movement]:
    """The entries of one bill. Money paid beyond the new total goes to the prepayment *before* the bill is lowered, so
    that it is never overpaid, whatever statement the entries fall into.
    """
    lowered_to = ZERO if bill is None else bill.due + sum((change.difference for change in changes), ZERO)
    if lowered_to < 0:
        yield ledger.movement(
            LedgerCode.RECEIVABLE,
            LedgerCode.PREPAYMENT,
            -lowered_to,
            season_id=season_id,
            account_id=account_id,
        )
    for change in sorted(changes, key=lambda change: -change.difference):
        yield ledger.movement(
            LedgerCode.RECEIVABLE,
            INCOME[Item(change.item)],
            change.difference,
            season_id=season_id,
            account_id=account_id,
            item=change.item,
        )


def _charge(season: Season, account_id: int, change: ItemChange, journal_id: int) -> dict[str, Any]:
    facts = supply_facts.season_facts(season)
    basis, figures = explanations.split(change.lines, facts.period)
    return {
        "season_id": season.id,
        "account_id": account_id,
        "item": change.item,
        "revision": change.revision,
        "journal_id": journal_id,
        "amount": change.difference,
        "target": change.target,
        "quantity_m2": change.lines[0].quantity if len(change.lines) == 1 else None,
        "basis_id": basis_id(db.session.connection(), basis),
        "figures": figures,
    }
