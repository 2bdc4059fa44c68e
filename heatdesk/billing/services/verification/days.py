"""Invariants of closed days: I3 (the chain of seals), I19 (the totals); computed again from the books."""

from collections.abc import Iterator

from sqlalchemy import select

from heatdesk.billing.models import BusinessDay
from heatdesk.billing.rules.workflow import DayState
from heatdesk.billing.services import day_seals, day_totals
from heatdesk.billing.services.verification.report import Check
from heatdesk.db import db


def broken_seals() -> list[str]:
    """Closed days whose seal is not what their books, their totals and the day before give."""
    return [
        f"business day {day.day} of branch {day.branch_id} does not give the seal it was closed with"
        for day in _closed()
        if day_seals.recompute_seal(day.branch_id, day.day) != day.seal
    ]


def broken_totals() -> list[str]:
    """Closed days whose stored totals are not what the books add up to; names the parts that differ."""
    found = []
    for day in _closed():
        again, stored = day_totals.compute(day.branch_id, day.day), day.totals or {}
        parts = sorted(part for part in again.keys() | stored.keys() if again.get(part) != stored.get(part))
        if parts:
            found.append(f"business day {day.day} of branch {day.branch_id} differs in {', '.join(parts)}")
    return found


def _closed() -> Iterator[BusinessDay]:
    query = select(BusinessDay).where(BusinessDay.state == DayState.CLOSED)
    yield from db.session.scalars(query.order_by(BusinessDay.branch_id, BusinessDay.day))


CHECKS: dict[tuple[str, str], Check] = {
    ("I3", "Each closed day gives the seal it was closed with, chained to the day before"): broken_seals,
    ("I19", "The totals of each closed day are what its books add up to"): broken_totals,
}
