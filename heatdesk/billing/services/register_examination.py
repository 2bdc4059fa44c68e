"""A register against itself and against the database: what an import would do, row by row. Nothing is written."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select, text

from heatdesk.auth.models import Staff
from heatdesk.billing.models import Season, SeasonRun
from heatdesk.billing.rules import register_faults as say
from heatdesk.billing.rules.register_columns import ColumnMapping, Field
from heatdesk.billing.rules.register_faults import CellFault, Fault, Severity
from heatdesk.billing.rules.register_reading import RegisterRow, RowReader
from heatdesk.billing.rules.register_rows import LISTED_FAULTS, check_rows
from heatdesk.billing.rules.register_totals import RegisterTotals, register_totals
from heatdesk.billing.rules.workflow import RunState
from heatdesk.billing.services import register_staging as staging
from heatdesk.billing.services.register_differences import Known
from heatdesk.db import db, get_or_refuse
from heatdesk.network.models import Branch
from heatdesk.sheets import Cell, Sheet

Progress = Callable[[int], None]
"""Told how many hundredths of the work are done."""

ROWS_CHECKED = 60
"""The hundredth at which the rows are checked and the database's part begins."""

_KNOWN_CARDS = "select card_no, branch_id from account where card_no = any(:cards)"
_OTHER_BRANCH = """
    select incoming.row, branch.name as other, place.branch as value, place.building
      from incoming
      join incoming_place place using (place)
      join building on building.id = place.building_id
      join office on office.id = building.office_id
      join branch on branch.id = office.branch_id
     where incoming.is_new and branch.name <> place.branch
     order by incoming.row
"""
_TAKEN = """
    select incoming.row, incoming.address, account.card_no as other
      from incoming
      join incoming_place place using (place)
      join premises on premises.building_id = place.building_id and premises.unit = incoming.unit
                   and premises.room = incoming.room
      join account on account.premises_id = premises.id and account.closed_on is null
     where incoming.is_new
     order by incoming.row
"""


@dataclass
class Examination:
    """What an import would do: `new` accounts, `known` ones, the `faults` of both.

    `taken` are the control totals of all good rows, `totals` those of the new accounts, which are what is booked.
    The good rows stand in the temporary tables of `register_staging` until the transaction ends.
    """

    reader: RowReader
    rows_read: int = 0
    rows_twice: int = 0
    left_out: int = 0
    new: list[RegisterRow] = field(default_factory=list)
    known: dict[int, RegisterRow] = field(default_factory=dict)
    different: int = 0
    bring_phones: int = 0
    faults: list[Fault] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0
    missing_seasons: set[str] = field(default_factory=set)

    @property
    def totals(self) -> RegisterTotals:
        return register_totals(self.new, self.reader.mapping.arrears)

    @property
    def taken(self) -> RegisterTotals:
        return register_totals([*self.new, *self.known.values()], self.reader.mapping.arrears)

    def add(self, fault: Fault) -> None:
        """Count a fault and list it among the first."""
        if fault.severity is Severity.ERROR:
            self.errors += 1
        else:
            self.warnings += 1
        if len(self.faults) < LISTED_FAULTS:
            self.faults.append(fault)

    def refuse(self, rows: Mapping[int, Fault]) -> None:
        """Leave rows out, each for the reason given."""
        for fault in rows.values():
            self.add(fault)
        self.left_out += len(rows)
        self.new = [row for row in self.new if row.row not in rows]
        for number in rows.keys() & self.known.keys():
            del self.known[number]


def examine(
    sheet: Sheet,
    mapping: ColumnMapping,
    effective_on: date,
    staff: Staff,
    progress: Progress = lambda _: None,
) -> Examination:
    """Check the rows for a member of staff, who brings in households of the own branch, or of all from head office.

    Raises `BadInput` where a needed column is missing.
    """
    register = check_rows(_watched(sheet, progress), mapping, date_1904=sheet.date_1904)
    found = Examination(
        RowReader(mapping, date_1904=sheet.date_1904),
        rows_read=register.rows_read,
        rows_twice=register.rows_twice,
        left_out=register.rows_left_out,
        faults=register.faults,
        errors=register.errors,
        warnings=register.warnings,
    )
    own = get_or_refuse(Branch, staff.branch_id) if staff.branch_id is not None else None
    known = _known_cards(register.rows)
    for row in register.rows:
        if row.card_no in known:
            found.known[row.row] = row
        else:
            found.new.append(row)
    found.refuse(_out_of_reach(register.rows, found.reader, own, known))
    found.refuse(_season_faults(found))
    usual_branch = own.name if own else ""
    found.refuse(_two_branches(found, usual_branch))
    progress(ROWS_CHECKED)
    staging.stage([*found.new, *found.known.values()], known, effective_on, usual_branch)
    _ask_database(found)
    progress(75)
    return found


def _watched(sheet: Sheet, progress: Progress) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """The rows, telling every ten thousand how far they are; the last row's number is not known before."""
    for number, row in sheet.rows():
        if number % 10_000 == 0:
            progress(5 + 50 * number // (number + 50_000))
        yield number, row


def _known_cards(rows: list[RegisterRow]) -> dict[str, int]:
    """Branch ids of the accounts that exist, by card number."""
    found = db.session.execute(text(_KNOWN_CARDS), {"cards": [row.card_no for row in rows]})
    return {card: branch_id for card, branch_id in found}  # noqa: C416 (a result is no mapping)


def _out_of_reach(
    rows: list[RegisterRow], reader: RowReader, own: Branch | None, known: Mapping[str, int]
) -> dict[int, Fault]:
    """Rows of other branches, and rows of no branch."""
    faults: dict[int, Fault] = {}
    for row in rows:
        if own is None:
            if not row.branch:
                faults[row.row] = reader.column_fault(row.row, Field.BRANCH, CellFault(say.NO_BRANCH))
        elif row.branch not in ("", own.name):
            values = {"value": row.branch, "own": own.name}
            other = CellFault(say.OTHER_BRANCH, values)
            faults[row.row] = reader.column_fault(row.row, Field.BRANCH, other)
        elif known.get(row.card_no, own.id) != own.id:
            taken = CellFault(say.CARD_OF_OTHER_BRANCH, {"card": row.card_no})
            faults[row.row] = reader.column_fault(row.row, Field.CARD_NO, taken)
    return faults


def _season_faults(found: Examination) -> dict[int, Fault]:
    """New households whose arrears belong to a season that does not exist, or is just being billed."""
    wanted = list(found.reader.mapping.arrears)
    seasons: dict[str, int] = dict(
        db.session.execute(select(Season.code, Season.id).where(Season.code.in_(wanted))).all()
    )
    busy = set(
        db.session.scalars(
            select(SeasonRun.season_id).where(SeasonRun.state == RunState.RELEASED, SeasonRun.is_bulk)
        )
    )
    faults: dict[int, Fault] = {}
    for row in found.new:
        for season, _amount in row.arrears:
            if season not in seasons:
                found.missing_seasons.add(season)
            elif seasons[season] not in busy:
                continue
            message = say.SEASON_BUSY if season in seasons else say.SEASON_MISSING
            column = found.reader.mapping.arrears[season]
            faults[row.row] = found.reader.fault(row.row, column, CellFault(message, {"season": season}))
    return faults


def _two_branches(found: Examination, usual_branch: str) -> dict[int, Fault]:
    """Rows that put a building into another branch than an earlier row did."""
    faults: dict[int, Fault] = {}
    branches: dict[tuple[str, str, str], str] = {}
    for row in found.new:
        branch = row.branch or usual_branch
        if row.building and row.community:
            first = branches.setdefault((row.district, row.community, row.building), branch)
            if first != branch:
                faults[row.row] = _other_branch(found.reader, row.row, row.building, first, branch)
    return faults


def _other_branch(reader: RowReader, row: int, building: str, other: str, value: str) -> Fault:
    values = {"building": building, "other": other, "value": value}
    return reader.column_fault(row, Field.BUILDING, CellFault(say.BUILDING_OF_OTHER_BRANCH, values))


def _ask_database(found: Examination) -> None:
    """What only a comparison with the tables shows: foreign buildings, taken flats, households that differ."""
    reader = found.reader
    foreign = {
        row["row"]: _other_branch(reader, row["row"], row["building"], row["other"], row["value"])
        for row in db.session.execute(text(_OTHER_BRANCH)).mappings()
    }
    if foreign:
        found.refuse(foreign)
        staging.drop_rows(foreign)
    for row in db.session.execute(text(_TAKEN)).mappings():
        values = {"address": row["address"], "other": row["other"]}
        taken = CellFault(say.TAKEN_PREMISES, values, Severity.WARNING)
        found.add(reader.column_fault(row["row"], Field.CARD_NO, taken))
    if found.known:
        comparison = Known()
        for fault in comparison.compare(found.known, reader):
            found.add(fault)
        found.different, found.bring_phones = comparison.different, comparison.bring_phones
