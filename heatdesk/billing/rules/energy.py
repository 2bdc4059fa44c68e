"""What a tariff says about counted heat and steam: prices by unit, settlement, agreed minimum."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from heatdesk.billing.rules.parameters import Coefficient, Energy, Price
from heatdesk.billing.rules.states import PriceUnit, Unit
from heatdesk.errors import BadInput, RuleBroken


class MeterFault(StrEnum):
    """Why a meter cannot be trusted: it failed, or the user damaged it."""

    METER = "meter"
    USER = "user"


class SettlementPolicy(StrEnum):
    """How the metered fee meets the area fee that was prepaid.

    none: the area fee stands · refund_only (多退少不补): the lower of the two · both_ways (多退少补): the
    metered fee · cap: the metered fee, at most a share of the area fee.
    """

    NONE = "none"
    REFUND_ONLY = "refund_only"
    BOTH_WAYS = "both_ways"
    CAP = "cap"


class SettlementPeriod(StrEnum):
    """How often counted quantities are billed."""

    MONTH = "month"
    SEASON = "season"


@dataclass(frozen=True, slots=True)
class EnergyPrice:
    """Yuan per kWh, GJ or tonne. Documents publish each unit by itself; heatdesk never converts one into
    another.
    """

    unit: Unit
    price: Price


@dataclass(frozen=True, slots=True)
class MeteredRule:
    """A two-part tariff: `base_price` per m² of chargeable area and `base_unit`, plus `prices` for the heat
    counted.

    Tianjin 7.50 + 0.13 per kWh or 36 per GJ (TJ1), Beijing 12 + 0.16 (BJ1), Harbin 16.54 + 44.41 per GJ
    (HL6), Luoyang 0.054 per day × type factor + 0.142 (LU1). Where a meter failed the heat counts ×
    `meter_fault`, where the user damaged it × `user_fault` (Shijiazhuang 0.85 and 1.10, SJ1, W30).
    """

    base_price: Price
    prices: tuple[EnergyPrice, ...]
    settlement: SettlementPolicy
    base_unit: PriceUnit = PriceUnit.SEASON
    cap_share: Coefficient | None = None
    meter_fault: Coefficient | None = None
    user_fault: Coefficient | None = None
    document_no: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if (self.settlement is SettlementPolicy.CAP) is not (self.cap_share is not None):
            raise BadInput("“%(key)s” goes with settlement “cap”, and only with it.", key="metered.cap_share")

    def fault_factor(self, fault: MeterFault | None) -> Decimal:
        """What the counted heat is multiplied by; raises `RuleBroken` where the tariff has no rule for the
        fault.
        """
        if fault is None:
            return Decimal(1)
        factor = self.meter_fault if fault is MeterFault.METER else self.user_fault
        if factor is None:
            raise RuleBroken(
                "The tariff has no rule for the meter fault “%(fault)s”.",
                fault=fault.value,
                key="meter.fault",
            )
        return factor


@dataclass(frozen=True, slots=True)
class SteamRule:
    """Steam or high-temperature water by tonne or GJ, with the least quantity agreed per period."""

    prices: tuple[EnergyPrice, ...]
    minimum: Energy = Decimal(0)
    period: SettlementPeriod = SettlementPeriod.MONTH
    document_no: str = ""
    source: str = ""


def energy_price(prices: tuple[EnergyPrice, ...], unit: Unit) -> Decimal:
    """Yuan per `unit`; raises `RuleBroken` where the tariff has no price for it."""
    for entry in prices:
        if entry.unit is unit:
            return entry.price
    raise RuleBroken(
        "The tariff has no price per “%(unit)s”; it has one per: %(known)s.",
        unit=unit.value,
        key=f"meter.{unit.value}",
        known=", ".join(entry.unit.value for entry in prices),
    )
