"""Cells of a register as people fill them in, one case a line: what is understood and what refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from heatdesk.billing.rules import register_faults as say
from heatdesk.billing.rules.register_cells import (
    is_blank,
    read_amount,
    read_area,
    read_card_no,
    read_date,
    read_height,
    read_name,
    read_part_area,
    read_place,
    read_text,
)
from heatdesk.billing.rules.register_faults import CellFault, Severity
from heatdesk.billing.rules.register_words import read_mode, read_state, read_use_class
from heatdesk.sheets import Cell


def message(fault: CellFault | None) -> str | None:
    if fault is not None:
        assert "%(" not in fault.message % fault.values
    return fault.message if fault else None


BLANK = ["", " ", "　", "-", "—", "无", "N/A", "null", "/"]


@pytest.mark.parametrize("cell", BLANK)
def test_signs_for_nothing_are_nothing(cell: str) -> None:
    assert is_blank(cell)
    for reader in (
        read_text,
        read_name,
        read_place,
        read_card_no,
        read_area,
        read_amount,
        read_height,
        read_date,
    ):
        assert reader(cell) == (None, None)
    for word_reader in (read_use_class, read_mode, read_state):
        assert word_reader(cell) == (None, None)


@pytest.mark.parametrize(
    ("cell", "card", "fault"),
    [
        ("06263164000", "06263164000", None),
        ("０６２６３１６４０００", "06263164000", None),
        (" 0626 3164 000\u200b", "06263164000", None),
        ("'0626", "0626", None),
        (6263164000.0, "6263164000", None),
        (6263164000, "6263164000", None),
        ("A-12_3.b", "A-12_3.b", None),
        ("6.26316E+09", None, say.DIGITS_LOST),
        (210102198001011230.0, None, say.DIGITS_LOST),
        (626.5, "626.5", None),
        ("卡0626", None, say.BAD_CARD),
        ("=1+1", None, say.BAD_CARD),
        ("1" * 33, None, say.BAD_CARD),
        ("٣٤٥", None, say.BAD_CARD),
    ],
)
def test_card_number(cell: Cell, card: str | None, fault: str | None) -> None:
    value, found = read_card_no(cell)
    assert (value, message(found)) == (card, fault)


@pytest.mark.parametrize(
    ("cell", "area", "fault"),
    [
        (63.95, "63.95", None),
        (70, "70.00", None),
        ("88.71㎡", "88.71", None),
        ("88.71 m2", "88.71", None),
        ("88.71平方米", "88.71", None),
        ("88.71平米", "88.71", None),
        ("９０．２５", "90.25", None),
        ("1,234.50", "1234.50", None),
        ("1，234.5", "1234.50", None),
        ("+60", "60.00", None),
        (88.33000000000001, "88.33", None),
        (88.335, "88.34", say.ROUNDED),
        ("88.3349", "88.33", say.ROUNDED),
        (99999.99, "99999.99", None),
        (-97.32, None, say.AREA_NOT_POSITIVE),
        ("−97.32", None, say.AREA_NOT_POSITIVE),
        ("(97.32)", None, say.AREA_NOT_POSITIVE),
        (0, None, say.AREA_NOT_POSITIVE),
        (0.004, None, say.AREA_NOT_POSITIVE),
        (100000, None, say.AREA_TOO_LARGE),
        (99999.999, "100000.00", say.ROUNDED),
        (1e300, None, say.NOT_A_NUMBER),
        (float("inf"), None, say.NOT_A_NUMBER),
        (float("nan"), None, say.NOT_A_NUMBER),
        (True, None, say.NOT_A_NUMBER),
        ("88,71", None, say.BAD_COMMA),
        ("1,23,456", None, say.BAD_COMMA),
        ("88.71.2", None, say.NOT_A_NUMBER),
        ("约90", None, say.NOT_A_NUMBER),
        ("1e3", None, say.NOT_A_NUMBER),
        ("=88", None, say.NOT_A_NUMBER),
        ("٨٨", None, say.NOT_A_NUMBER),
        ("八十八", None, say.NOT_A_NUMBER),
        ("9" * 10_000, None, say.NOT_A_NUMBER),
        ("#REF!", None, say.SPREADSHEET_ERROR),
    ],
)
def test_area(cell: Cell, area: str | None, fault: str | None) -> None:
    value, found = read_area(cell)
    assert (str(value) if value is not None else None, message(found)) == (area, fault)
    if value is not None and found is not None:
        assert found.severity is Severity.WARNING


def test_negative_area_is_said_in_words() -> None:
    _, fault = read_area(-97.32)
    assert fault is not None
    assert fault.message % fault.values == (
        "−97.32 is no area: an area is above 0. Correct it in the file, or leave the row out."
    )


def test_part_of_an_area_may_be_nothing() -> None:
    assert read_part_area(0) == (Decimal("0.00"), None)
    assert read_part_area("5.6㎡") == (Decimal("5.60"), None)
    assert message(read_part_area(-1)[1]) == say.PART_NEGATIVE


@pytest.mark.parametrize(
    ("cell", "amount", "fault"),
    [
        ("￥1,234.50元", "1234.50", None),
        (1989.78, "1989.78", None),
        ("１２", "12.00", None),
        (0, "0.00", None),
        (0.005, "0.01", say.ROUNDED),
        (-5, None, say.NEGATIVE_AMOUNT),
        ("（100.00）", None, say.NEGATIVE_AMOUNT),
        (100_000_000, None, say.AMOUNT_TOO_LARGE),
        (10**25, None, say.NOT_A_NUMBER),
        ("1.2万", None, say.NOT_A_NUMBER),
        ("已清", None, say.NOT_A_NUMBER),
    ],
)
def test_amount(cell: Cell, amount: str | None, fault: str | None) -> None:
    value, found = read_amount(cell)
    assert (str(value) if value is not None else None, message(found)) == (amount, fault)


@pytest.mark.parametrize(
    ("cell", "height", "fault"),
    [(2.8, "2.80", None), ("3.6米", "3.60", None), (280, None, say.BAD_HEIGHT), (0, None, say.BAD_HEIGHT)],
)
def test_height(cell: Cell, height: str | None, fault: str | None) -> None:
    value, found = read_height(cell)
    assert (str(value) if value is not None else None, message(found)) == (height, fault)


JANUARY = date(2025, 1, 28)


@pytest.mark.parametrize(
    "cell",
    [
        "2025-01-28",
        "2025.1.28",
        "2025/1/28",
        "2025年1月28日",
        "２０２５－０１－２８",
        "20250128",
        20250128.0,
        45685,
        45685.0,
        45685.75,
        "45685",
        "2025-01-28 00:00:00",
        "2025-01-28T08:30",
    ],
)
def test_date(cell: Cell) -> None:
    assert read_date(cell) == (JANUARY, None)


def test_day_number_counts_from_the_year_of_the_workbook() -> None:
    assert read_date(45685 - 1462, date_1904=True) == (JANUARY, None)
    assert read_date(45685 - 1462) == (date(2021, 1, 27), None)


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("2025-02-30", say.NO_SUCH_DAY),
        ("20251301", say.NO_SUCH_DAY),
        ("25-1-28", say.BAD_DATE),
        ("1/28/2025", say.BAD_DATE),
        ("2025-1", say.BAD_DATE),
        ("去年", say.BAD_DATE),
        ("1899-01-01", say.DATE_OUT_OF_RANGE),
        ("9999-12-31", say.DATE_OUT_OF_RANGE),
        (99999, say.DATE_OUT_OF_RANGE),
        (7, say.BAD_DATE),
        (-45685, say.BAD_DATE),
    ],
)
def test_no_date(cell: Cell, fault: str) -> None:
    value, found = read_date(cell)
    assert (value, message(found)) == (None, fault)


@pytest.mark.parametrize(
    ("reader", "words", "value"),
    [
        (read_use_class, "居民 住宅 居民用户 居民用热 居民类 Residential", "residential"),
        (read_use_class, "商业 商铺 办公 非居民 公建 门市 工业 non-residential", "non_residential"),
        (read_use_class, "学校 医院 机关 公共 事业单位 public", "public"),
        (read_mode, "面积 按面积 area", "area"),
        (read_mode, "计量 热计量 metered", "metered"),
        (read_mode, "蒸汽 steam", "steam"),
        (read_mode, "最低 保底", "minimum"),
        (read_state, "供热 正常 在供 supplied", "supplied"),
        (read_state, "报停 停供 停热 suspended", "suspended"),
        (read_state, "断网 断管", "cut"),
        (read_state, "拆迁 拆除 已拆除户", "demolished"),
    ],
)
def test_words(reader: Any, words: str, value: str) -> None:
    for word in words.split():
        assert reader(word) == (value, None)
        assert reader(f"　{word} ") == (value, None)


def test_unknown_words_are_named_and_empty_flats_are_remarked() -> None:
    assert message(read_use_class("别的什么")[1]) == say.UNKNOWN_USE
    assert message(read_mode("看情况")[1]) == say.UNKNOWN_MODE
    assert message(read_state("不清楚")[1]) == say.UNKNOWN_STATE
    state, fault = read_state("空置")
    assert (state, message(fault)) == ("suspended", say.VACANT_SUSPENDED)
    assert fault is not None
    assert fault.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" 贺 涵刚 ", "贺涵刚"),
        ("王\r\n小明", "王小明"),
        ("John  Smith", "John Smith"),
        ("沈阳市和平区晓强餐饮有限公司（分店 2）", "沈阳市和平区晓强餐饮有限公司（分店 2）"),
        ("张\u202e三\x00\ufeff", "张三"),
        ("名" * 90, "名" * 90),
        ("名" * 200, "名" * 200),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("O'Brien; DROP TABLE", "O'Brien; DROP TABLE"),
        (1234.0, "1234"),
    ],
)
def test_name(cell: Cell, text: str) -> None:
    assert read_name(cell) == (text, None)


def test_name_that_is_too_long_says_how_long() -> None:
    value, fault = read_name("名" * 201)
    assert (value, message(fault)) == (None, say.TOO_LONG)
    assert fault is not None
    assert fault.values["length"] == 201


@pytest.mark.parametrize("place", ["２６号楼", " 26 号楼", "26号楼\n"])
def test_place_is_the_same_in_full_width(place: str) -> None:
    assert read_place(place) == ("26号楼", None)


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3", "＝1+1", " =1", "\t=1"]
)
def test_text_like_a_formula_stays_text_and_is_remarked(text: str) -> None:
    value, fault = read_text(text)
    assert (value, message(fault)) == (text.strip(), say.LIKE_FORMULA)
    assert fault is not None
    assert fault.severity is Severity.WARNING


@pytest.mark.parametrize("text", ["-1层", "-101", "+86", "A=b", "2-1-301"])
def test_text_with_a_sign_is_no_formula(text: str) -> None:
    assert read_text(text) == (text, None)
