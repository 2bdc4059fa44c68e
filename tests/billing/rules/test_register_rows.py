"""Rows of a register against each other and against the totals of the file."""

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from heatdesk.billing.rules import register_faults as say
from heatdesk.billing.rules.register_columns import ColumnMapping, Field
from heatdesk.billing.rules.register_faults import Severity
from heatdesk.billing.rules.register_rows import LISTED_FAULTS, CheckedRegister, check_rows
from heatdesk.errors import BadInput
from heatdesk.money import ZERO
from tests.files import HEADER, household

MAPPING = ColumnMapping.suggest(HEADER)


def check(*rows: list[Any], mapping: ColumnMapping = MAPPING) -> CheckedRegister:
    """The rows as a file with its header in row 1 has them."""
    return check_rows(enumerate(rows, start=2), mapping)


def said(register: CheckedRegister) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.message) for fault in register.faults]


def other(number: int, **cells: Any) -> list[Any]:
    return household(用户编号=f"{number:011d}", 房号=str(number), **cells)


def test_good_row_becomes_typed_facts() -> None:
    cells = {
        "联系电话": "13238270855/024-23895792",
        "供热状态": "报停",
        "状态日期": "2025.02.04",
        "2024-2025陈欠": "1,989.78",
    }
    register = check(household(**cells, 户名="沈阳市和平区晓强餐饮有限公司", 用热性质="商业"))
    assert register.faults == []
    (row,) = register.rows
    assert (row.row, row.card_no, row.is_organisation) == (2, "01073174507", True)
    assert row.phones == ("13238270855", "024-23895792")
    assert (row.community, row.building, row.unit, row.room) == ("兴工里", "26号楼", "3单元", "1604")
    assert (row.building_area_m2, row.inner_area_m2, row.balcony_area_m2) == (Decimal("63.95"), None, ZERO)
    assert (row.use_class, row.mode, row.state) == ("non_residential", "area", "suspended")
    assert row.state_on == date(2025, 2, 4)
    assert row.arrears == (("2024-2025", Decimal("1989.78")),)
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.name = "x"  # type: ignore[misc]


def test_fault_is_named_by_row_and_column() -> None:
    register = check(household(), other(2, 建筑面积=-97.32))
    sentence = "−97.32 is no area: an area is above 0. Correct it in the file, or leave the row out."
    assert [str(fault) for fault in register.faults] == [f"Row 3, column H 建筑面积: {sentence}"]
    assert (register.rows_read, len(register.rows), register.rows_left_out) == (2, 1, 1)
    assert (register.errors, register.warnings) == (1, 0)


def test_fault_is_said_in_another_language() -> None:
    (fault,) = check(household(建筑面积="")).faults
    words = {say.PLACE_CELL: "第%(row)s行%(column)s列 %(header)s：%(what)s", say.MISSING: "不能为空。"}
    assert (
        fault.sentence(lambda message, **values: words[message] % values) == "第2行H列 建筑面积：不能为空。"
    )


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        ({"用户编号": ""}, [("A", say.MISSING)]),
        ({"户名": " "}, [("B", say.MISSING)]),
        ({"建筑面积": ""}, [("H", say.MISSING)]),
        ({"用热性质": ""}, [("I", say.MISSING)]),
        ({"用热性质": "？", "建筑面积": "x"}, [("H", say.NOT_A_NUMBER), ("I", say.UNKNOWN_USE)]),
        ({"供热状态": "？"}, [("J", say.UNKNOWN_STATE)]),
        ({"房号": ""}, [("", say.NO_ADDRESS)]),
        ({"2024-2025陈欠": -1}, [("L", say.NEGATIVE_AMOUNT)]),
        ({"预存余额": -1}, [("M", say.NEGATIVE_AMOUNT)]),
        ({"状态日期": "2025-02-30"}, [("K", say.NO_SUCH_DAY)]),
    ],
)
def test_error_leaves_the_row_out(cells: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    register = check(household(**cells))
    assert (said(register), register.rows) == ([(2, *fault) for fault in faults], [])


@pytest.mark.parametrize(
    ("cells", "column", "fault"),
    [
        ({"联系电话": "1323827"}, "C", say.BAD_PHONE),
        ({"供热状态": ""}, "J", say.ASSUMED),
        ({"供热状态": "报停"}, "K", say.NO_STATE_DATE),
        ({"备注": "=cmd|' /C calc'!A0"}, "N", say.LIKE_FORMULA),
        ({"建筑面积": 63.955}, "H", say.ROUNDED),
        ({"2024-2025陈欠": 0.125}, "L", say.ROUNDED),
    ],
)
def test_warning_takes_the_row(cells: dict[str, Any], column: str, fault: str) -> None:
    register = check(household(**cells))
    assert (said(register), len(register.rows)) == ([(2, column, fault)], 1)


def test_same_card_with_the_same_facts_is_taken_once() -> None:
    again = household(建筑面积="63.95㎡", 户名=" 张 立华 ", 预存余额="0")
    register = check(household(), again)
    assert said(register) == [(3, "A", say.SAME_TWICE)]
    assert (len(register.rows), register.rows_twice, register.rows_left_out) == (1, 1, 0)


def test_same_card_with_other_facts_names_the_first_row_and_the_columns() -> None:
    register = check(household(), other(2), household(建筑面积=70, 备注="x"))
    (fault,) = register.faults
    assert (fault.row, fault.message, fault.severity) == (4, say.CONTRADICTS, Severity.ERROR)
    assert fault.values == {"card": "01073174507", "first": 2, "columns": "建筑面积, 备注"}
    assert (len(register.rows), register.rows_left_out) == (2, 1)


def test_same_card_after_a_faulty_row_is_not_taken_either() -> None:
    register = check(household(建筑面积=-1), household())
    assert said(register)[1:] == [(3, "A", say.CARD_IN_FAULTY_ROW)]
    assert register.rows == []


def test_same_flat_with_another_card_is_remarked_with_the_first() -> None:
    register = check(household(), household(用户编号="2", 楼栋="２６号楼"))
    (fault,) = register.faults
    assert (fault.message, fault.severity) == (say.SAME_PREMISES, Severity.WARNING)
    assert fault.values == {"address": "兴工里 26号楼 3单元 1604", "first": 2, "other": "01073174507"}
    assert len(register.rows) == 2


def test_address_in_one_column_counts_as_place() -> None:
    mapping = ColumnMapping.suggest(["卡号", "户名", "地址", "建筑面积"])
    register = check(
        ["1", "张", "兴工里1-1", 60], ["2", "李", "兴工里 1-1", 60], ["3", "王", "", 60], mapping=mapping
    )
    assert [fault.message for fault in register.faults] == [say.SAME_PREMISES, say.NO_ADDRESS]
    assert {row.use_class for row in register.rows} == {"residential"}


def test_parts_larger_than_the_building_area_are_errors() -> None:
    mapping = ColumnMapping.suggest([*HEADER, "套内面积", "阳台面积", "换热站"])
    rows = [[*household(), 63.96, "", "一站"], [*other(2), "", 64, "一站"], [*other(3), 63.95, 63.95, "二站"]]
    register = check(*rows, [*other(4), "", "", "一站"], mapping=mapping)
    larger = say.LARGER_THAN_BUILDING
    assert said(register) == [(2, "O", larger), (3, "P", larger), (5, "Q", say.OTHER_STATION)]
    assert [row.row for row in register.rows] == [4, 5]


def test_total_row_is_compared_with_what_would_be_taken() -> None:
    total = ["合 计：", *[""] * 6, 203.95, *[""] * 3, "100.00", 0.0, ""]
    rows = [household(**{"2024-2025陈欠": 100}), other(2, 建筑面积=70), other(3, 建筑面积=-70)]
    register = check(*rows, total)
    assert register.totals.rows == 2
    assert register.totals.building_area_m2 == Decimal("133.95")
    assert register.totals.arrears == {"2024-2025": Decimal("100.00")}
    assert (register.rows_read, register.faults[-1].row, register.faults[-1].column) == (3, 5, "H")
    assert register.faults[-1].values == {
        "file": "203.95",
        "taken": "133.95",
        "difference": "70.00",
        "left": "−70.00",
    }
    assert len(register.faults) == 2


def test_total_that_agrees_says_nothing() -> None:
    total = ["", "总计", *[""] * 5, 133.95, *[""] * 3, "0", "", ""]
    assert check(household(), other(2, 建筑面积=70), ["小计", *[""] * 13], total).faults == []


def test_total_that_is_no_number_is_remarked() -> None:
    assert said(check(household(), ["合计", *[""] * 6, "见附表", *[""] * 6])) == [
        (3, "H", say.TOTAL_UNREADABLE)
    ]


def test_repeated_header_and_notes_are_passed_over() -> None:
    note = ["", "", "制表人：王", *[""] * 11]
    register = check(household(), list(HEADER), other(2), note)
    assert said(register) == [(5, "", say.PASSED_OVER)]
    assert (register.rows_read, len(register.rows)) == (2, 2)


def test_short_number_among_longer_cards_has_lost_its_zeros() -> None:
    register = check(household(), other(2), other(3), household(用户编号=1073174508.0, 房号="9"))
    assert said(register) == [(5, "A", say.ZEROS_LOST)]
    assert len(register.rows) == 4


def test_row_with_a_separator_too_many_and_a_file_that_ends_early() -> None:
    register = check(household(), [*other(2), "x"], other(3)[:6])
    assert [fault for fault in said(register) if fault[1] == ""][:1] == [(3, "", say.TOO_MANY_CELLS)]
    assert (4, "", say.TOO_FEW_CELLS) in said(register)
    assert len(check(household(), other(2)[:12], other(3)[:12]).rows) == 3


def test_what_has_no_column_is_assumed_for_the_whole_file() -> None:
    mapping = dataclasses.replace(MAPPING, assumed={Field.BRANCH: "沈阳分公司", Field.MODE: "计量"})
    (row,) = check(household(), mapping=mapping).rows
    assert (row.branch, row.mode) == ("沈阳分公司", "metered")
    with pytest.raises(BadInput, match="“随便” is no way of charging"):
        check(mapping=dataclasses.replace(MAPPING, assumed={Field.MODE: "随便"}))


def test_wrong_column_is_counted_in_every_row_but_listed_only_so_far() -> None:
    rows = [other(number, 建筑面积="x") for number in range(LISTED_FAULTS + 10)]
    register = check(*rows)
    assert (register.errors, len(register.faults)) == (LISTED_FAULTS + 10, LISTED_FAULTS)
