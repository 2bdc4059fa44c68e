"""Bad debt (呆账): what nobody can be made to pay leaves the receivables; it stays claimable (decision 0134)."""

from collections.abc import Mapping, Sequence
from typing import Any

from heatdesk.approvals.kinds import Evidence, Payload, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes._reduction import OneBill
from heatdesk.billing.errors import MoreThanDue, NotBilledYet
from heatdesk.billing.forms.reductions import BadDebtForm
from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.adjustments import Granted, Stated
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services import written_off
from heatdesk.billing.services.reductions import Outlook
from heatdesk.billing.services.request_targets import read_account
from heatdesk.i18n import lazy
from heatdesk.money import format_money, round_money


@register
class BadDebt(OneBill):
    name = "bad_debt"
    title = KIND_TITLES["bad_debt"]
    form = BadDebtForm
    evidence = (Evidence("court_paper", lazy("Paper of the court or the register office")),)

    def read(self, form: Any) -> Payload:
        """An amount left empty becomes what is owed now, so that it is stated in the request."""
        if form.amount.data is None:
            account_id = read_account(form.card_no.data).id
            form.amount.data = written_off.due_of(account_id, form.season_id.data)
        return super().read(form)

    def wanted(self, form: Any) -> list[Granted]:
        return [Granted(Item.BAD_DEBT, Stated(-round_money(form.amount.data), form.grounds.data))]

    def typed(self, granted: Sequence[Granted]) -> Mapping[str, Any]:
        return {"amount": -granted[0].facts.amount, "grounds": granted[0].facts.grounds}

    def check(self, account: Account, season: Season, looked: Outlook) -> None:
        """Only what is still owed can be lost: nothing of a bad debt ever goes to a prepayment."""
        if not looked.is_billed:
            raise NotBilledYet(code=season.code)
        due = written_off.due_of(account.id, season.id)
        if -looked.worth > due or not due:
            raise MoreThanDue(due=format_money(due))
