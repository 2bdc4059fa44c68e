"""Supply that stops and starts: how an account stands on a day, what the tariff allows, another state from a day on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from heatdesk.billing.errors import NoSeasonAhead, NoSuspensionRule, NoTermThatDay
from heatdesk.billing.models import Account, Bill, Season, SupplyTerm
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.states import SeasonKind, SupplyState, UseClass
from heatdesk.billing.rules.suspensions import Obstacle, SuspensionRule
from heatdesk.billing.rules.tariffs import tariff_in_force
from heatdesk.billing.rules.terms import Term
from heatdesk.billing.services import supply_terms, tariffs
from heatdesk.db import db
from heatdesk.money import ZERO
from heatdesk.network.models import Premises

_DAY = timedelta(days=1)
STOPPED = frozenset({SupplyState.SUSPENDED, SupplyState.CUT})


@dataclass(frozen=True)
class StateChange:
    """Another state from `first` on: until `last`, after which what was goes on; else as long as the present term.

    `onward` carries it on into what was already recorded for later.
    """

    state: SupplyState
    first: date
    last: date | None = None
    onward: bool = False


def term_on(account_id: int, day: date) -> SupplyTerm:
    """The term that holds on a day; raises `NoTermThatDay`."""
    for term in supply_terms.timeline(account_id):
        if term.starts_on <= day and (term.ends_on is None or term.ends_on >= day):
            return term
    raise NoTermThatDay(day=day)


def carry_out(account: Account, change: StateChange, *, reason: str, by: int) -> SupplyTerm:
    """Write the change into the supply terms; the account is locked by the caller. Raises what the terms refuse."""
    running = term_on(account.id, change.first)
    before = supply_terms.facts_of(running)
    last = change.last
    if last is None or (before.ends_on is not None and before.ends_on <= last):
        last = before.ends_on
    facts = replace(before, starts_on=change.first, ends_on=last, state=change.state, reason=reason)
    if before.starts_on == change.first:
        supply_terms.correct(account, running, facts, by=by)
        if last != before.ends_on and last is not None:
            supply_terms.add(account, replace(before, starts_on=last + _DAY), by=by)
        written = running
    else:
        written = supply_terms.add(account, facts, by=by, resume=change.last is not None)
    if change.onward:
        for later in supply_terms.timeline(account.id):
            if later.starts_on > change.first and later.state != change.state:
                onward = replace(supply_terms.facts_of(later), state=change.state, reason=reason)
                supply_terms.correct(account, later, onward, by=by)
    return written


def changed_terms(terms: Sequence[Term], change: StateChange) -> list[Term]:
    """The terms of one season as `carry_out` would leave them, for reckoning many accounts at once."""
    result: list[Term] = []
    for term in terms:
        begins_before = not result and change.first < term.first <= (change.last or date.max)
        covers = begins_before or term.first <= change.first <= term.last
        if not (covers or (change.onward and term.first > change.first)):
            result.append(term)
            continue
        first = max(term.first, change.first)
        last = term.last if change.last is None or change.onward else min(term.last, change.last)
        if term.first < first:
            result.append(replace(term, last=first - _DAY))
        result.append(replace(term, first=first, last=last, state=change.state))
        if last < term.last:
            result.append(replace(term, first=last + _DAY))
    return result


def state_on(account_id: int, day: date) -> SupplyState | None:
    """How an account stands on a day, in one look; None without a term."""
    return db.session.scalar(
        select(SupplyTerm.state).where(
            SupplyTerm.account_id == account_id,
            SupplyTerm.starts_on <= day,
            SupplyTerm.ends_on.is_(None) | (SupplyTerm.ends_on >= day),
        )
    )


def season_for(day: date) -> Season:
    """The heating season that holds the day, else the next one; raises `NoSeasonAhead`."""
    season = db.session.scalar(
        select(Season)
        .where(Season.kind == SeasonKind.HEATING, Season.ends_on >= day)
        .order_by(Season.starts_on)
        .limit(1)
    )
    if season is None:
        raise NoSeasonAhead(day=day)
    return season


def facts_of(season: Season) -> SeasonFacts:
    return SeasonFacts(season.code, season.starts_on, season.ends_on, season.statutory_days, season.due_on)


def rule_for(use_class: UseClass, season: Season) -> SuspensionRule:
    """The rule of suspension that the season's tariff has for a use class; raises `NoSuspensionRule`."""
    rule = tariff_in_force(tariffs.in_force(season), use_class, facts_of(season)).suspension
    if rule is None:
        raise NoSuspensionRule
    return rule


def old_arrears(account_id: int, before: date) -> Decimal:
    """What is owed for seasons that began before a day, yuan."""
    due = Bill.charged - Bill.reduced - Bill.paid
    query = (
        select(func.coalesce(func.sum(due), ZERO))
        .join(Season, Season.id == Bill.season_id)
        .where(Bill.account_id == account_id, Season.starts_on < before)
    )
    return db.session.scalars(query).one()


def overdue(account_id: int, day: date) -> Decimal:
    """What should have been paid by a day, yuan."""
    due = Bill.charged - Bill.reduced - Bill.paid
    query = (
        select(func.coalesce(func.sum(due), ZERO))
        .join(Season, Season.id == Bill.season_id)
        .where(Bill.account_id == account_id, Season.due_on < day)
    )
    return db.session.scalars(query).one()


def obstacles(account: Account, season: Season, seen: frozenset[Obstacle]) -> frozenset[Obstacle]:
    """What stands against a suspension: what was seen on the spot, what the register says, old arrears."""
    found = set(seen)
    premises = db.session.get_one(Premises, account.premises_id)
    if premises.floor is not None:
        highest = db.session.scalar(
            select(func.max(Premises.floor)).where(
                Premises.building_id == premises.building_id, Premises.unit == premises.unit
            )
        )
        if premises.floor == 1:
            found.add(Obstacle.GROUND_FLOOR)
        if premises.floor == highest and highest > 1:
            found.add(Obstacle.TOP_FLOOR)
    if old_arrears(account.id, season.starts_on) > 0:
        found.add(Obstacle.ARREARS)
    return frozenset(found)
