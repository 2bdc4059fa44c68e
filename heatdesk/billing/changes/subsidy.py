"""Government subsidy (政府补贴): a part of the bill is owed by the authority instead of the household."""

from collections.abc import Mapping, Sequence
from typing import Any

from heatdesk.approvals.kinds import Evidence, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes._reduction import OneBill
from heatdesk.billing.forms.reductions import SubsidyForm
from heatdesk.billing.rules.adjustments import Granted, Subsidised
from heatdesk.billing.rules.states import Item
from heatdesk.i18n import lazy


@register
class Subsidy(OneBill):
    name = "subsidy"
    title = KIND_TITLES["subsidy"]
    form = SubsidyForm
    evidence = (Evidence("certificate", lazy("The customer's certificate")),)

    def wanted(self, form: Any) -> list[Granted]:
        return [Granted(Item.SUBSIDY, Subsidised(form.kind.data))]

    def typed(self, granted: Sequence[Granted]) -> Mapping[str, Any]:
        return {"kind": granted[0].facts.kind}
