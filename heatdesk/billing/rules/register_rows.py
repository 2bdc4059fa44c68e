"""Checking the rows of a register against each other and against the file's own totals."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from heatdesk.billing.rules import register_faults as say
from heatdesk.billing.rules.register_cells import half_width
from heatdesk.billing.rules.register_columns import ColumnMapping, Field
from heatdesk.billing.rules.register_faults import CellFault, Fault, Severity, shown
from heatdesk.billing.rules.register_reading import RegisterRow, RowReader, differing, row_fault
from heatdesk.billing.rules.register_totals import ColumnSums, RegisterTotals, register_totals
from heatdesk.billing.rules.states import SupplyState
from heatdesk.sheets.headers import Cell

Rows = Iterable[tuple[int, Sequence[Cell]]]

LISTED_FAULTS = 20_000
"""So many faults are listed, the rest is only counted: a wrong column makes one in every row."""

_GRAND_TOTALS = {"合计", "总计", "共计", "累计", "总合计", "total", "grandtotal", "sum"}
_SUBTOTALS = {"小计", "本页合计", "本页小计", "页计", "subtotal"}


@dataclass(frozen=True, slots=True)
class CheckedRegister:
    """What an import would do: the good `rows`, the `faults` by row, and the totals the clerk confirms.

    `rows_read` = rows taken + `rows_left_out` (with an error) + `rows_twice` (the same again); total rows,
    notes and repeated headers are none of them. `errors` and `warnings` count all faults, `faults` lists the
    first 20,000.
    """

    rows: list[RegisterRow]
    faults: list[Fault]
    totals: RegisterTotals
    rows_read: int
    rows_left_out: int
    rows_twice: int
    errors: int
    warnings: int


def check_rows(rows: Rows, mapping: ColumnMapping, *, date_1904: bool = False) -> CheckedRegister:
    """Check numbered rows (as `Sheet.rows()` gives them) by `mapping`.

    Raises `BadInput` if a required column is missing; everything else becomes a fault of its row.
    """
    check = _Check(RowReader(mapping, date_1904=date_1904))
    for number, row, is_last in _with_last(rows):
        check.take(number, row, is_last=is_last)
    return check.result()


def _with_last(rows: Rows) -> Iterator[tuple[int, Sequence[Cell], bool]]:
    held: tuple[int, Sequence[Cell]] | None = None
    for numbered in rows:
        if held is not None:
            yield *held, False
        held = numbered
    if held is not None:
        yield *held, True


class _Check:
    """What has been seen so far while the rows go by once."""

    def __init__(self, reader: RowReader) -> None:
        self.reader = reader
        self.mapping = reader.mapping
        self.taken: list[RegisterRow] = []
        self.faults: list[Fault] = []
        self.counts: Counter[Severity] = Counter()
        self.rows_read = self.rows_twice = 0
        self.some_row_was_short = False
        self.by_card: dict[str, RegisterRow | int] = {}
        self.by_place: dict[tuple[str, ...], RegisterRow] = {}
        self.by_building: dict[tuple[str, str, str], RegisterRow] = {}
        self.numeric_cards: list[tuple[int, str]] = []
        self.card_lengths: Counter[int] = Counter()
        self.total_row: tuple[int, Sequence[Cell]] | None = None
        self.sums = ColumnSums(reader)
        self.headers = {
            what.value: self.mapping.header[column] for what, column in self.mapping.fields.items()
        }
        self.headers["arrears"] = ", ".join(
            self.mapping.header[column] for column in self.mapping.arrears.values()
        )

    def take(self, number: int, row: Sequence[Cell], *, is_last: bool) -> None:
        """Sort one row in: total, repeated header, note, fault, repetition, or good."""
        if kind := self._kind_of_total(row):
            if kind == "grand":
                self.total_row = (number, row)
            return
        if tuple(row) == self.mapping.header:
            return
        if self.reader.is_note(row):
            text = " ".join(half_width(cell) for cell in row if cell != "")
            self._add(row_fault(number, CellFault(say.PASSED_OVER, {"value": shown(text)}, Severity.WARNING)))
            return
        self.rows_read += 1
        found: list[Fault] = []
        household = self.reader.read(number, row, found)
        if width_fault := self._wrong_width(row, is_last=is_last):
            found.append(row_fault(number, width_fault))
            household = None
        if household is not None:
            found += self._in_itself(household)
            household = self._among_others(household, found)
        else:
            self._remember_faulty(number, row)
        for fault in found:
            self._add(fault)
        if household is not None:
            self._accept(household, row)
        elif any(fault.severity is Severity.ERROR for fault in found):
            self.sums.leave(row)

    def _kind_of_total(self, row: Sequence[Cell]) -> str:
        first = next((cell for cell in row if cell != ""), "")
        if not isinstance(first, str) or len(first) > 12 or first[0].isdecimal():
            return ""
        word = "".join(half_width(first).lower().split()).rstrip(":")
        return "grand" if word in _GRAND_TOTALS else "sub" if word in _SUBTOTALS else ""

    def _wrong_width(self, row: Sequence[Cell], *, is_last: bool) -> CellFault | None:
        """Rows of a text file may be too long (a separator inside a text); the last may end half-way."""
        columns = len(self.mapping.header)
        values = {"cells": len(row), "columns": columns}
        if len(row) > columns and any(cell != "" for cell in row[columns:]):
            return CellFault(say.TOO_MANY_CELLS, values)
        if len(row) < columns:
            if is_last and not self.some_row_was_short:
                return CellFault(say.TOO_FEW_CELLS, values)
            self.some_row_was_short = True
        return None

    def _in_itself(self, household: RegisterRow) -> list[Fault]:
        """Facts of one row that do not go together."""
        faults: list[Fault] = []
        building = household.building_area_m2
        parts = (
            (Field.INNER_AREA, household.inner_area_m2),
            (Field.USABLE_AREA, household.usable_area_m2),
            (Field.BALCONY_AREA, household.balcony_area_m2),
        )
        for what, area in parts:
            if area is not None and area > building:
                larger = CellFault(say.LARGER_THAN_BUILDING, {"value": area, "building": building})
                faults.append(self.reader.column_fault(household.row, what, larger))
        if household.state is not SupplyState.SUPPLIED and household.state_on is None:
            undated = CellFault(say.NO_STATE_DATE, {}, Severity.WARNING)
            faults.append(self.reader.column_fault(household.row, Field.STATE_ON, undated))
        return faults

    def _among_others(self, household: RegisterRow, found: list[Fault]) -> RegisterRow | None:
        """The household if it is to be taken, with what other rows say against it in `found`."""
        row, card = household.row, household.card_no
        is_faulty = any(fault.severity is Severity.ERROR for fault in found)
        first = self.by_card.get(card)
        if first is None:
            self.by_card[card] = row if is_faulty else household
            if is_faulty:
                return None
            found += self._same_place(household)
            return household
        if isinstance(first, int):
            fault = CellFault(say.CARD_IN_FAULTY_ROW, {"card": card, "first": first})
        elif first == household:
            self.rows_twice += 1
            fault = CellFault(say.SAME_TWICE, {"card": card, "first": first.row}, Severity.WARNING)
        else:
            columns = differing(first, household, self.headers)
            fault = CellFault(say.CONTRADICTS, {"card": card, "first": first.row, "columns": columns})
        found.append(self.reader.column_fault(row, Field.CARD_NO, fault))
        return None

    def _remember_faulty(self, number: int, row: Sequence[Cell]) -> None:
        column = self.mapping.fields[Field.CARD_NO]
        card = half_width(row[column]) if column < len(row) else ""
        if card:
            self.by_card.setdefault(card, number)

    def _same_place(self, household: RegisterRow) -> list[Fault]:
        """One flat with two cards, or one building on two stations: possible, but rarely meant."""
        faults: list[Fault] = []
        place = (household.community, household.building, household.unit, household.room)
        if not household.room:
            place = ("", "", "", household.address)
        other = self.by_place.setdefault(place, household)
        if other is not household:
            values = {"address": " ".join(filter(None, place)), "first": other.row, "other": other.card_no}
            same = CellFault(say.SAME_PREMISES, values, Severity.WARNING)
            faults.append(self.reader.column_fault(household.row, Field.CARD_NO, same))
        if household.building and household.station:
            key = (household.branch, household.community, household.building)
            known = self.by_building.setdefault(key, household)
            if known.station != household.station:
                values = {"building": household.building, "value": household.station, "first": known.row}
                moved = CellFault(say.OTHER_STATION, values | {"other": known.station}, Severity.WARNING)
                faults.append(self.reader.column_fault(household.row, Field.STATION, moved))
        return faults

    def _accept(self, household: RegisterRow, row: Sequence[Cell]) -> None:
        self.taken.append(household)
        if household.card_no.isdecimal():
            self.card_lengths[len(household.card_no)] += 1
            if not isinstance(row[self.mapping.fields[Field.CARD_NO]], str):
                self.numeric_cards.append((household.row, household.card_no))

    def _add(self, fault: Fault) -> None:
        self.counts[fault.severity] += 1
        if len(self.faults) < LISTED_FAULTS:
            self.faults.append(fault)

    def result(self) -> CheckedRegister:
        """What only the whole file shows, and everything put together."""
        for fault in self._lost_zeros():
            self._add(fault)
        if self.total_row is not None:
            for fault in self.sums.compare(*self.total_row, self.taken):
                self._add(fault)
        return CheckedRegister(
            rows=self.taken,
            faults=sorted(self.faults, key=lambda fault: fault.row),
            totals=register_totals(self.taken, self.mapping.arrears),
            rows_read=self.rows_read,
            rows_left_out=self.rows_read - len(self.taken) - self.rows_twice,
            rows_twice=self.rows_twice,
            errors=self.counts[Severity.ERROR],
            warnings=self.counts[Severity.WARNING],
        )

    def _lost_zeros(self) -> Iterator[Fault]:
        """Card numbers kept as numbers and shorter than the others: their leading zeros are gone."""
        usual = self.card_lengths.most_common(1)[0][0] if self.card_lengths else 0
        for row, card in self.numeric_cards:
            if len(card) < usual:
                values = {"value": card, "length": len(card), "usual": usual}
                lost = CellFault(say.ZEROS_LOST, values, Severity.WARNING)
                yield self.reader.column_fault(row, Field.CARD_NO, lost)
