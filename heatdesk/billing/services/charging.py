"""What a bill should be before anything is granted on it, by the kind of its season."""

from collections.abc import Sequence
from decimal import Decimal

from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.charges import season_charge
from heatdesk.billing.rules.lines import Assessment
from heatdesk.billing.rules.metering import Counted, metered_charge
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.states import SeasonKind, SupplyMode, SupplyState
from heatdesk.billing.rules.steam import steam_charge
from heatdesk.billing.rules.tariffs import Tariff, tariff_in_force
from heatdesk.billing.rules.terms import Term
from heatdesk.billing.services import connections, meters, supply_facts, tariffs
from heatdesk.billing.services.meters import CountedMeter
from heatdesk.errors import RuleBroken

BY_QUANTITY = (SupplyMode.STEAM, SupplyMode.MINIMUM)


class Charging:
    """The dated facts of some accounts for one season, read in a handful of queries."""

    def __init__(self, season: Season, account_ids: Sequence[int]) -> None:
        self.season = season
        self.facts: SeasonFacts = supply_facts.season_facts(season)
        self.tariffs: list[Tariff] = tariffs.in_force(season)
        self.terms: dict[int, list[Term]] = supply_facts.terms_of(account_ids, self.facts)
        is_connection = season.kind is SeasonKind.CONNECTION
        self._agreements = connections.agreements_of(account_ids) if is_connection else {}
        read = [one for one, terms in self.terms.items() if any(t.mode is not SupplyMode.AREA for t in terms)]
        self._counted = meters.counted(read, self.facts.period) if read else {}

    def assessment(self, account: Account) -> Assessment:
        """The lines of one account's bill; raises what the rules refuse."""
        if self.season.kind is SeasonKind.CONNECTION:
            return connections.bill_of(self._agreements.get(account.id), self.facts)
        if not _is_eligible(account, self.season):
            return Assessment(())
        terms = self.terms.get(account.id, [])
        if self.season.kind is SeasonKind.SETTLEMENT:
            return self._by_quantity(account.id, [term for term in terms if term.mode in BY_QUANTITY])
        counted = self._closed(account.id)
        if counted is not None and any(term.mode is SupplyMode.METERED for term in terms):
            return metered_charge(self.facts, terms, self.tariffs, counted)
        return season_charge(self.facts, terms, self.tariffs)

    def _by_quantity(self, account_id: int, terms: Sequence[Term]) -> Assessment:
        """What was used in the period, at least what was agreed; an agreed minimum is due before any reading."""
        supplied = [term for term in terms if term.state is SupplyState.SUPPLIED]
        if not supplied:
            return Assessment(())
        tariff = tariff_in_force(self.tariffs, supplied[-1].use_class, self.facts)
        if tariff.steam is None:
            raise RuleBroken(
                "The tariff %(document)s has no rule for “%(key)s”.", document=tariff.document_no, key="steam"
            )
        counted = self._closed(account_id)
        if counted is None:
            if supplied[-1].mode is not SupplyMode.MINIMUM:
                return Assessment(())
            counted = Counted(tariff.steam.prices[0].unit, Decimal(0))
        agreed = [
            one.meter.minimum for one in self._counted.get(account_id, []) if one.meter.minimum is not None
        ]
        minimum = sum(agreed, Decimal(0)) if agreed else None
        used = counted.quantity * counted.correction
        return steam_charge(tariff.steam, self.facts.period, counted.unit, used, minimum, tariff.tax_class)

    def _closed(self, account_id: int) -> Counted | None:
        """What all meters of the account counted; None while one of them has no closing reading."""
        found = self._counted.get(account_id, [])
        if not found or any(one.used is None for one in found):
            return None
        return _together(found)


def _together(found: Sequence[CountedMeter]) -> Counted:
    """Several meters, one after the other or side by side, count as one; raises `RuleBroken` for two units."""
    if len({one.meter.unit for one in found}) > 1:
        raise RuleBroken("The meters of this account count in different units. Settle them apart.")
    faults = [one.fault for one in found if one.fault]
    corrections = {one.meter.correction for one in found}
    if len(corrections) == 1:
        quantity = sum((one.used.quantity for one in found if one.used), Decimal(0))
        return Counted(found[0].meter.unit, quantity, corrections.pop(), faults[-1] if faults else None)
    corrected = sum((one.used.quantity * one.meter.correction for one in found if one.used), Decimal(0))
    return Counted(found[0].meter.unit, corrected, fault=faults[-1] if faults else None)


def _is_eligible(account: Account, season: Season) -> bool:
    """Whether the account was open on some day of the season."""
    return account.opened_on <= season.ends_on and (
        account.closed_on is None or account.closed_on >= season.starts_on
    )
