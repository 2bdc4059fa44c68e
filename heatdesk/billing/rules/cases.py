"""Cases: what the fee calculator is asked, exactly as the JSON writes it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from heatdesk.billing.rules.energy import MeterFault
from heatdesk.billing.rules.parameters import (
    Celsius,
    Coefficient,
    Count,
    Energy,
    Money,
    SquareMetres,
    StoreyHeight,
)
from heatdesk.billing.rules.quality import ColdSpell
from heatdesk.billing.rules.states import AreaPartKind, Unit, UseClass
from heatdesk.dates import DateRange
from heatdesk.errors import BadInput

FROM = {"key": "from"}
TO = {"key": "to"}


class QuotedState(StrEnum):
    """The states a case may ask for."""

    SUPPLIED = "supplied"
    SUSPENDED = "suspended"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class QuotedPart:
    """A part of the premises; a balcony counts as unheated unless `heated` says so, other parts as heated."""

    kind: AreaPartKind
    area: SquareMetres
    net_height: StoreyHeight | None = None
    heated: bool | None = None

    @property
    def is_heated(self) -> bool:
        return self.kind is not AreaPartKind.BALCONY if self.heated is None else self.heated


@dataclass(frozen=True, slots=True)
class QuotedTerm:
    """A state from a day to a day, both included; without them from the first or to the last day of the
    season.
    """

    first: date | None = field(default=None, metadata=FROM)
    last: date | None = field(default=None, metadata=TO)
    state: QuotedState = QuotedState.SUPPLIED


@dataclass(frozen=True, slots=True)
class QuotedTemperature:
    """A cold flat, or one of its rooms, on the days from … to, both included."""

    celsius: Celsius
    first: date = field(metadata=FROM)
    last: date = field(metadata=TO)
    room_area: SquareMetres | None = None


@dataclass(frozen=True, slots=True)
class QuotedOutage:
    """An outage by whole days (`2025-01-05`, both included) or to the minute (`2025-01-05T08:30`)."""

    first: str = field(metadata=FROM)
    last: str = field(metadata=TO)

    def period_and_hours(self, path: str) -> tuple[DateRange, Decimal]:
        """The days it touches and the hours it lasted; a refusal names the key under `path`."""
        begins, _ = _moment(self.first, f"{path}.from")
        ends, whole_day = _moment(self.last, f"{path}.to")
        if whole_day:
            ends += timedelta(days=1)
        if ends <= begins:
            raise BadInput("“%(key)s” must come after “from”.", key=f"{path}.to")
        last = (ends - timedelta(microseconds=1)).date()
        return DateRange(begins.date(), last), Decimal((ends - begins) // timedelta(minutes=1)) / 60


@dataclass(frozen=True, slots=True)
class Meter:
    """What was counted, in exactly one unit; `prepaid` in yuan; `correction`, agreed `minimum` if any."""

    kwh: Energy | None = None
    gj: Energy | None = None
    tonnes: Energy | None = None
    prepaid: Money = Decimal(0)
    fault: MeterFault | None = None
    correction: Coefficient = Decimal(1)
    minimum: Energy | None = None

    def counted(self) -> tuple[Unit, Decimal]:
        """The unit and the quantity; raises `BadInput` unless just one was given."""
        given = [
            (unit, quantity)
            for unit, quantity in ((Unit.KWH, self.kwh), (Unit.GJ, self.gj), (Unit.TONNE, self.tonnes))
            if quantity is not None
        ]
        if len(given) != 1:
            raise BadInput("“%(key)s” needs exactly one of: kwh, gj, tonnes.", key="meter")
        return given[0]


@dataclass(frozen=True, slots=True)
class QuotedPayment:
    """Yuan paid on a day."""

    on: date = field(metadata={"key": "date"})
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One household and season to be worked out."""

    area: SquareMetres
    use: UseClass = UseClass.RESIDENTIAL
    inner_area: SquareMetres | None = None
    usable_area: SquareMetres | None = None
    building_type: str | None = None
    storey_height: StoreyHeight | None = None
    parts: tuple[QuotedPart, ...] = ()
    terms: tuple[QuotedTerm, ...] = ()
    temperatures: tuple[QuotedTemperature, ...] = ()
    outages: tuple[QuotedOutage, ...] = ()
    late_start_days: Count = 0
    meter: Meter | None = None
    subsidy: str | None = None
    payments: tuple[QuotedPayment, ...] = ()
    as_of: date | None = None

    def __post_init__(self) -> None:
        if not self.area and not self.parts and self.meter is None:
            raise BadInput("“%(key)s” must be more than zero.", key="area")
        for i, spell in enumerate(self.temperatures):
            if spell.last < spell.first:
                raise BadInput("“%(key)s” must not come before “from”.", key=f"temperatures[{i}].to")

    @property
    def building_kind(self) -> str | None:
        """The type of building in the spelling of the tariffs: `multi-storey` is `multi_storey`."""
        if self.building_type is None:
            return None
        return self.building_type.strip().lower().replace("-", "_").replace(" ", "_")

    def cold_spells(self) -> tuple[ColdSpell, ...]:
        return tuple(
            ColdSpell(DateRange(given.first, given.last), given.celsius, given.room_area)
            for given in self.temperatures
        )


def _moment(text: str, key: str) -> tuple[datetime, bool]:
    """A local moment, and whether only its day was given."""
    try:
        if len(text) == len("2025-01-05"):
            return datetime.combine(date.fromisoformat(text), time.min), True
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment, False
    except ValueError:
        pass
    raise BadInput("“%(key)s” must be a date such as 2024-11-01, not “%(given)s”.", key=key, given=text[:40])
