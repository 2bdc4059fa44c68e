"""What a bill should be before anything is granted on it, by the kind of its season."""

from collections.abc import Sequence

from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.charges import season_charge
from heatdesk.billing.rules.lines import Assessment
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.states import SeasonKind
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.rules.terms import Term
from heatdesk.billing.services import connections, supply_facts, tariffs


class Charging:
    """The dated facts of some accounts for one season, read in a handful of queries."""

    def __init__(self, season: Season, account_ids: Sequence[int]) -> None:
        self.season = season
        self.facts: SeasonFacts = supply_facts.season_facts(season)
        self.tariffs: list[Tariff] = tariffs.in_force(season)
        self.terms: dict[int, list[Term]] = supply_facts.terms_of(account_ids, self.facts)
        is_connection = season.kind is SeasonKind.CONNECTION
        self._agreements = connections.agreements_of(account_ids) if is_connection else {}

    def assessment(self, account: Account) -> Assessment:
        """The lines of one account's bill; raises what the rules refuse."""
        if self.season.kind is SeasonKind.CONNECTION:
            return connections.bill_of(self._agreements.get(account.id), self.facts)
        if not _is_eligible(account, self.season):
            return Assessment(())
        return season_charge(self.facts, self.terms.get(account.id, []), self.tariffs)


def _is_eligible(account: Account, season: Season) -> bool:
    """Whether the account was open on some day of the season."""
    return account.opened_on <= season.ends_on and (
        account.closed_on is None or account.closed_on >= season.starts_on
    )
