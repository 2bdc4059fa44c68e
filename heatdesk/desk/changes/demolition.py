"""Demolition (拆除): the premises are gone from a day on, and nothing is charged for them after it."""

from heatdesk.approvals.kinds import Effect, Evidence, Payload, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import AlreadyStopped
from heatdesk.billing.models import Account
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.services import supply_states
from heatdesk.billing.services.supply_states import StateChange
from heatdesk.desk.changes.supply_kind import DatedKind, first_day
from heatdesk.i18n import lazy
from heatdesk.service.rules.states import Cause, TicketType
from heatdesk.service.services import tickets


@register
class Demolition(DatedKind):
    name = "demolition"
    title = KIND_TITLES["demolition"]
    cause = Cause.DEMOLITION
    evidence = (Evidence("demolition_notice", lazy("Demolition notice or agreement")),)

    def change(self, account: Account, payload: Payload) -> StateChange:
        first = first_day(payload)
        if supply_states.term_on(account.id, first).state is SupplyState.DEMOLISHED:
            raise AlreadyStopped(day=first)
        return StateChange(SupplyState.DEMOLISHED, first, onward=True)

    def send_out(self, account: Account, effect: Effect, change: StateChange) -> None:
        """The branch is shut off for good; a job that closes the valve anyway does that too."""
        if tickets.open_of(account.id, TicketType.CLOSE_VALVE) is None:
            super().send_out(account, effect, change)
