"""Meter readings: what was used between two of them, and whether that can be."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from heatdesk.billing.rules.parameters import Energy
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
