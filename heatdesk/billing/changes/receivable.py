"""Receivable adjustment (应收调整): a bill rises or falls by an agreed amount."""

from collections.abc import Mapping, Sequence
from typing import Any

from heatdesk.approvals.kinds import Evidence, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes._reduction import OneBill
from heatdesk.billing.errors import NotBilledYet
from heatdesk.billing.forms.reductions import ReceivableForm
from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.adjustments import Granted, Stated
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services.reductions import Outlook
from heatdesk.i18n import lazy


@register
class Receivable(OneBill):
    name = "receivable"
    title = KIND_TITLES["receivable"]
    form = ReceivableForm
    evidence = (Evidence("supporting_paper", lazy("Paper that shows why")),)

    def wanted(self, form: Any) -> list[Granted]:
        return [Granted(Item.RECEIVABLE, Stated(form.amount.data))]

    def typed(self, granted: Sequence[Granted]) -> Mapping[str, Any]:
        return {"amount": granted[0].facts.amount}

    def check(self, account: Account, season: Season, looked: Outlook) -> None:
        super().check(account, season, looked)
        if not looked.is_billed:
            raise NotBilledYet(code=season.code)
