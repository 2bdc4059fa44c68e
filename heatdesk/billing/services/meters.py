"""Meters of accounts: put in, taken out, read; what they counted in a period."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on

from heatdesk.auth.models import Staff
from heatdesk.billing.errors import MeterIsOut, ReadBeforeInstalled, ReadInFuture, SerialTaken
from heatdesk.billing.models import Account, Meter, MeterReading, SupplyTerm
from heatdesk.billing.rules.energy import MeterFault
from heatdesk.billing.rules.readings import (
    PLAUSIBLE,
    Counter,
    Reading,
    Used,
    check_plausible,
    used_between,
    used_in,
)
from heatdesk.billing.rules.states import Unit
from heatdesk.billing.services.place_figures import current_term
from heatdesk.dates import DateRange, today
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Missing
from heatdesk.people.models import Customer


@dataclass(frozen=True, slots=True)
class Given:
    """A reading before it is written."""

    read_on: date
    shown: Decimal
    fault: MeterFault | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class CountedMeter:
    """One meter in one period; `used` is None while the closing reading is missing."""

    meter: Meter
    used: Used | None
    fault: MeterFault | None


def install(meter: Meter, opening: Decimal, *, by: int) -> Meter:
    """Put a meter in with its opening reading; raises `SerialTaken`, `ReadInFuture`."""
    other = db.session.execute(
        select(Account.card_no)
        .join(Meter, Meter.account_id == Account.id)
        .where(Meter.serial_no == meter.serial_no)
    ).first()
    if other is not None:
        raise SerialTaken(serial_no=meter.serial_no, card_no=other.card_no)
    db.session.add(meter)
    db.session.flush()
    read(meter, Given(meter.installed_on, opening), confirmed=True, by=by)
    return meter


def take_out(meter: Meter, on: date, shown: Decimal, *, by: int) -> None:
    """The last reading, and the meter counts no more; raises what `read` raises."""
    read(meter, Given(on, shown), confirmed=True, by=by)
    meter.removed_on = on
    db.session.flush()


def read(meter: Meter, given: Given, *, confirmed: bool, by: int) -> MeterReading:
    """Write what the meter showed; the row of the meter is locked by the caller.

    Raises `ReadInFuture`, `ReadBeforeInstalled`, `MeterIsOut`, `ReadingBelowPrevious`, and `ImplausibleReading` unless
    it is confirmed.
    """
    check(
        meter,
        given,
        readings_of([meter.id]).get(meter.id, []),
        area_of(meter.account_id),
        confirmed=confirmed,
    )
    row = MeterReading(meter_id=meter.id, entered_by=by, **{name: getattr(given, name) for name in _COLUMNS})
    db.session.add(row)
    db.session.flush()
    return row


_COLUMNS = ("read_on", "shown", "fault", "remark")


def check(
    meter: Meter, given: Given, known: Sequence[MeterReading], area_m2: Decimal | None, *, confirmed: bool
) -> None:
    """Whether the reading fits those before and after it; raises as `read` does."""
    if given.read_on > today():
        raise ReadInFuture(day=given.read_on)
    if given.read_on < meter.installed_on:
        raise ReadBeforeInstalled(day=meter.installed_on)
    if meter.removed_on is not None and given.read_on > meter.removed_on:
        raise MeterIsOut(day=meter.removed_on)
    reading = Reading(given.read_on, given.shown)
    before = [Reading(row.read_on, row.shown) for row in known if row.read_on < given.read_on]
    after = [Reading(row.read_on, row.shown) for row in known if row.read_on > given.read_on]
    pairs = [*((one, reading) for one in before[-1:]), *((reading, one) for one in after[:1])]
    for earlier, later in pairs:
        used = used_between(earlier, later, meter.digits)
        if not confirmed and area_m2 is not None:
            check_plausible(used, area_m2, (later.on - earlier.on).days, PLAUSIBLE[meter.unit])


def get(meter_id: int, branch_id: int | None, *, lock: bool = False) -> Meter:
    """The meter of this branch (None: of any); raises `Missing`."""
    meter = get_or_refuse(Meter, meter_id, lock=lock)
    account = get_or_refuse(Account, meter.account_id)
    if branch_id not in (None, account.branch_id):
        raise Missing
    return meter


def of_accounts(account_ids: Sequence[int]) -> dict[int, list[Meter]]:
    """The meters of each account, in the order they were put in."""
    found: dict[int, list[Meter]] = defaultdict(list)
    query = select(Meter).where(Meter.account_id.in_(account_ids)).order_by(Meter.installed_on, Meter.id)
    for meter in db.session.scalars(query.execution_options(populate_existing=True)):
        found[meter.account_id].append(meter)
    return found


def readings_of(meter_ids: Iterable[int]) -> dict[int, list[MeterReading]]:
    """The reading that holds for each day, by meter, in order of date."""
    found: dict[int, list[MeterReading]] = defaultdict(list)
    query = (
        select(MeterReading)
        .where(MeterReading.meter_id.in_(list(meter_ids)))
        .ext(distinct_on(MeterReading.meter_id, MeterReading.read_on))
        .order_by(MeterReading.meter_id, MeterReading.read_on, MeterReading.id.desc())
    )
    for row in db.session.scalars(query):
        found[row.meter_id].append(row)
    return found


def counted(account_ids: Sequence[int], period: DateRange) -> dict[int, list[CountedMeter]]:
    """What the meters of each account counted in the period, those left out that never stood in it.

    Raises what `used_in` raises.
    """
    meters = of_accounts(account_ids)
    readings = readings_of(meter.id for of_account in meters.values() for meter in of_account)
    return {
        account_id: [
            _counted(meter, readings.get(meter.id, []), period)
            for meter in of_account
            if meter.installed_on < period.last
            and (meter.removed_on is None or meter.removed_on > period.first)
        ]
        for account_id, of_account in meters.items()
    }


def _counted(meter: Meter, rows: Sequence[MeterReading], period: DateRange) -> CountedMeter:
    readings = tuple(Reading(row.read_on, row.shown) for row in rows)
    used = used_in(period, Counter(readings, meter.digits, meter.removed_on))
    faults = [
        row.fault for row in rows if used and used.opening.on < row.read_on <= used.closing.on and row.fault
    ]
    return CountedMeter(meter, used, faults[-1] if faults else None)


@dataclass(frozen=True, slots=True)
class Shown:
    """A reading with what was used since the one before; `replaced` when a later entry took its place."""

    reading: MeterReading
    used: Decimal | None
    by: str
    replaced: bool


def history(meter: Meter) -> list[Shown]:
    """Every reading that was entered, the newest first."""
    columns: tuple[Any, ...] = (MeterReading, Staff.name)
    rows = db.session.execute(
        select(*columns)
        .join(Staff, Staff.id == MeterReading.entered_by)
        .where(MeterReading.meter_id == meter.id)
        .order_by(MeterReading.read_on.desc(), MeterReading.id.desc())
    ).all()
    holding = readings_of([meter.id]).get(meter.id, [])
    used = {
        later.id: used_between(
            Reading(before.read_on, before.shown), Reading(later.read_on, later.shown), meter.digits
        )
        for before, later in pairwise(holding)
    }
    kept = {row.id for row in holding}
    return [Shown(row[0], used.get(row[0].id), row.name, row[0].id not in kept) for row in rows]


def area_of(account_id: int) -> Decimal | None:
    """The present building area, m², for what is plausible."""
    query = select(SupplyTerm.building_area_m2).select_from(Account).join(SupplyTerm, current_term())
    return db.session.scalar(query.where(Account.id == account_id))


def select_meters(words: str, unit: str, state: str, *conditions: Any) -> Select[Any]:
    """Rows (meter, card number, customer, day and figure of the last reading), by card number."""
    last = (
        select(MeterReading.meter_id, MeterReading.read_on, MeterReading.shown)
        .ext(distinct_on(MeterReading.meter_id))
        .order_by(MeterReading.meter_id, MeterReading.read_on.desc(), MeterReading.id.desc())
        .subquery()
    )
    columns: tuple[Any, ...] = (Meter, Account.card_no, Customer.name, last.c.read_on, last.c.shown)
    query = (
        select(*columns)
        .join(Account, Account.id == Meter.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .outerjoin(last, last.c.meter_id == Meter.id)
        .where(*conditions)
        .order_by(Account.card_no, Meter.installed_on, Meter.id)
    )
    if words:
        like = f"%{words}%"
        query = query.where(
            Meter.serial_no.like(like) | Account.card_no.like(like) | Customer.name.like(like)
        )
    if unit in set(Unit):
        query = query.where(Meter.unit == unit)
    if state in ("in", "out"):
        query = query.where(Meter.removed_on.is_(None) if state == "in" else Meter.removed_on.is_not(None))
    return query
