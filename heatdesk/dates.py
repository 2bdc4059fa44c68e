"""The only clock and the only calendar: instants are aware, business dates are the utility's local dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
"""China keeps one zone; a business date is a date there."""


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar date at the utility; money uses the open business day instead."""
    return now().astimezone(ZONE).date()


@dataclass(frozen=True, slots=True)
class DateRange:
    """A run of whole days, first and last included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the range ends on {self.last} before it starts on {self.first}")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def overlap(self, other: "DateRange") -> "DateRange | None":
        first, last = max(self.first, other.first), min(self.last, other.last)
        return DateRange(first, last) if first <= last else None

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=i) for i in range(self.days))
