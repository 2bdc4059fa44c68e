"""Secret reconnection (私自开栓): heat taken while stopped; the full fee is due, and a penalty on top (HH1)."""

from dataclasses import replace
from decimal import Decimal

from heatdesk.approvals.kinds import MONEY, Change, Effect, Evidence, Payload, Preview, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import NotSuspended
from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.states import Item, SupplyState
from heatdesk.billing.rules.steps import Step
from heatdesk.billing.rules.suspensions import secret_reconnection
from heatdesk.billing.services import accounts, assessments, extra_charges, supply_states
from heatdesk.billing.services.supply_states import STOPPED, StateChange
from heatdesk.desk.changes.supply_kind import DatedKind, first_day, tried_out
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.service.rules.states import Cause


@register
class SecretReconnection(DatedKind):
    name = "reconnection"
    title = KIND_TITLES["reconnection"]
    cause = Cause.RESUMPTION
    evidence = (Evidence("inspection_report", lazy("Inspection report")),)

    def change(self, account: Account, payload: Payload) -> StateChange:
        """Heated from the season's first day on which it was stopped: nobody knows better since when."""
        found_on = first_day(payload)
        term = supply_states.term_on(account.id, found_on)
        if term.state not in STOPPED:
            raise NotSuspended(day=found_on)
        season = supply_states.season_for(found_on)
        return StateChange(SupplyState.SUPPLIED, max(term.starts_on, season.starts_on))

    def preview(self, payload: Payload) -> Preview:
        account = accounts.get(payload["account_id"], None)
        accounts.refuse_closed(account)
        rows, difference = tried_out(account, self.change(account, payload))
        season, penalty, _step = self._penalty(account, payload)
        found = Change(msgid("Found on"), None, first_day(payload), "date")
        fined = Change(msgid("Penalty for heat taken in secret"), ZERO, penalty, MONEY, detail=season.code)
        return Preview((found, *rows, fined), difference + penalty)

    def apply(self, effect: Effect) -> Decimal:
        account = accounts.get(effect.payload["account_id"], None, lock=True)
        accounts.refuse_closed(account)
        season, penalty, step = self._penalty(account, effect.payload)
        moved = super().apply(effect)
        with effect.part(f"penalty:{season.code}"):
            moved += extra_charges.charge_penalty(
                account, season, Item.RECONNECTION, penalty, step, by=effect.by, memo=effect.number
            )
        return moved

    def send_out(self, account: Account, effect: Effect, change: StateChange) -> None:
        """The valve is open already; no job for the field."""

    def _penalty(self, account: Account, payload: Payload) -> tuple[Season, Decimal, Step]:
        """The season, and the penalty on its full fee with the reason; a tariff without one refuses."""
        day = first_day(payload)
        season = supply_states.season_for(day)
        rule = supply_states.rule_for(supply_states.term_on(account.id, day).use_class, season)
        penalty, step = secret_reconnection(rule, _full_fee(account, season))
        return season, penalty, step


def _full_fee(account: Account, season: Season) -> Decimal:
    """What the season costs with heat on every day, yuan."""
    reckoned = assessments.preview_many(
        [account.id],
        season.id,
        lambda _id, terms: [replace(one, state=SupplyState.SUPPLIED) for one in terms],
    )[account.id]
    if isinstance(reckoned, Exception):
        raise reckoned
    return reckoned[1]
