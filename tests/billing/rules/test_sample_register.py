"""The register of the demo, read and checked as a clerk's file: what is in it is known to the row."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import heatdesk.demo
from heatdesk.billing.rules import register_faults as say
from heatdesk.billing.rules.register_columns import KNOWN_NAMES, ColumnMapping
from heatdesk.billing.rules.register_rows import CheckedRegister, check_rows
from heatdesk.sheets import Sheet, read_sheet

SAMPLE = Path(heatdesk.demo.__file__).parent / "households-sample.xlsx"


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    return read_sheet(SAMPLE, SAMPLE.name, known=KNOWN_NAMES)


@pytest.fixture(scope="module")
def register(sheet: Sheet) -> CheckedRegister:
    return check_rows(sheet.rows(), ColumnMapping.suggest(sheet.header))


def rows_with(register: CheckedRegister, message: str) -> list[int]:
    return [fault.row for fault in register.faults if fault.message == message]


def test_every_column_is_recognised(sheet: Sheet) -> None:
    mapping = ColumnMapping.suggest(sheet.header)
    assert (sheet.sheet, sheet.header_row, len(sheet.header)) == ("用户台账", 2, 23)
    assert sorted([*mapping.fields.values(), *mapping.arrears.values()]) == list(range(23))
    assert (dict(mapping.arrears), dict(mapping.assumed)) == ({"2024-2025": 20}, {})


def test_counts_and_totals(register: CheckedRegister) -> None:
    assert (register.rows_read, len(register.rows)) == (3_000, 2_984)
    assert (register.rows_left_out, register.rows_twice) == (7, 9)
    assert (register.errors, register.warnings) == (7, 74)
    assert register.totals.rows == 2_984
    assert register.totals.building_area_m2 == Decimal("326144.95")
    assert register.totals.arrears == {"2024-2025": Decimal("527602.66")}
    assert register.totals.prepayments == Decimal("147943.50")


def test_every_fault(register: CheckedRegister) -> None:
    assert rows_with(register, say.AREA_NOT_POSITIVE) == [923, 1035, 1456, 2325]
    assert rows_with(register, say.MISSING) == [626, 1287, 2705]
    assert rows_with(register, say.SAME_TWICE) == [511, 664, 1040, 2036, 2174, 2725, 2775, 2782, 2956]
    assert rows_with(register, say.LIKE_FORMULA) == [281, 597, 1114, 1223, 1795]
    assert rows_with(register, say.VACANT_SUSPENDED) == [986, 1539, 1957, 2112, 2327]
    assert rows_with(register, say.NO_STATE_DATE) == [986, 1539, 2112, 2327]
    assert len(rows_with(register, say.SAME_PREMISES)) == 50
    assert len(register.faults) == 81
    assert str(register.faults[-1]) == (
        "Row 3003, column M 建筑面积: the file's own total is 326,849.10, the rows that would be taken "
        "sum up to 326,144.95 (difference 704.15; numbers readable in rows not taken: −417.58). "
        "Compare before you import."
    )


def test_what_was_written_in_other_ways_is_understood(register: CheckedRegister) -> None:
    by_row = {row.row: row for row in register.rows}
    assert by_row[207].building_area_m2 == Decimal("88.71")
    assert by_row[376].building_area_m2 == Decimal("90.25")
    assert by_row[1197].name == "贺涵刚"
    assert by_row[281].remark == "=cmd|' /C calc'!A0"
    assert Counter(len(row.phones) for row in register.rows) == {0: 14, 1: 2_948, 2: 22}
    assert sum(phone.startswith("024-") for row in register.rows for phone in row.phones) == 8
    assert by_row[3].state_on == date(2025, 1, 29)
    assert sum(row.state_on is not None for row in register.rows) == 317
    assert sum(row.is_organisation for row in register.rows) == 489
    states = {"supplied": 2_668, "suspended": 257, "cut": 44, "demolished": 15}
    assert Counter(row.state.value for row in register.rows) == states
    uses = {"residential": 2_495, "non_residential": 376, "public": 113}
    assert Counter(row.use_class.value for row in register.rows) == uses
    assert Counter(row.mode.value for row in register.rows) == {"area": 2_886, "metered": 98}
    assert sum(bool(row.arrears) for row in register.rows) == 186
    assert sum(row.prepayment > 0 for row in register.rows) == 174
