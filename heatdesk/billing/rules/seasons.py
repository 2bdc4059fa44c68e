"""Seasons (供热期): from when to when heat is owed, and how many days the season counts."""

from dataclasses import dataclass
from datetime import date, timedelta

from heatdesk.dates import DateRange
from heatdesk.errors import BadInput


@dataclass(frozen=True, slots=True)
class Season:
    """One heating season; first and last day included, `statutory_days` as the document says, `due_on` the
    last day to pay.

    The number of days is a fact of its own: “15 November to 15 March” makes 121 days in Beijing and 120 where
    the document counts from midnight to midnight (domain §1.1, conclusion 3).
    """

    code: str
    starts_on: date
    ends_on: date
    statutory_days: int
    due_on: date

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise BadInput("The season %(code)s ends before it starts.", code=self.code)
        if self.statutory_days < 1:
            raise BadInput("The season %(code)s must count at least one day.", code=self.code)

    @property
    def period(self) -> DateRange:
        return DateRange(self.starts_on, self.ends_on)

    def counted_days(self, first: date, last: date) -> int:
        """How many of the statutory days lie in `first`–`last` (both included, both inside the season).

        The days of a season always sum to its statutory days: calendar days beyond that number (the last day
        “to 0:00”, 29 February where the document fixes 151) count nothing; missing ones are added to the last
        day.
        """
        return self._position(last) - self._position(first - timedelta(days=1))

    def _position(self, day: date) -> int:
        if day >= self.ends_on:
            return self.statutory_days
        return min((day - self.starts_on).days + 1, self.statutory_days)
