"""Meter readings: what was used between two of them, and whether that can be."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from heatdesk.billing.rules.parameters import Energy
from heatdesk.billing.rules.states import Unit
from heatdesk.dates import DateRange
from heatdesk.errors import BadInput, RuleBroken


@dataclass(frozen=True, slots=True)
class Reading:
    """What a meter showed on a day, in its own unit."""

    on: date
    shown: Energy


class ReadingBelowPrevious(RuleBroken):
    message = (
        "The meter showed %(later)s on %(day)s, less than %(earlier)s before. "
        "Read it again, or enter the exchange of the meter."
    )


class ImplausibleReading(RuleBroken):
    message = (
        "%(used)s in %(days)s days is more than %(limit)s per m² and day. "
        "Read the meter again, or confirm the reading."
    )


def used_between(earlier: Reading, later: Reading, digits: int | None = None) -> Decimal:
    """The quantity between two readings; a meter of so many `digits` starts at zero again once it is full.

    Raises `BadInput` for readings in the wrong order, `ReadingBelowPrevious` when the meter ran backwards: a
    drop counts as a full meter only where the earlier reading stood in its last tenth and the later stands in
    its first.
    """
    if later.on <= earlier.on:
        raise BadInput(
            "The reading of %(later)s must come after %(earlier)s.", later=later.on, earlier=earlier.on
        )
    if later.shown >= earlier.shown:
        return later.shown - earlier.shown
    full = Decimal(10) ** digits if digits else Decimal(0)
    if full and earlier.shown >= full * 9 / 10 and later.shown < full / 10:
        return full - earlier.shown + later.shown
    raise ReadingBelowPrevious(later=later.shown, earlier=earlier.shown, day=later.on)


def check_plausible(used: Decimal, area_m2: Decimal, days: int, limit: Decimal) -> None:
    """Raises `ImplausibleReading` when more than `limit` per m² and day was used."""
    if used > limit * area_m2 * days:
        raise ImplausibleReading(used=used, days=days, limit=limit)


@dataclass(frozen=True, slots=True)
class Counter:
    """A meter with its readings in order of date; `removed_on` when it was taken out."""

    readings: tuple[Reading, ...]
    digits: int | None = None
    removed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """What a meter counted in a period, and between which readings."""

    quantity: Decimal
    opening: Reading
    closing: Reading


def used_in(period: DateRange, counter: Counter) -> Used | None:
    """From the last reading on or before the period's first day (or the first there is) to the first on or after its
    last day; a meter that was taken out ends with its last reading. None while the closing reading is missing.

    Raises what `used_between` raises.
    """
    readings = [one for one in counter.readings if counter.removed_on is None or one.on <= counter.removed_on]
    before = [one for one in readings if one.on <= period.first]
    opening = before[-1] if before else (readings[0] if readings else None)
    after = [one for one in readings if one.on >= period.last]
    closing = after[0] if after else None
    if closing is None and counter.removed_on is not None and readings:
        closing = readings[-1]
    if opening is None or closing is None or closing.on <= opening.on:
        return None
    steps = [one for one in readings if opening.on <= one.on <= closing.on]
    quantity = sum(
        (used_between(earlier, later, counter.digits) for earlier, later in pairwise(steps)), Decimal(0)
    )
    return Used(quantity, opening, closing)


PLAUSIBLE = {Unit.KWH: Decimal(3), Unit.GJ: Decimal("0.0108"), Unit.TONNE: Decimal(1)}
"""More than this per m² and day wants a second look: three kWh are ten times a cold winter's day of an old house
(assumed; 1 GJ is 277.78 kWh, LU1).
"""
