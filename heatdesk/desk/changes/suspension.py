"""Suspension (报停): no heat on the customer's wish, against the basic fee, from the day the valve was closed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from heatdesk.approvals.kinds import Evidence, Payload, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import AlreadyStopped, HandedInLater, HasPaid, NotUnpaidRule
from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.rules.suspensions import (
    Obstacle,
    Renewal,
    SuspensionRequest,
    SuspensionRule,
    check_request,
)
from heatdesk.billing.services import standings, supply_states
from heatdesk.billing.services.supply_states import StateChange
from heatdesk.dates import today
from heatdesk.desk.changes.supply_kind import FieldKind, SupplyForm, first_day
from heatdesk.i18n import lazy
from heatdesk.service.rules.states import Cause
from heatdesk.web.fields import Present, choices

OBSTACLES = {
    Obstacle.NOT_SEPARATE: lazy("cannot be shut off on its own"),
    Obstacle.NEW_BUILDING: lazy("new building under warranty"),
    Obstacle.GROUND_FLOOR: lazy("ground floor"),
    Obstacle.TOP_FLOOR: lazy("top floor"),
    Obstacle.GABLE: lazy("cold gable"),
}
"""What is seen on the spot; old arrears and floors that the register knows are added by heatdesk."""


class SuspensionForm(SupplyForm):
    applied_on = DayField(lazy("Handed in on"), [Present()], default=today)
    obstacles = SelectMultipleField(
        lazy("Seen on the spot"),
        choices=choices(OBSTACLES.items()),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=lazy("Floors and old arrears that the register knows are looked up as well."),
    )


@register
class Suspension(FieldKind):
    name = "suspension"
    title = KIND_TITLES["suspension"]
    form = SuspensionForm
    cause = Cause.SUSPENSION
    evidence = (Evidence("application", lazy("Signed application")),)
    undone_by = ("resumption",)

    def read_more(self, form: Any) -> Payload:
        return {
            "applied_on": form.applied_on.data.isoformat(),
            "obstacles": sorted(form.obstacles.data or []),
        }

    def fill_more(self, payload: Payload) -> Mapping[str, Any]:
        return {
            "applied_on": date.fromisoformat(payload["applied_on"]),
            "obstacles": payload.get("obstacles", []),
        }

    def change(self, account: Account, payload: Payload) -> StateChange:
        """Until the season's end, or for good where the tariff carries a suspension on."""
        first = first_day(payload)
        term = supply_states.term_on(account.id, first)
        if term.state is not SupplyState.SUPPLIED:
            raise AlreadyStopped(day=first)
        season = supply_states.season_for(first)
        rule = supply_states.rule_for(term.use_class, season)
        if payload.get("unpaid"):
            _check_unpaid(account, rule, season)
        else:
            _check_application(account, rule, season, payload)
        carried_on = rule.renewal is Renewal.CARRIED_ON
        last = None if carried_on else season.ends_on
        return StateChange(SupplyState.SUSPENDED, first, last, onward=carried_on)


def _check_application(account: Account, rule: SuspensionRule, season: Season, payload: Payload) -> None:
    applied_on = date.fromisoformat(payload["applied_on"])
    if applied_on > today():
        raise HandedInLater
    seen = frozenset(Obstacle(one) for one in payload.get("obstacles", []))
    asked = SuspensionRequest(
        applied_on=applied_on,
        first=first_day(payload),
        last=season.ends_on,
        obstacles=supply_states.obstacles(account, season, seen),
    )
    check_request(rule, supply_states.facts_of(season), asked)


def _check_unpaid(account: Account, rule: SuspensionRule, season: Season) -> None:
    """Not paid counts as suspended (WH1): the tariff says so, and nothing was paid for the season."""
    if rule.renewal is not Renewal.UNPAID:
        raise NotUnpaidRule
    standing = standings.of_account(account.id)
    if standing.prepayment or any(bill.paid for bill in standing.bills if bill.season_id == season.id):
        raise HasPaid(card_no=account.card_no)
