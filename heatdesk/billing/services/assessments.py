"""Assessments: a bill is moved to what the dated facts say it should be, by the difference (design decision 5).

A suspension, a corrected area, a resumed flat: change the fact, assess again. Nothing here knows what changed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from heatdesk.billing.errors import RunUnderWay, SeasonIsClosed
from heatdesk.billing.models import Account, Bill, Charge, Season, SeasonRun
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode, Movement
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.terms import Term
from heatdesk.billing.rules.workflow import RunState, SeasonState
from heatdesk.billing.services import explanations, ledger, payer_shares, supply_facts
from heatdesk.billing.services.assessment_plans import ItemChange, Plan, counterparts, moved_by
from heatdesk.billing.services.charge_bases import basis_id
from heatdesk.db import db, get_or_refuse, lock_rows
from heatdesk.errors import Refusal
from heatdesk.money import ZERO

BY_AREA = (Item.HEAT, Item.BASIC_FEE)
"""Items whose explanation most flats share; every other charge is told in full."""


def preview(account_id: int, season_id: int) -> list[ItemChange]:
    """What `assess` would do, item by item; nothing is posted. Raises what the rules raise."""
    return Plan(get_or_refuse(Season, season_id), [get_or_refuse(Account, account_id)]).changes(account_id)


def preview_many(
    account_ids: Sequence[int], season_id: int, facts: Callable[[int, list[Term]], list[Term]]
) -> dict[int, tuple[Decimal, Decimal] | Refusal]:
    """What each account is charged and would be if `facts` turned its terms into others, or why that cannot be said.

    A handful of queries for all of them; nothing is written.
    """
    season = get_or_refuse(Season, season_id)
    rows = db.session.scalars(select(Account).where(Account.id.in_(account_ids)).order_by(Account.id))
    plan = Plan(season, rows.all())
    found: dict[int, tuple[Decimal, Decimal] | Refusal] = {}
    for account_id in plan.accounts:
        terms = plan.charging.terms
        terms[account_id] = facts(account_id, terms.get(account_id, []))
        try:
            changes = plan.changes(account_id)
        except Refusal as refusal:
            found[account_id] = refusal
            continue
        before = sum((change.before for change in changes), ZERO)
        found[account_id] = before, before + moved_by(changes)
    return found


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


def _keep_out(
    account_id: int, refusal: Refusal, plan: Plan, due: dict[int, list[ItemChange]], done: Done
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
        for code, amount in counterparts(plan, account_id, change):
            yield ledger.movement(
                LedgerCode.RECEIVABLE,
                code,
                amount,
                season_id=season_id,
                account_id=account_id,
                item=change.item,
            )


def _charge(season: Season, account_id: int, change: ItemChange, journal_id: int) -> dict[str, Any]:
    told: dict[str, Any]
    if change.item in BY_AREA:
        basis, figures = explanations.split(change.lines, supply_facts.season_facts(season).period)
        told = {"basis_id": basis_id(db.session.connection(), basis), "figures": figures}
    else:
        told = {"explanation": {"lines": [explanations.in_full(line) for line in change.lines]}}
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
