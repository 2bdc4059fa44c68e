"""Late-supply reduction (晚供减免): heat began late or ended early, and the lost days are given back."""

from collections.abc import Mapping, Sequence
from typing import Any

from heatdesk.approvals.kinds import Evidence, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes._reduction import OneBill
from heatdesk.billing.forms.reductions import LateSupplyForm
from heatdesk.billing.rules.adjustments import Granted, LostDays
from heatdesk.billing.rules.states import Item
from heatdesk.i18n import lazy

_FIELDS = {Item.LATE_START: "late_start_days", Item.EARLY_STOP: "early_stop_days"}


@register
class LateSupply(OneBill):
    name = "late_supply"
    title = KIND_TITLES["late_supply"]
    form = LateSupplyForm
    evidence = (Evidence("supply_record", lazy("Record of when heat began or ended")),)

    def wanted(self, form: Any) -> list[Granted]:
        return [Granted(item, LostDays(form[name].data)) for item, name in _FIELDS.items() if form[name].data]

    def typed(self, granted: Sequence[Granted]) -> Mapping[str, Any]:
        return {_FIELDS[one.item]: one.facts.days for one in granted}
