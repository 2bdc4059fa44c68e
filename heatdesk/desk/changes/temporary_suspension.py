"""Temporary suspension (临时停供): no heat for some days of a season because of works in the flat."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from heatdesk.approvals.kinds import Effect, Evidence, Payload, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import AlreadyStopped, WorksTooLong
from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.models import Account
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.services import supply_states
from heatdesk.billing.services.supply_states import StateChange
from heatdesk.desk import crossings
from heatdesk.desk.changes.supply_kind import DatedKind, SupplyForm, first_day, refuse_second_job
from heatdesk.errors import BadInput
from heatdesk.i18n import lazy
from heatdesk.service.rules.states import Cause, TicketType
from heatdesk.web.fields import Present

LONGEST = timedelta(days=30)


class TemporaryForm(SupplyForm):
    ends_on = DayField(lazy("To (included)"), [Present()])


@register
class TemporarySuspension(DatedKind):
    name = "temporary_suspension"
    title = KIND_TITLES["temporary_suspension"]
    form = TemporaryForm
    cause = Cause.TEMPORARY
    evidence = (Evidence("works_notice", lazy("Notice of the works")),)

    def read_more(self, form: Any) -> Payload:
        return {"ends_on": form.ends_on.data.isoformat()}

    def fill_more(self, payload: Payload) -> Mapping[str, Any]:
        return {"ends_on": date.fromisoformat(payload["ends_on"])}

    def change(self, account: Account, payload: Payload) -> StateChange:
        """The days count as suspended; deadlines and the least time of a suspension do not hold for works."""
        first, last = first_day(payload), date.fromisoformat(payload["ends_on"])
        if last < first:
            raise BadInput("The last day is before the first. Change one of them.")
        season = supply_states.season_for(first)
        if last - first >= LONGEST or not season.starts_on <= first <= last <= season.ends_on:
            raise WorksTooLong
        term = supply_states.term_on(account.id, first)
        if term.state is not SupplyState.SUPPLIED:
            raise AlreadyStopped(day=first)
        supply_states.rule_for(term.use_class, season)
        for job_type in TicketType:
            refuse_second_job(account, job_type)
        return StateChange(SupplyState.SUSPENDED, first, last)

    def send_out(self, account: Account, effect: Effect, change: StateChange) -> None:
        """Closed on the first day, opened after the last."""
        super().send_out(account, effect, change)
        after = (change.last or change.first) + timedelta(days=1)
        crossings.approved_becomes_a_valve_job(account, effect, self.cause, after, None, opens=True)
