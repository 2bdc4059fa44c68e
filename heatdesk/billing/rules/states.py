"""The words of billing: closed lists that rules, tables and forms share.

The values are what the database stores; screens translate them.
"""

from enum import StrEnum


class UseClass(StrEnum):
    """What premises are used for; each class has tariffs of its own."""

    RESIDENTIAL = "residential"
    NON_RESIDENTIAL = "non_residential"
    PUBLIC = "public"


class SeasonKind(StrEnum):
    """What a period of charging is for; every kind has bills of its own, one per account and period."""

    HEATING = "heating"
    SETTLEMENT = "settlement"
    """Steam, hot water, agreed minimum quantities: periods of their own, such as months (brief B14)."""
    CONNECTION = "connection"
    """Connection fees, which belong to no winter."""


class SupplyMode(StrEnum):
    """What is counted: floor area, heat by meter, steam or hot water, or an agreed minimum quantity."""

    AREA = "area"
    METERED = "metered"
    STEAM = "steam"
    MINIMUM = "minimum"


class SupplyState(StrEnum):
    """How premises stand during a term: heated, suspended on request (报停), cut off, or demolished."""

    SUPPLIED = "supplied"
    SUSPENDED = "suspended"
    CUT = "cut"
    DEMOLISHED = "demolished"


class AreaPartKind(StrEnum):
    """Parts of premises that count at a coefficient of their own."""

    BALCONY = "balcony"
    ATTIC = "attic"
    BASEMENT = "basement"


class AreaBase(StrEnum):
    """Which measured area a tariff charges: 建筑面积, 套内面积 or 使用面积."""

    BUILDING = "building"
    INNER = "inner"
    USABLE = "usable"


class AreaRounding(StrEnum):
    """Whether a converted area is rounded to 0.01 m² before it is priced, or the conversion goes into the
    price.
    """

    AREA = "area"
    NONE = "none"


class PriceUnit(StrEnum):
    """What one price pays for: a square metre for the season, for a month, or for a day."""

    SEASON = "season"
    MONTH = "month"
    DAY = "day"


class PartStep(StrEnum):
    """What happens to a part of a step: dropped, counted whole, or counted as the part it is."""

    FLOOR = "floor"
    CEIL = "ceil"
    EXACT = "exact"


class Unit(StrEnum):
    """What a quantity is counted in."""

    SQUARE_METRE = "m2"
    KWH = "kwh"
    GJ = "gj"
    TONNE = "t"
    YUAN = "yuan"
    """Nothing is counted: the line is an amount."""


class TaxClass(StrEnum):
    """How value-added tax treats a line (residents' heat in the north: exempt, VAT1)."""

    EXEMPT = "exempt"
    STANDARD = "standard"
    OTHER = "other"


class Item(StrEnum):
    """What a line of a bill is for."""

    HEAT = "heat"
    BASIC_FEE = "basic_fee"
    METERED_BASE = "metered_base"
    METERED_HEAT = "metered_heat"
    SETTLEMENT = "settlement"
    STEAM = "steam"
    SHORTFALL = "shortfall"
    LOW_TEMPERATURE = "low_temperature"
    LATE_START = "late_start"
    EARLY_STOP = "early_stop"
    OUTAGE = "outage"
    SUBSIDY = "subsidy"
    DISCOUNT = "discount"
    PENALTY = "penalty"
    RECONNECTION = "reconnection"
    CONNECTION = "connection"
    WRITE_DOWN = "write_down"
    """账目核减: an amount taken off a bill."""
    RECEIVABLE = "receivable"
    """应收调整: an amount by which a bill rises or falls."""
    BAD_DEBT = "bad_debt"
    TRANSFER = "transfer"
    """What a new customer takes over of a former one's bill: below zero for the former, above for the new."""
    PAYER_SHARE = "payer_share"
    """What an organisation takes over: below zero for the household, above for the organisation."""
