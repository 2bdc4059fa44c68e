"""Business days of a branch: opened by a person, closed once and sealed; a closed day never opens again."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from heatdesk.auth.models import Staff
from heatdesk.billing.errors import (
    DayClosed,
    DayNotAfterLast,
    DayStillOpen,
    DayTooFarAhead,
    DayTooLongAgo,
    TillsStillOpen,
)
from heatdesk.billing.models import BusinessDay, Journal, TillShift
from heatdesk.billing.rules.workflow import DayState, ShiftState
from heatdesk.billing.services import day_seals, day_totals
from heatdesk.billing.services.takings import journals_of_day
from heatdesk.dates import now, today
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Stale
from heatdesk.money import ZERO
from heatdesk.network.models import Branch

DAYS_AHEAD = 3
"""How far before the calendar a day may be opened: over a holiday, not by a slip of the keyboard."""
DAYS_BACK = 366

recompute_seal = day_seals.recompute_seal


def open_day(branch_id: int, day: date, *, by: Staff) -> BusinessDay:
    """Open the branch's next business day.

    Raises `DayStillOpen`, `DayNotAfterLast`, `DayTooFarAhead`, `DayTooLongAgo`.
    """
    get_or_refuse(Branch, branch_id, lock=True)
    last = find_last(branch_id)
    if last is not None and last.state is DayState.OPEN:
        raise DayStillOpen(day=last.day)
    if last is not None and day <= last.day:
        raise DayNotAfterLast(last=last.day)
    if day > today() + timedelta(days=DAYS_AHEAD):
        raise DayTooFarAhead(day=day, most=DAYS_AHEAD, today=today())
    if day < today() - timedelta(days=DAYS_BACK):
        raise DayTooLongAgo(day=day, today=today())
    opened = BusinessDay(branch_id=branch_id, day=day, opened_by=by.id)
    db.session.add(opened)
    db.session.flush()
    return opened


def find_last(branch_id: int) -> BusinessDay | None:
    """The branch's newest business day."""
    query = (
        select(BusinessDay)
        .where(BusinessDay.branch_id == branch_id)
        .order_by(BusinessDay.day.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(query)


def suggest_next(branch_id: int) -> date:
    """Today, or the day after the last one when that is already today or later."""
    last = find_last(branch_id)
    return today() if last is None or last.day < today() else last.day + timedelta(days=1)


def open_tills(branch_id: int, day: date) -> list[tuple[TillShift, str]]:
    """What stands in the way of closing: (shift, cashier's name) of every till not yet counted."""
    query = (
        select(TillShift, Staff.name)
        .join(Staff, Staff.id == TillShift.staff_id)
        .where(
            TillShift.branch_id == branch_id,
            TillShift.business_date == day,
            TillShift.state != ShiftState.CLOSED,
        )
        .order_by(TillShift.id)
    )
    return [(shift, name) for shift, name in db.session.execute(query)]


def journals_on(branch_id: int, day: date) -> int:
    """How many journals the day has; a page shown on an older figure is stale."""
    query = select(func.count()).select_from(Journal).where(*journals_of_day(branch_id, day))
    return db.session.scalar(query) or 0


def close_day(branch_id: int, day: date, *, by: Staff, seen: int | None = None) -> BusinessDay:
    """Close and seal: waits for whoever is booking on the day, then nobody books on it any more.

    `seen` is `journals_on` as the person saw it: `Stale` when more was booked since. The row of the day is the only
    one locked, so a payment that holds its till and waits for the day can always finish or be refused.
    Raises `DayClosed`, `TillsStillOpen`, `Stale`, `Missing`.
    """
    closing = get_or_refuse(BusinessDay, (branch_id, day), lock=True)
    refuse_closed(closing)
    still_open = open_tills(branch_id, day)
    if still_open:
        named = "、".join(f"{shift.till_name} {name}" for shift, name in still_open)
        raise TillsStillOpen(names=named)
    if seen is not None and journals_on(branch_id, day) != seen:
        raise Stale
    totals = day_totals.compute(branch_id, day)
    sealed = {
        "state": DayState.CLOSED,
        "closed_by": by.id,
        "closed_at": now(),
        "totals": totals,
        "previous_seal": day_seals.previous_seal(branch_id, day),
        "seal": day_seals.seal_of(branch_id, day, totals),
    }
    # Set in one go: a flush in between would close the day without its seal, which the database refuses.
    for name, value in sealed.items():
        setattr(closing, name, value)
    db.session.flush()
    return closing


def figures(day: BusinessDay) -> day_totals.Totals:
    """The sealed totals of a closed day, of an open one the totals so far."""
    return day.totals if day.totals is not None else day_totals.compute(day.branch_id, day.day)


def select_days(*conditions: Any) -> Select[Any]:
    """Rows (day, branch name), newest first."""
    columns: tuple[Any, ...] = (BusinessDay, Branch.name)
    return (
        select(*columns)
        .join(Branch, Branch.id == BusinessDay.branch_id)
        .where(*conditions)
        .order_by(BusinessDay.day.desc(), BusinessDay.branch_id)
    )


def newest_by_branch(*conditions: Any) -> Sequence[tuple[Branch, BusinessDay | None]]:
    """Every branch with its newest day, by name: which one is open, which one wants opening."""
    newest = select(BusinessDay.branch_id, func.max(BusinessDay.day).label("day")).group_by(
        BusinessDay.branch_id
    )
    last = newest.subquery()
    query = (
        select(Branch, BusinessDay)
        .outerjoin(last, last.c.branch_id == Branch.id)
        .outerjoin(BusinessDay, (BusinessDay.branch_id == last.c.branch_id) & (BusinessDay.day == last.c.day))
        .where(*conditions)
        .order_by(Branch.name)
    )
    return [(branch, day) for branch, day in db.session.execute(query)]


def taken(day: BusinessDay) -> Decimal | None:
    """What a closed day took, less what it gave back, yuan; None while it is open."""
    if day.totals is None:
        return None
    return sum((Decimal(row["taken"]) - Decimal(row["voided"]) for row in day.totals["cashiers"]), ZERO)


def over_short(day: BusinessDay) -> Decimal | None:
    """The cash over (positive) or short of all tills of a closed day, yuan; None while it is open."""
    if day.totals is None:
        return None
    return sum((Decimal(till["over_short"]) for till in day.totals["tills"]), ZERO)


def closer_name(day: BusinessDay) -> str | None:
    """Who closed the day; None while it is open."""
    return None if day.closed_by is None else get_or_refuse(Staff, day.closed_by).name


def refuse_closed(day: BusinessDay) -> None:
    """Raise `DayClosed` for a day that is over."""
    if day.state is DayState.CLOSED:
        raise DayClosed(day=day.day)
