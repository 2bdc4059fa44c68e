"""Assessments: a bill is moved to what the dated facts say it should be, by the difference (design decision 5).

A suspension, a corrected area, a resumed flat: change the fact, assess again. Nothing here knows what changed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from heatdesk.billing.errors import RunUnderWay, SeasonIsClosed, TakenOver
from heatdesk.billing.models import Account, Bill, Charge, Season, SeasonRun
from heatdesk.billing.rules.adjustments import Granted
from heatdesk.billing.rules.ledger import CHART, BillTotal, JournalKind, LedgerCode, Movement
from heatdesk.billing.rules.lines import Assessment, Line
from heatdesk.billing.rules.payers import PayerShare as Share
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.workflow import RunState, SeasonState
from heatdesk.billing.services import adjustments, explanations, ledger, payer_shares, supply_facts
from heatdesk.billing.services.adjustments import Adjusted
from heatdesk.billing.services.charge_bases import basis_id
from heatdesk.billing.services.charging import Charging
from heatdesk.billing.services.payer_shares import Shares
from heatdesk.db import db, get_or_refuse, lock_rows
from heatdesk.errors import Refusal
from heatdesk.money import ZERO

INCOME = {
    Item.HEAT: LedgerCode.HEAT_INCOME,
    Item.BASIC_FEE: LedgerCode.BASIC_FEE_INCOME,
    Item.METERED_BASE: LedgerCode.HEAT_INCOME,
    Item.METERED_HEAT: LedgerCode.HEAT_INCOME,
    Item.SETTLEMENT: LedgerCode.HEAT_INCOME,
    Item.STEAM: LedgerCode.HEAT_INCOME,
    Item.SHORTFALL: LedgerCode.HEAT_INCOME,
    Item.RECONNECTION: LedgerCode.HEAT_INCOME,
    Item.CONNECTION: LedgerCode.CONNECTION_INCOME,
    Item.PAYER_SHARE: LedgerCode.PAYER_CLEARING,
}
"""Where each item's money is earned."""
BY_AREA = (Item.HEAT, Item.BASIC_FEE)
"""Items whose explanation most flats share; every other charge is told in full."""


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
    return Plan(get_or_refuse(Season, season_id), [get_or_refuse(Account, account_id)]).changes(account_id)


def assess(
    account_id: int, season_id: int, *, by: int, reason: str, kind: JournalKind = JournalKind.ASSESSMENT
) -> Decimal:
    """Post the difference between what the facts make due and what has been charged; returns it, yuan, signed.

    Raises `RunUnderWay`, `SeasonIsClosed`, `TakenOver`, `DayNotOpen` and what the rules refuse.
    """
    open_season(season_id)
    done = assess_many([account_id], season_id, by=by, reason=reason, kind=kind)
    if done.refusals:
        raise done.refusals[account_id]
    return done.differences.get(account_id, ZERO)


@dataclass(slots=True)
class Done:
    """What `assess_many` posted per account, and whom it could not assess and why."""

    differences: dict[int, Decimal]
    refusals: dict[int, Refusal]


def assess_many(
    account_ids: Sequence[int],
    season_id: int,
    *,
    by: int,
    reason: str,
    kind: JournalKind = JournalKind.ASSESSMENT,
) -> Done:
    """`assess` for several accounts and whoever answers for them: one journal per branch, a refusal keeps its account
    out of it. What an organisation takes over is no difference: its bill rises by what its people's falls.
    """
    season = get_or_refuse(Season, season_id)
    payers = payer_shares.payers_of(account_ids)
    accounts = lock_rows(Account, Account.id.in_({*account_ids, *payers}), order_by=Account.id)
    plan = Plan(season, accounts)
    done = Done({}, {})
    due: dict[int, list[ItemChange]] = {}
    for account in sorted(accounts, key=lambda one: one.id in payers):
        try:
            changes = [change for change in plan.changes(account.id) if change.difference]
        except Refusal as refusal:
            _keep_out(account.id, refusal, plan, due, done)
            continue
        if changes:
            due[account.id] = changes
            plan.shares.carry(account.id, changes)
            done.differences[account.id] = moved_by(changes)
    for branch_id in sorted({account.branch_id for account in accounts if account.id in due}):
        members = [account.id for account in accounts if account.branch_id == branch_id and account.id in due]
        moving = {account_id: due[account_id] for account_id in members}
        _post(plan, moving, branch_id, kind, by=by, reason=reason)
    return done


def moved_by(changes: Iterable[ItemChange]) -> Decimal:
    """By how many yuan all bills together move: what is taken over stands on two of them and moves none."""
    return sum((one.difference for one in changes if one.item != Item.PAYER_SHARE), ZERO)


def _keep_out(
    account_id: int, refusal: Refusal, plan: "Plan", due: dict[int, list[ItemChange]], done: Done
) -> None:
    """A refused account is not posted; when it answers for others, neither are they, or the books would disagree."""
    for member in (account_id, *plan.shares.members_of(account_id)):
        due.pop(member, None)
        done.differences.pop(member, None)
        done.refusals[member] = refusal


def open_season(season_id: int) -> None:
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
        """`also`, `without` and `shared` are only tried: adjustments to be granted (by account) or to be withdrawn
        (ids), and who would take over what (by account).
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
        for account_id, item, amount, revision in rows:
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
            for code, amount in _counterparts(self, account_id, change):
                if CHART[code].bill_total is BillTotal.REDUCED:
                    reduced -= amount
                else:
                    charged += amount
        return charged, reduced

    def _compared(
        self, charged: dict[str, tuple[Decimal, int]], grouped: dict[str, list[Line]]
    ) -> list[ItemChange]:
        changes = []
        for item in dict.fromkeys([*grouped, *charged]):
            before, revision = charged.get(item, (ZERO, 0))
            lines = tuple(grouped.get(item, ()))
            target = sum((line.amount for line in lines), ZERO)
            changes.append(ItemChange(item, before, target, lines, revision + 1))
        return changes


def _post(
    plan: Plan, due: dict[int, list[ItemChange]], branch_id: int, kind: JournalKind, *, by: int, reason: str
) -> None:
    season = plan.season
    missing = [account_id for account_id in due if account_id not in plan.bills]
    if missing:
        rows = [{"season_id": season.id, "account_id": account_id} for account_id in missing]
        db.session.execute(insert_or_skip(Bill).values(rows).on_conflict_do_nothing())
    movements = [
        movement for account_id, changes in due.items() for movement in _movements(plan, account_id, changes)
    ]
    journal = ledger.post(kind, movements, branch_id=branch_id, by=by, memo=reason)
    charges = [
        _charge(season, account_id, change, journal.id)
        for account_id, changes in due.items()
        for change in changes
    ]
    db.session.execute(insert(Charge), charges)
    for bill in plan.bills.values():
        db.session.expire(bill)


def _movements(plan: Plan, account_id: int, changes: list[ItemChange]) -> Iterator[Movement]:
    """The entries of one bill. Money paid beyond the new total goes to the prepayment *before* the bill is lowered, so
    that it is never overpaid, whatever statement the entries fall into.
    """
    season_id, bill = plan.season.id, plan.bills.get(account_id)
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
        for code, amount in _counterparts(plan, account_id, change):
            yield ledger.movement(
                LedgerCode.RECEIVABLE,
                code,
                amount,
                season_id=season_id,
                account_id=account_id,
                item=change.item,
            )


def _counterparts(plan: Plan, account_id: int, change: ItemChange) -> list[tuple[LedgerCode, Decimal]]:
    """The accounts that a change of an item moves, and by how much: income for what is charged."""
    if adjustments.is_adjustment(change.item):
        return plan.adjusted.counterparts(account_id, Item(change.item), change.difference, change.lines)
    return [(INCOME[Item(change.item)], change.difference)]


def _charge(season: Season, account_id: int, change: ItemChange, journal_id: int) -> dict[str, Any]:
    told: dict[str, Any]
    if change.item in BY_AREA:
        basis, figures = explanations.split(change.lines, supply_facts.season_facts(season).period)
        told = {"basis_id": basis_id(db.session.connection(), basis), "figures": figures}
    else:
        told = {"explanation": adjustments.explanation(change.lines)}
    return {
        "season_id": season.id,
        "account_id": account_id,
        "item": change.item,
        "revision": change.revision,
        "journal_id": journal_id,
        "amount": change.difference,
        "target": change.target,
        "quantity_m2": change.lines[0].quantity if "basis_id" in told and len(change.lines) == 1 else None,
        **told,
    }
