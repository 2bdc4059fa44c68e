"""Tariffs: the dated rules of one use class, exactly as a price document states them.

A version is never edited once used, only followed by another with a later `valid_from`. The database keeps
`to_parameters()` as JSON; `from_parameters()` reads it back, or refuses and names the wrong key.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from heatdesk.billing.rules.areas import AreaRule, PartRule
from heatdesk.billing.rules.discounts import DiscountRule
from heatdesk.billing.rules.energy import MeteredRule, SteamRule
from heatdesk.billing.rules.heights import AreaHeight, BandHeight, ProportionalHeight, StepHeight
from heatdesk.billing.rules.parameters import Count, Price, read, write
from heatdesk.billing.rules.penalties import PenaltyRule
from heatdesk.billing.rules.quality import LowTemperatureRule, SupplyTimeRule
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import AreaRounding, PriceUnit, TaxClass, UseClass
from heatdesk.billing.rules.subsidies import SubsidyRule
from heatdesk.billing.rules.suspensions import SuspensionRule
from heatdesk.billing.rules.taxes import TaxRule, usual_tax
from heatdesk.errors import BadInput, RuleBroken


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """One use class, one version. `price` is yuan per chargeable m² and `price_unit`; `months` how many
    months a season counts where the price is monthly. `assumed` names the keys whose values no source gives.
    """

    use_class: UseClass
    document_no: str
    valid_from: date
    price: Price
    price_unit: PriceUnit
    area: AreaRule
    document_title: str = ""
    source: str = ""
    months: Count | None = None
    height: StepHeight | ProportionalHeight | BandHeight | AreaHeight | None = None
    parts: tuple[PartRule, ...] = ()
    suspension: SuspensionRule | None = None
    low_temperature: LowTemperatureRule | None = None
    supply_time: SupplyTimeRule | None = None
    penalty: PenaltyRule | None = None
    metered: MeteredRule | None = None
    steam: SteamRule | None = None
    subsidies: tuple[SubsidyRule, ...] = ()
    discount: DiscountRule | None = None
    tax: TaxRule | None = None
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.document_no:
            raise BadInput("“%(key)s” is missing.", key="document_no")
        if self.price_unit is PriceUnit.MONTH and not self.months:
            raise BadInput(
                "“%(key)s” is missing: a price per month needs the months of a season.", key="months"
            )
        for key, kinds in (("parts", [part.kind for part in self.parts]), ("subsidies", self.subsidy_kinds)):
            if len(set(kinds)) < len(kinds):
                raise BadInput("“%(key)s” has two rules of the same kind.", key=key)
        if self.area.rounding is AreaRounding.NONE and not all(rule.in_area for rule in self.parts):
            raise BadInput(
                "“%(key)s” cannot be “none” while parts outside the area are charged too.",
                key="area.rounding",
            )

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> "Tariff":
        """The tariff in `parameters`; raises `BadInput` naming the key that is unknown, missing or
        impossible.
        """
        return read(cls, parameters)

    def to_parameters(self) -> dict[str, Any]:
        """JSON-safe values that `from_parameters` turns back into an equal tariff."""
        return write(self)

    @property
    def subsidy_kinds(self) -> list[str]:
        return [subsidy.kind for subsidy in self.subsidies]

    @property
    def tax_rule(self) -> TaxRule:
        """How its lines are taxed: as the tariff says, or as usual for the use class."""
        return self.tax or usual_tax(self.use_class)

    @property
    def tax_class(self) -> TaxClass:
        return self.tax_rule.tax_class

    def season_price(self, season: Season) -> Decimal:
        """Yuan per chargeable m² for the whole season (W01 by season, W07 by month, W02, W10 by day)."""
        if self.price_unit is PriceUnit.MONTH:
            return self.price * (self.months or 0)
        if self.price_unit is PriceUnit.DAY:
            return self.price * season.statutory_days
        return self.price


def tariff_in_force(tariffs: Iterable[Tariff], use_class: UseClass, season: Season) -> Tariff:
    """The version for `use_class` in force on the season's first day: one season has one price.

    Raises `RuleBroken` when there is none.
    """
    versions = [t for t in tariffs if t.use_class is use_class and t.valid_from <= season.starts_on]
    if not versions:
        raise RuleBroken(
            "No tariff for “%(use)s” is in force on %(day)s. Enter and approve one first.",
            use=use_class.value,
            day=season.starts_on,
            key="use",
        )
    return max(versions, key=lambda tariff: tariff.valid_from)
