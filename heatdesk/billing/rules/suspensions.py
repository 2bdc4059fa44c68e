"""Suspension (报停), resumption (恢复供热) and cut supply: who may, until when, and which fee stays due."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from heatdesk.billing.rules.parameters import Coefficient, Count, MonthDay, Share
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.rules.steps import Step, figure
from heatdesk.billing.rules.terms import Term
from heatdesk.errors import RuleBroken, msgid
from heatdesk.money import round_money


class Obstacle(StrEnum):
    """Facts about premises for which a city refuses suspension (domain §1.3: HL3, JL1, TJ2, HH1)."""

    NOT_SEPARATE = "not_separate"
    NEW_BUILDING = "new_building"
    GROUND_FLOOR = "ground_floor"
    TOP_FLOOR = "top_floor"
    GABLE = "gable"
    ARREARS = "arrears"


class Renewal(StrEnum):
    """What happens to a suspension when the next season comes."""

    YEARLY = "yearly"
    CARRIED_ON = "carried_on"
    UNPAID = "unpaid"


class Resumption(StrEnum):
    """What heat taken again in the middle of a season costs: the days, the full season, or it is not
    possible.
    """

    DAYS = "days"
    FULL = "full"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SuspensionRule:
    """The basic fee (基本热费, 热能损耗补偿费) of premises that take no heat, and the conditions.

    `share` of the fee is due while suspended (Tianjin and Harbin 20 %, TJ2, HL3, W11); `cut_share` while cut
    for non-payment (Tianjin 20 %, TJ4, W12c), None where a cut costs nothing. Applications are taken from
    `opens_on` until `apply_by`, or until `days_before` days before the season. `secret_multiple` is the
    penalty for heat taken while suspended, in whole fees (HH1, W32).
    """

    share: Share
    cut_share: Share | None = None
    opens_on: MonthDay | None = None
    apply_by: MonthDay | None = None
    days_before: Count | None = None
    whole_season: bool = False
    minimum_days: Count = 0
    not_for: tuple[Obstacle, ...] = ()
    renewal: Renewal = Renewal.YEARLY
    resumption: Resumption = Resumption.DAYS
    secret_multiple: Coefficient | None = None
    document_no: str = ""
    source: str = ""

    def deadline(self, season: Season) -> date | None:
        """The last day to apply for `season`; None where the city names none."""
        if self.apply_by is not None:
            return self.apply_by.around(season.starts_on)
        if self.days_before is not None:
            return season.starts_on - timedelta(days=self.days_before)
        return None


@dataclass(frozen=True, slots=True)
class SuspensionRequest:
    """An application: the day it was handed in, the days without heat asked for, what stands against it."""

    applied_on: date
    first: date
    last: date
    obstacles: frozenset[Obstacle] = frozenset()


def check_request(rule: SuspensionRule, season: Season, request: SuspensionRequest) -> None:
    """Raises `RuleBroken` when the rule does not allow the request, naming the first reason.

    Harbin: 30 days before the season, i.e. by 20 September (HL3); Tianjin: by 30 September and for the whole
    season (TJ2); Shijiazhuang: 15 March to 15 October, every year (SJ2).
    """
    for obstacle in rule.not_for:
        if obstacle in request.obstacles:
            raise RuleBroken(REASONS[obstacle])
    opens_on = rule.opens_on and rule.opens_on.around(season.starts_on)
    if opens_on and request.applied_on < opens_on:
        raise RuleBroken("Suspension for this season can be applied for from %(day)s.", day=opens_on)
    deadline = rule.deadline(season)
    if deadline and request.applied_on > deadline:
        raise RuleBroken("Suspension for this season could be applied for until %(day)s.", day=deadline)
    asked = season.counted_days(max(request.first, season.starts_on), min(request.last, season.ends_on))
    if rule.whole_season and asked < season.statutory_days:
        raise RuleBroken("Heat can only be suspended for the whole season.")
    if asked < rule.minimum_days:
        raise RuleBroken("Heat can only be suspended for %(days)s days or more.", days=rule.minimum_days)


REASONS = {
    Obstacle.NOT_SEPARATE: msgid(
        "These premises cannot be shut off on their own, so heat cannot be suspended."
    ),
    Obstacle.NEW_BUILDING: msgid(
        "The heating of the building is under warranty, so heat cannot be suspended."
    ),
    Obstacle.GROUND_FLOOR: msgid("Heat cannot be suspended on the ground floor."),
    Obstacle.TOP_FLOOR: msgid("Heat cannot be suspended on the top floor."),
    Obstacle.GABLE: msgid("Heat cannot be suspended at a cold gable."),
    Obstacle.ARREARS: msgid("Old arrears must be paid before heat can be suspended."),
}


def opening_state(rule: SuspensionRule, *, was_suspended: bool, applied: bool, prepaid: bool) -> SupplyState:
    """How premises enter a season: heated unless suspended by application, by carrying on, or by not paying.

    Yearly: only who applied (SJ2, HH1). Carried on: who was suspended and has not prepaid stays so (AY1).
    Unpaid: whoever has not prepaid counts as suspended (WH1).
    """
    carried = rule.renewal is Renewal.CARRIED_ON and was_suspended and not prepaid
    unpaid = rule.renewal is Renewal.UNPAID and not prepaid
    return SupplyState.SUSPENDED if applied or carried or unpaid else SupplyState.SUPPLIED


def check_resumption(rule: SuspensionRule, season: Season, on: date) -> None:
    """Raises `RuleBroken` when heat cannot be taken again from `on`, inside the season (Tianjin, TJ2)."""
    if rule.resumption is Resumption.NONE and season.starts_on < on <= season.ends_on:
        raise RuleBroken(
            "Suspended heat cannot be resumed on %(day)s, within the season; it can from the next one.",
            day=on,
            key="terms",
        )


def resumed(rule: SuspensionRule | None, season: Season, terms: list[Term]) -> list[Term]:
    """The terms of one household as they are charged once heat was resumed within the season.

    By days: as they are (Henan, HN1, W12b). Full: the days suspended before count as heated (HH1, W12a).
    None: refused with `RuleBroken`.
    """
    if rule is None or rule.resumption is Resumption.DAYS:
        return terms
    last_heated = max((term.first for term in terms if term.state is SupplyState.SUPPLIED), default=None)
    if last_heated is None:
        return terms
    before = [term for term in terms if term.state is SupplyState.SUSPENDED and term.first < last_heated]
    if before:
        check_resumption(rule, season, last_heated)
    return [replace(term, state=SupplyState.SUPPLIED) if term in before else term for term in terms]


def secret_reconnection(rule: SuspensionRule, fee: Decimal) -> tuple[Decimal, Step]:
    """The penalty for heat taken in secret while suspended, on top of the full `fee` (应交热费一倍, HH1).

    W32: fee 2 500.00 once → 2 500.00; with the fee less the basic fee already paid, 4 250.00 are due.
    Raises `RuleBroken` where the tariff has no such penalty.
    """
    if rule.secret_multiple is None:
        raise RuleBroken("The tariff has no penalty for heat taken while suspended.")
    amount = round_money(fee * rule.secret_multiple)
    values = {"fee": f"{fee:f}", "multiple": figure(rule.secret_multiple), "amount": f"{amount:f}"}
    return amount, Step("secret_reconnection", values, rule.document_no)
