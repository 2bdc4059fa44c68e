"""Cut off (停热): the supply of who does not pay after dunning is stopped, from the day the valve was closed."""

from heatdesk.approvals.kinds import Evidence, Payload, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import AlreadyStopped, NothingOverdue
from heatdesk.billing.models import Account
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.services import supply_states
from heatdesk.billing.services.supply_states import StateChange
from heatdesk.desk.changes.supply_kind import FieldKind, first_day
from heatdesk.i18n import lazy
from heatdesk.service.rules.states import Cause


@register
class CutOff(FieldKind):
    name = "cut_off"
    title = KIND_TITLES["cut_off"]
    cause = Cause.CUT_OFF
    evidence = (Evidence("dunning_notice", lazy("Dunning notice with its delivery")),)
    undone_by = ("resumption",)

    def change(self, account: Account, payload: Payload) -> StateChange:
        """Until somebody resumes it; the share of the fee that is then due is the tariff's (TJ4, W12c)."""
        first = first_day(payload)
        if supply_states.term_on(account.id, first).state is not SupplyState.SUPPLIED:
            raise AlreadyStopped(day=first)
        if not supply_states.overdue(account.id, first):
            raise NothingOverdue(day=first)
        return StateChange(SupplyState.CUT, first, onward=True)
