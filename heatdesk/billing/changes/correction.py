"""Account write-down (账目核减): an agreed amount comes off a bill; what was paid beyond it becomes prepayment."""

from collections.abc import Mapping, Sequence
from typing import Any

from heatdesk.approvals.kinds import Evidence, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes._reduction import OneBill
from heatdesk.billing.forms.reductions import WriteDownForm
from heatdesk.billing.rules.adjustments import Granted, Stated
from heatdesk.billing.rules.states import Item
from heatdesk.i18n import lazy


@register
class WriteDown(OneBill):
    name = "correction"
    title = KIND_TITLES["correction"]
    form = WriteDownForm
    evidence = (Evidence("supporting_paper", lazy("Paper that shows why")),)

    def wanted(self, form: Any) -> list[Granted]:
        return [Granted(Item.WRITE_DOWN, Stated(-form.amount.data))]

    def typed(self, granted: Sequence[Granted]) -> Mapping[str, Any]:
        return {"amount": -granted[0].facts.amount}
