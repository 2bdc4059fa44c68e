"""Resumption (恢复供热): heat again, for the days or for the full season as the tariff says, once the valve is open."""

from heatdesk.approvals.kinds import Evidence, Payload, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import AlreadySupplied, DebtsFirst
from heatdesk.billing.models import Account
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.rules.suspensions import Obstacle, check_resumption
from heatdesk.billing.services import supply_states
from heatdesk.billing.services.supply_states import STOPPED, StateChange
from heatdesk.desk.changes.supply_kind import FieldKind, first_day
from heatdesk.i18n import lazy
from heatdesk.money import format_money
from heatdesk.service.rules.states import Cause


@register
class Resumption(FieldKind):
    name = "resumption"
    title = KIND_TITLES["resumption"]
    cause = Cause.RESUMPTION
    opens = True
    evidence = (Evidence("application", lazy("Signed application")),)
    undone_by = ("suspension",)

    def change(self, account: Account, payload: Payload) -> StateChange:
        """Old arrears are paid first: always after a cut, after a suspension where the tariff says so (TJ2)."""
        first = first_day(payload)
        term = supply_states.term_on(account.id, first)
        if term.state not in STOPPED:
            raise AlreadySupplied(day=first)
        season = supply_states.season_for(first)
        wants_old_paid = term.state is SupplyState.CUT
        if term.state is SupplyState.SUSPENDED:
            rule = supply_states.rule_for(term.use_class, season)
            check_resumption(rule, supply_states.facts_of(season), first)
            wants_old_paid = Obstacle.ARREARS in rule.not_for
        owed = supply_states.old_arrears(account.id, season.starts_on)
        if wants_old_paid and owed:
            raise DebtsFirst(owed=format_money(owed))
        return StateChange(SupplyState.SUPPLIED, first)
