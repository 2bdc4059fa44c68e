"""Control totals of a register: our own sums, and how the total row of the file compares."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from heatdesk.billing.rules.register_cells import read_total
from heatdesk.billing.rules.register_columns import Field
from heatdesk.billing.rules.register_faults import (
    TOTAL_DIFFERS,
    TOTAL_UNREADABLE,
    CellFault,
    Fault,
    Severity,
    shown,
)
from heatdesk.billing.rules.register_reading import NUMBERS, RegisterRow, RowReader
from heatdesk.money import ZERO, round_money
from heatdesk.sheets.headers import Cell


@dataclass(frozen=True, slots=True)
class RegisterTotals:
    """Control totals of the rows that would be taken: number, m², yuan per season code, yuan."""

    rows: int
    building_area_m2: Decimal
    arrears: Mapping[str, Decimal]
    prepayments: Decimal


def register_totals(rows: Iterable[RegisterRow], seasons: Iterable[str]) -> RegisterTotals:
    """Sum the rows; every season that has a column appears, be it with nothing."""
    count, area, prepayments = 0, ZERO, ZERO
    arrears = dict.fromkeys(sorted(seasons), ZERO)
    for row in rows:
        count += 1
        area += row.building_area_m2
        prepayments += row.prepayment
        for season, amount in row.arrears:
            arrears[season] += amount
    return RegisterTotals(count, area, arrears, prepayments)


class ColumnSums:
    """What the columns of numbers sum up to in rows that are not taken, so that a difference can be
    explained.
    """

    def __init__(self, reader: RowReader) -> None:
        self.reader = reader
        fields = reader.mapping.fields
        self.fields = {fields[what]: what for what in NUMBERS if what in fields}
        self.seasons = {column: season for season, column in reader.mapping.arrears.items()}
        self.left = dict.fromkeys((*self.fields, *self.seasons), Decimal(0))

    def leave(self, row: Sequence[Cell]) -> None:
        """Add the readable numbers of a row that is not taken."""
        for column in self.left:
            number, _ = read_total(row[column]) if column < len(row) else (None, None)
            self.left[column] += number or 0

    def compare(self, number: int, row: Sequence[Cell], taken: Sequence[RegisterRow]) -> list[Fault]:
        """A warning for each column whose total in the file (row `number`) differs from ours."""
        faults: list[Fault] = []
        for column in self.left:
            stated, fault = read_total(row[column]) if column < len(row) else (None, None)
            if fault is not None:
                unreadable = CellFault(TOTAL_UNREADABLE, {"value": shown(row[column])}, Severity.WARNING)
                faults.append(self.reader.fault(number, column, unreadable))
            elif stated is not None and round_money(stated) != (ours := self._sum(column, taken)):
                values = {
                    "file": f"{stated:,.2f}",
                    "taken": f"{ours:,.2f}",
                    "difference": f"{stated - ours:,.2f}".replace("-", "−"),
                    "left": f"{self.left[column]:,.2f}".replace("-", "−"),
                }
                faults.append(
                    self.reader.fault(number, column, CellFault(TOTAL_DIFFERS, values, Severity.WARNING))
                )
        return faults

    def _sum(self, column: int, taken: Sequence[RegisterRow]) -> Decimal:
        if column in self.seasons:
            season = self.seasons[column]
            return sum((dict(row.arrears).get(season, ZERO) for row in taken), ZERO)
        name = Field(self.fields[column]).value
        return sum((getattr(row, name) or ZERO for row in taken), ZERO)
