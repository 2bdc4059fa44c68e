"""What was counted in a till: as frozen when it closed, and the counts before that differed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from heatdesk import audit
from heatdesk.audit import AuditEntry
from heatdesk.auth.models import Staff
from heatdesk.billing.models import TillShift
from heatdesk.billing.rules.tills import COUNTED_METHODS, DENOMINATIONS, CountLine, DrawerCount
from heatdesk.db import db

_COUNTED_AGAIN = "count_differed"


@dataclass(frozen=True)
class EarlierCount:
    """A count that differed from the books and was made again; nothing of it was booked."""

    at: datetime
    cash: Decimal


def record_differing_count(shift: TillShift, count: DrawerCount, *, by: Staff) -> None:
    """Leave a trace of a count that did not agree, so that feeling one's way to the books can be seen."""
    audit.record(
        _COUNTED_AGAIN,
        actor_id=by.id,
        subject_table="till_shift",
        subject_id=shift.id,
        after={"cash": str(count.cash), "slips": {m.value: str(a) for m, a in count.slips.items()}},
    )


def earlier_counts(shift: TillShift) -> list[EarlierCount]:
    """The counts of a shift that differed and were made again, oldest first."""
    rows = db.session.execute(
        select(AuditEntry.recorded_at, AuditEntry.after)
        .where(
            AuditEntry.subject_table == "till_shift",
            AuditEntry.subject_id == str(shift.id),
            AuditEntry.verb == _COUNTED_AGAIN,
        )
        .order_by(AuditEntry.id)
    ).all()
    return [EarlierCount(at, Decimal(after["cash"])) for at, after in rows if after]


def count_lines(shift: TillShift) -> list[CountLine]:
    """What a closed shift was counted at, as frozen when it closed."""
    frozen: dict[str, Any] = (shift.counted or {}).get("methods", {})
    return [
        CountLine(method, Decimal(frozen[method]["expected"]), Decimal(frozen[method]["counted"]))
        for method in COUNTED_METHODS
        if method in frozen
    ]


def pieces(shift: TillShift) -> list[tuple[Decimal, int]]:
    """Notes and coins of a closed shift as counted, the largest first; none are left out."""
    frozen: dict[str, int] = (shift.counted or {}).get("pieces", {})
    return [(value, frozen[str(value)]) for value in DENOMINATIONS if str(value) in frozen]
