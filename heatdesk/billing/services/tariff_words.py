"""What the parameters of a tariff and their choices are called; the keys are the paths of `rules/tariffs.Tariff`."""

from typing import Any

from heatdesk.billing.rules.energy import SettlementPeriod, SettlementPolicy
from heatdesk.billing.rules.penalties import Allocation, PenaltyBase
from heatdesk.billing.rules.quality import ReductionBase
from heatdesk.billing.rules.states import (
    AreaBase,
    AreaPartKind,
    AreaRounding,
    PartStep,
    PriceUnit,
    TaxClass,
    Unit,
)
from heatdesk.billing.rules.suspensions import Obstacle, Renewal, Resumption
from heatdesk.billing.services.labels import PARTS
from heatdesk.i18n import lazy

PRICE_UNITS = {
    PriceUnit.SEASON: lazy("yuan per m² and season"),
    PriceUnit.MONTH: lazy("yuan per m² and month"),
    PriceUnit.DAY: lazy("yuan per m² and day"),
}
AREA_BASES = {
    AreaBase.BUILDING: lazy("building area"),
    AreaBase.INNER: lazy("inner area"),
    AreaBase.USABLE: lazy("usable area"),
}
FAMILIES = {
    "step": lazy("per step of height"),
    "proportional": lazy("in proportion to the height"),
    "bands": lazy("a factor per band of height"),
    "area": lazy("height turned into area"),
}
"""The families of over-height; a step rule with a base height of its own is the one with a cliff."""

WORDS: dict[type, dict[Any, Any]] = {
    PriceUnit: dict(PRICE_UNITS),
    AreaBase: dict(AREA_BASES),
    AreaPartKind: dict(PARTS),
    AreaRounding: {
        AreaRounding.AREA: lazy("to 0.01 m² before it is priced"),
        AreaRounding.NONE: lazy("not rounded; the conversion goes into the price"),
    },
    PartStep: {
        PartStep.FLOOR: lazy("dropped"),
        PartStep.CEIL: lazy("counted whole"),
        PartStep.EXACT: lazy("counted as the part it is"),
    },
    Obstacle: {
        Obstacle.NOT_SEPARATE: lazy("cannot be shut off on their own"),
        Obstacle.NEW_BUILDING: lazy("building under warranty"),
        Obstacle.GROUND_FLOOR: lazy("ground floor"),
        Obstacle.TOP_FLOOR: lazy("top floor"),
        Obstacle.GABLE: lazy("cold gable"),
        Obstacle.ARREARS: lazy("old arrears"),
    },
    Renewal: {
        Renewal.YEARLY: lazy("applied for every season"),
        Renewal.CARRIED_ON: lazy("carried on until somebody prepays"),
        Renewal.UNPAID: lazy("whoever has not prepaid counts as suspended"),
    },
    Resumption: {
        Resumption.DAYS: lazy("costs the days heated"),
        Resumption.FULL: lazy("costs the full season"),
        Resumption.NONE: lazy("is not possible within the season"),
    },
    ReductionBase: {
        ReductionBase.WHOLE_FEE: lazy("the whole fee"),
        ReductionBase.LESS_BASIC: lazy("the fee less the basic fee"),
        ReductionBase.ROOMS: lazy("the fee of the cold rooms' area"),
    },
    PenaltyBase: {
        PenaltyBase.UNPAID: lazy("what is still unpaid"),
        PenaltyBase.WHOLE_FEE: lazy("the whole fee while any of it is unpaid"),
    },
    Allocation: {
        Allocation.PENALTY_FIRST: lazy("the penalty"),
        Allocation.PRINCIPAL_FIRST: lazy("the heating fee"),
    },
    SettlementPolicy: {
        SettlementPolicy.NONE: lazy("the area fee stands"),
        SettlementPolicy.REFUND_ONLY: lazy("too much is paid back, nothing is added"),
        SettlementPolicy.BOTH_WAYS: lazy("too much is paid back, too little is added"),
        SettlementPolicy.CAP: lazy("the metered fee, at most a share of the area fee"),
    },
    SettlementPeriod: {
        SettlementPeriod.MONTH: lazy("every month"),
        SettlementPeriod.SEASON: lazy("once a season"),
    },
    Unit: {
        Unit.SQUARE_METRE: lazy("m²"),
        Unit.KWH: lazy("kWh"),
        Unit.GJ: lazy("GJ"),
        Unit.TONNE: lazy("tonne"),
    },
    TaxClass: {
        TaxClass.EXEMPT: lazy("exempt"),
        TaxClass.STANDARD: lazy("with the rate below, inside the price"),
        TaxClass.OTHER: lazy("another rate, inside the price"),
    },
}
"""The words of every choice a parameter may have."""

_DOCUMENT = lazy("Document number of this rule")
_SOURCE = lazy("Source of this rule")
GROUPS = {
    "area": lazy("Area that counts"),
    "height": lazy("Over-height"),
    "parts": lazy("Balconies, attics, basements"),
    "suspension": lazy("Suspension and cut"),
    "low_temperature": lazy("Low temperature"),
    "supply_time": lazy("Late start, early stop, outage"),
    "penalty": lazy("Late payment"),
    "metered": lazy("Heat by meter"),
    "steam": lazy("Steam and hot water"),
    "subsidies": lazy("Subsidies"),
    "discount": lazy("Early payment"),
    "tax": lazy("Value-added tax"),
}
"""Groups of rules in the order in which they are shown."""
LABELS: dict[str, object] = {
    **GROUPS,
    "document_no": lazy("Document number"),
    "document_title": lazy("Title of the document"),
    "source": lazy("Source"),
    "valid_from": lazy("Valid from"),
    "price": lazy("Price"),
    "price_unit": lazy("Price is"),
    "months": lazy("Months of a season"),
    "assumed": lazy("Values that no source gives"),
    "area.base": lazy("Area that counts"),
    "area.divisor": lazy("Building area ÷"),
    "area.factor": lazy("Area × (types not listed)"),
    "area.type_factors": lazy("Factors by type of building"),
    "area.type_factors.building_type": lazy("Type of building"),
    "area.type_factors.factor": lazy("Area ×"),
    "area.rounding": lazy("The converted area is rounded"),
    "height.family": lazy("Over-height"),
    "height.step.above_m": lazy("Above (m)"),
    "height.step.step_m": lazy("Step (m)"),
    "height.step.share": lazy("Each step adds (%)"),
    "height.step.base_m": lazy("Counted from (m)"),
    "height.step.part_step": lazy("A part of a step is"),
    "height.step.cap": lazy("Adds at most (times the fee)"),
    "height.proportional.above_m": lazy("Above (m)"),
    "height.proportional.base_m": lazy("Height ÷ (m)"),
    "height.proportional.cap": lazy("Adds at most (times the fee)"),
    "height.bands.bands": lazy("Bands, the highest first"),
    "height.bands.bands.above_m": lazy("Above (m)"),
    "height.bands.bands.factor": lazy("Fee ×"),
    "height.area.above_m": lazy("Above (m)"),
    "height.area.per_m": lazy("Area × per metre above"),
    "height.area.plus": lazy("and + "),
    "height.area.single_storey_plus": lazy("Single-storey buildings: +"),
    "parts.kind": lazy("Kind"),
    "parts.in_area": lazy("the measured area contains it"),
    "parts.by_net_height": lazy("Counts by net height, the highest first"),
    "parts.by_net_height.above_m": lazy("Above (m)"),
    "parts.by_net_height.coefficient": lazy("Counts ×"),
    "parts.unheated": lazy("Unheated counts ×"),
    "suspension.share": lazy("Due while suspended (%)"),
    "suspension.cut_share": lazy("Due while cut off (%)"),
    "suspension.opens_on": lazy("Applications from (MM-DD)"),
    "suspension.apply_by": lazy("Applications until (MM-DD)"),
    "suspension.days_before": lazy("or until days before the season"),
    "suspension.whole_season": lazy("only for the whole season"),
    "suspension.minimum_days": lazy("Shortest suspension (days)"),
    "suspension.not_for": lazy("Not for"),
    "suspension.renewal": lazy("In the next season"),
    "suspension.resumption": lazy("Heat taken again within the season"),
    "suspension.secret_multiple": lazy("Penalty for heat taken secretly (× fee)"),
    "low_temperature.bands": lazy("Bands, the warmest first"),
    "low_temperature.bands.below_c": lazy("Colder than (°C)"),
    "low_temperature.bands.share": lazy("Gives back (share of the daily fee, %)"),
    "low_temperature.bands.or_equal": lazy("the limit belongs to it"),
    "low_temperature.base": lazy("Share of"),
    "low_temperature.basic_share": lazy("Basic fee taken off first (%)"),
    "supply_time.share": lazy("Gives back (share of the daily fee, %)"),
    "supply_time.minimum_hours": lazy("An outage counts from (hours)"),
    "supply_time.part_day": lazy("A part of a day is"),
    "penalty.share_per_day": lazy("Rate (‰ per day)"),
    "penalty.base": lazy("Rate of"),
    "penalty.grace_days": lazy("Starts days after the due date"),
    "penalty.cap": lazy("At most (share of the season's fee, %)"),
    "penalty.stops_when_cut": lazy("stops while supply is cut"),
    "penalty.allocation": lazy("A payment first pays"),
    "metered.base_price": lazy("Base fee (yuan per m²)"),
    "metered.base_unit": lazy("Base fee is"),
    "metered.prices": lazy("Prices of the heat counted"),
    "metered.prices.unit": lazy("Unit"),
    "metered.prices.price": lazy("Yuan per unit"),
    "metered.settlement": lazy("Settlement with the area fee"),
    "metered.cap_share": lazy("At most × the area fee"),
    "metered.meter_fault": lazy("Failed meter: heat ×"),
    "metered.user_fault": lazy("Meter damaged by the user: heat ×"),
    "steam.prices": lazy("Prices"),
    "steam.prices.unit": lazy("Unit"),
    "steam.prices.price": lazy("Yuan per unit"),
    "steam.minimum": lazy("Agreed minimum per period"),
    "steam.period": lazy("Settled"),
    "subsidies.kind": lazy("Name of the subsidy"),
    "subsidies.per_m2": lazy("Off the price (yuan per m²)"),
    "subsidies.share": lazy("or share of the fee (%)"),
    "subsidies.up_to_m2": lazy("For at most (m²)"),
    "discount.rows": lazy("Days, the greatest discount first"),
    "discount.rows.paid_by": lazy("Paid by (MM-DD)"),
    "discount.rows.share": lazy("Discount (%)"),
    "tax.tax_class": lazy("Tax"),
    "tax.rate": lazy("Rate (%)"),
}
HINTS: dict[str, object] = {
    "document_no": lazy("文号, as printed on the decision."),
    "valid_from": lazy("A season takes the version in force on its first day."),
    "area.divisor": lazy("Where the inner or usable area is not recorded; 1.333 in Harbin."),
    "area.factor": lazy("Empty: types that are not listed are refused, or count whole where none is listed."),
    "height.step.base_m": lazy("Taiyuan: above 3.2 m the excess counts from 2.8 m. Empty: from the limit."),
    "height.step.cap": lazy("1 is twice the fee at most. Empty: no limit."),
    "height.proportional.base_m": lazy("Xi'an: fee × height ÷ 3."),
    "parts.unheated": lazy("Empty: an unheated part counts like a heated one."),
    "suspension.share": lazy("The basic fee; 20 in Tianjin and Harbin."),
    "suspension.cut_share": lazy("Empty: a cut costs nothing."),
    "suspension.minimum_days": lazy("0: any number of days."),
    "low_temperature.basic_share": lazy("Only where the base is the fee less the basic fee."),
    "penalty.share_per_day": lazy("Per mille, not per cent: 1 is 1.00 yuan a day on 1,000.00 yuan."),
    "penalty.cap": lazy("Jining: 30. Empty: no limit."),
    "metered.cap_share": lazy("Only with that settlement; 1.1 is 110 %."),
    "metered.meter_fault": lazy("Empty: a failed meter is decided case by case."),
    "subsidies.up_to_m2": lazy("Empty: the whole area."),
    "tax.rate": lazy("9 for 9 %; it is part of the price."),
}


def label_of(path: str) -> object:
    """What a parameter is called; document and source have the same name in every group."""
    if path not in LABELS and path.endswith(".document_no"):
        return _DOCUMENT
    if path not in LABELS and path.endswith(".source"):
        return _SOURCE
    return LABELS[path]


def said_key(key: str) -> str:
    """What a key of `assumed` is called: a group, or a parameter with its group."""
    group = key.partition(".")[0]
    label = LABELS.get(key, LABELS.get(key.replace("height.", "height.step."), key))
    return str(label) if group == key or group not in GROUPS else f"{GROUPS[group]}: {label}"
