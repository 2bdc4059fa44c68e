"""Readings from a file: every row is checked against its meter; all come in, or the good ones if the clerk says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from heatdesk import audit
from heatdesk.billing.errors import NoReadingsInFile
from heatdesk.billing.models import Account, Meter, MeterReading, SupplyTerm
from heatdesk.billing.rules.reading_rows import KNOWN_NAMES, ReadingRow, RowFault, columns_of, read_rows
from heatdesk.billing.services import meters
from heatdesk.billing.services.meters import Given
from heatdesk.billing.services.place_figures import current_term
from heatdesk.db import db
from heatdesk.errors import Refusal, msgid
from heatdesk.sheets import read_sheet

UNKNOWN_METER = msgid("No meter of your branch has the number %(serial_no)s.")
UNKNOWN_CARD = msgid("Card %(card_no)s has no meter in your branch, or several: give the meter number.")
OTHER_CARD = msgid("Meter %(serial_no)s does not stand at card %(card_no)s.")
TWICE = msgid("This meter has another reading of the same day in row %(other)s.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a file came to: rows brought in, rows known already, and what is wrong with the others."""

    written: int
    known: int
    faults: tuple[RowFault, ...]


def bring_in(content: bytes, name: str, branch_id: int | None, *, only_good: bool, by: int) -> Outcome:
    """Write the readings of a file; a reading that stands already changes nothing.

    Raises `BadInput` for what is no table, `NoReadingsInFile`; with faults nothing is written unless `only_good`.
    """
    sheet = read_sheet(content, name, known=KNOWN_NAMES)
    columns = columns_of(sheet.header)
    if not {"read_on", "shown"} <= columns.keys() or not {"serial_no", "card_no"} & columns.keys():
        raise NoReadingsInFile
    rows, faults = read_rows(sheet.rows(), columns)
    if not rows and not faults:
        raise NoReadingsInFile
    matched, unmatched = _match(rows, branch_id)
    written, known, refused = _check(matched)
    every = tuple(sorted([*faults, *unmatched, *refused], key=lambda fault: fault.number))
    if every and not only_good:
        return Outcome(0, known, every)
    if written:
        values = [
            {
                "meter_id": meter.id,
                "read_on": row.read_on,
                "shown": row.shown,
                "fault": row.fault,
                "remark": row.remark,
                "entered_by": by,
            }
            for meter, row in written
        ]
        db.session.execute(insert(MeterReading), values)
        audit.record(
            "import_readings", actor_id=by, subject_table="meter", after={"file": name, "rows": len(written)}
        )
    return Outcome(len(written), known, every)


Pair = tuple[Meter, ReadingRow]


def _match(rows: Sequence[ReadingRow], branch_id: int | None) -> tuple[list[Pair], list[RowFault]]:
    """The meter of each row, by its number or by its card."""
    columns: tuple[Any, ...] = (Meter, Account.card_no)
    query = (
        select(*columns)
        .join(Account, Account.id == Meter.account_id)
        .where(
            Meter.serial_no.in_([row.serial_no for row in rows if row.serial_no])
            | Account.card_no.in_([row.card_no for row in rows if not row.serial_no])
        )
        .order_by(Meter.id)
    )
    if branch_id is not None:
        query = query.where(Account.branch_id == branch_id)
    found = db.session.execute(query.with_for_update(of=Meter)).all()
    by_serial = {row[0].serial_no: row for row in found}
    by_card: dict[str, list[Any]] = {}
    for one in found:
        if one[0].removed_on is None:
            by_card.setdefault(one.card_no, []).append(one)
    pairs: list[Pair] = []
    faults: list[RowFault] = []
    for row in rows:
        if row.serial_no:
            hit = by_serial.get(row.serial_no)
            if hit is None:
                faults.append(RowFault(row.number, UNKNOWN_METER, {"serial_no": row.serial_no}))
            elif row.card_no and row.card_no != hit.card_no:
                values = {"serial_no": row.serial_no, "card_no": row.card_no}
                faults.append(RowFault(row.number, OTHER_CARD, values))
            else:
                pairs.append((hit[0], row))
            continue
        hits = by_card.get(row.card_no, [])
        if len(hits) == 1:
            pairs.append((hits[0][0], row))
        else:
            faults.append(RowFault(row.number, UNKNOWN_CARD, {"card_no": row.card_no}))
    return pairs, faults


def _check(pairs: Sequence[Pair]) -> tuple[list[Pair], int, list[RowFault]]:
    """Which readings are new and fit those before and after them, how many stand already, and what is wrong."""
    readings = meters.readings_of({meter.id for meter, _row in pairs})
    areas = _areas({meter.account_id for meter, _row in pairs})
    new: list[Pair] = []
    faults: list[RowFault] = []
    known = 0
    seen: dict[tuple[int, Any], int] = {}
    for meter, row in sorted(pairs, key=lambda pair: (pair[0].id, pair[1].read_on, pair[1].number)):
        other = seen.setdefault((meter.id, row.read_on), row.number)
        if other != row.number:
            faults.append(RowFault(row.number, TWICE, {"other": str(other)}))
            continue
        before = readings.setdefault(meter.id, [])
        same = [one for one in before if (one.read_on, one.shown) == (row.read_on, row.shown)]
        if same:
            known += 1
            continue
        try:
            given = Given(row.read_on, row.shown, row.fault, row.remark)
            meters.check(meter, given, before, areas.get(meter.account_id), confirmed=False)
        except Refusal as refusal:
            values = {name: str(value) for name, value in refusal.values.items()}
            faults.append(RowFault(row.number, refusal.message, values))
            continue
        before.append(MeterReading(meter_id=meter.id, read_on=row.read_on, shown=row.shown))
        before.sort(key=lambda one: one.read_on)
        new.append((meter, row))
    return new, known, faults


def _areas(account_ids: set[int]) -> dict[int, Any]:
    query = select(Account.id, SupplyTerm.building_area_m2).join(SupplyTerm, current_term())
    return {row[0]: row[1] for row in db.session.execute(query.where(Account.id.in_(account_ids)))}
