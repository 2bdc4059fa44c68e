"""Reading what people send: kinds, encodings, titles, dates, merged cells; and writing what stays text."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from heatdesk.errors import BadInput
from heatdesk.sheets import normal_name, read_sheet, write_xlsx
from heatdesk.sheets.writing import Value
from tests.files import open_document, part, with_members, workbook

KNOWN = {normal_name(name) for name in ("用户编号", "户名", "建筑面积", "套内面积")}
TABLE: list[list[Any]] = [
    ["用户编号", "户名", "建筑面积"],
    ["0107", "张立华", 63.95],
    ["0108", "李,丽\r\n(户)", 70],
]


def test_workbook_gives_rows_with_the_numbers_the_clerk_sees() -> None:
    rows: list[list[Any]] = [["2025-2026 用户台账"], [], *TABLE[:2], [], TABLE[2]]
    sheet = read_sheet(workbook(rows), "台账.xlsx", known=KNOWN)
    assert (sheet.header_row, sheet.header) == (3, ("用户编号", "户名", "建筑面积"))
    assert list(sheet.rows()) == [(4, ("0107", "张立华", 63.95)), (6, ("0108", "李,丽\r\n(户)", 70.0))]
    assert list(sheet.rows()) == list(sheet.rows())
    assert (sheet.sheet, sheet.sheet_names, sheet.encoding) == ("台账", ("台账",), "")


def test_workbook_is_read_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(workbook(TABLE))
    assert len(list(read_sheet(path, "台账.xlsx", known=KNOWN).rows())) == 2


def test_table_that_does_not_begin_in_the_corner_keeps_its_columns() -> None:
    sheet = read_sheet(workbook([[], [], *[["", "", *row] for row in TABLE]]), "a.xlsx", known=KNOWN)
    assert (sheet.header_row, sheet.header) == (3, ("", "", "用户编号", "户名", "建筑面积"))
    assert next(sheet.rows()) == (4, ("", "", "0107", "张立华", 63.95))


def test_header_of_two_rows_is_put_together() -> None:
    rows: list[list[Any]] = [
        ["台账", "", "", ""],
        ["用户编号", "户名", "面积", ""],
        ["", "", "建筑面积", "套内面积"],
        ["0107", "张", 60, 50],
    ]
    sheet = read_sheet(workbook(rows), "a.xlsx", known=KNOWN)
    assert (sheet.header_row, sheet.header) == (3, ("用户编号", "户名", "建筑面积", "套内面积"))


def test_header_without_known_names_is_the_fullest_row_of_texts() -> None:
    rows: list[list[Any]] = [["some title"], ["Nr", "Who", "How much"], ["1", "A", 2]]
    assert read_sheet(workbook(rows), "a.xlsx").header == ("Nr", "Who", "How much")


def test_sheet_with_known_names_is_preferred_and_another_can_be_chosen() -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明", "请勿修改"])
    for row in TABLE:
        second = book["台账"] if "台账" in book.sheetnames else book.create_sheet("台账")
        second.append(row)
    book.create_sheet("hidden").sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    assert read_sheet(buffer.getvalue(), "a.xlsx", known=KNOWN).sheet == "台账"
    assert read_sheet(buffer.getvalue(), "a.xlsx", known=KNOWN, sheet="Sheet").header == ("说明", "请勿修改")
    assert read_sheet(buffer.getvalue(), "a.xlsx", known=KNOWN).sheet_names == ("Sheet", "台账")
    with pytest.raises(BadInput, match=r"no sheet called “hidden”\. Choose one of: Sheet, 台账"):
        read_sheet(buffer.getvalue(), "a.xlsx", sheet="hidden")


def test_merged_text_stands_in_every_row_and_a_merged_number_once() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["用户编号", "户名", "建筑面积"])
        sheet.write_column(1, 0, ["1", "2", "3"])
        sheet.merge_range("B2:B3", "张立华")
        sheet.merge_range("C2:C4", 60.5)
    rows = [row for _, row in read_sheet(buffer.getvalue(), "a.xlsx", known=KNOWN).rows()]
    assert rows == [("1", "张立华", 60.5), ("2", "张立华", ""), ("3", "", "")]


def test_formula_gives_the_value_it_was_saved_with_and_text_is_never_one() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["用户编号", "户名", "建筑面积"])
        sheet.write_string(1, 0, "=cmd|' /C calc'!A0")
        sheet.write_formula(1, 2, "=30+33.95", None, 63.95)
        sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")
        sheet.write_boolean(2, 0, True)
    rows = [row for _, row in read_sheet(buffer.getvalue(), "a.xlsx", known=KNOWN).rows()]
    assert rows == [("=cmd|' /C calc'!A0", "", 63.95), ("TRUE", "", "")]


@pytest.mark.parametrize("date_1904", [False, True])
def test_date_cells_are_the_same_day_in_both_calendars(date_1904: bool) -> None:
    rows: list[list[Any]] = [["用户编号", "户名", "日期"], ["1", "张", date(2025, 1, 28)]]
    sheet = read_sheet(workbook(rows, options={"date_1904": date_1904}), "a.xlsx", known=KNOWN)
    assert sheet.date_1904 is date_1904
    assert next(sheet.rows())[1][2] == "2025-01-28"


def test_old_workbook_and_open_document() -> None:
    old = Path(__file__).parent / "data" / "register.xls"
    sheet = read_sheet(old, "register.xls", known=KNOWN)
    assert list(sheet.rows()) == [(3, ("0107", "张立华", 63.95, "2025-01-28"))]
    cell = '<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell>'
    lines = [
        "".join(cell % text for text in row)
        for row in (("用户编号", "户名", "建筑面积"), ("0107", "张", "63.95"))
    ]
    table = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    ods = open_document(table)
    assert list(read_sheet(ods, "a.ods", known=KNOWN).rows()) == [(2, ("0107", "张", "63.95"))]


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gbk", "GB18030"), ("gb18030", "GB18030"), ("utf-16",
        "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_file_of_any_encoding_and_separator(encoding: str, shown: str, separator: str) -> None:
    lines = [
        ["用户编号", "户名", "建筑面积"],
        ["0107", "张立华", "63.95"],
        [],
        ["0108", '"李, 丽;\t\r\n""户"""', "70"],
    ]
    text = "\r\n".join(separator.join(line) for line in lines)
    sheet = read_sheet(text.encode(encoding), "台账.CSV", known=KNOWN)
    assert list(sheet.rows()) == [(2, ("0107", "张立华", "63.95")), (4, ("0108", '李, 丽;\t\r\n"户"', "70"))]
    assert (sheet.header, sheet.encoding, sheet.separator) == (
        ("用户编号", "户名", "建筑面积"),
        shown,
        separator,
    )


def test_rare_character_of_gb18030_is_read() -> None:
    text = "用户编号,户名,建筑面积\n0107,㛃𠮷,60\n"
    assert next(read_sheet(text.encode("gb18030"), "a.csv", known=KNOWN).rows())[1][1] == "㛃𠮷"


def test_text_that_changes_its_encoding_names_the_line() -> None:
    mixed = "用户编号,户名\n0107,张立华\n".encode() * 3 + "0108,李丽\n".encode("gbk")
    with pytest.raises(BadInput, match="up to line 7 it is UTF-8"):
        read_sheet(mixed, "a.csv", known=KNOWN)


def test_quotation_mark_that_is_never_closed_names_the_row() -> None:
    with pytest.raises(BadInput, match="from row 3 on: a quotation mark is not closed"):
        read_sheet('用户编号,户名\n0107,张\n0108,"李\n0109,王\n'.encode(), "a.csv", known=KNOWN)


def test_written_workbook_keeps_texts_texts_and_numbers_numbers() -> None:
    dangerous: list[Value] = [
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "＝1",
        "{=1}",
        "http://example.org",
        "=cmd|' /C calc'!A0",
    ]
    instant = datetime(2026, 11, 1, 17, 30, tzinfo=UTC)
    row: list[Value] = [
        "0107",
        Decimal("1234567890.12"),
        3,
        date(2026, 11, 1),
        instant,
        None,
        True,
        "x" * 40_000,
    ]
    book = openpyxl.load_workbook(
        io.BytesIO(write_xlsx([row, dangerous], ["卡号", "=b"], sheet_name="a/b: c"))
    )
    first, second, third = book.active.iter_rows()
    assert book.sheetnames == ["a b  c"]
    assert [cell.value for cell in first[:2]] == ["卡号", "=b"]
    assert first[1].data_type == "s"
    assert [cell.value for cell in second[:4]] == ["0107", 1234567890.12, 3, datetime(2026, 11, 1)]  # noqa: DTZ001
    assert second[4].value == datetime(2026, 11, 2, 1, 30)  # noqa: DTZ001 (a workbook knows no zones)
    assert len(second[7].value) == 32_767
    assert second[1].number_format == "#,##0.00"
    assert [cell.value for cell in third][: len(dangerous)] == dangerous
    assert {cell.data_type for cell in third if cell.value is not None} == {"s"}
    written = write_xlsx([dangerous], ["a"])
    assert b"<f>" not in part(written, "xl/worksheets/sheet1.xml")
    assert b'quotePrefix="1"' in part(written, "xl/styles.xml")


def test_written_workbook_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    assert (
        write_xlsx([["0107", "=1", Decimal("60.50")]], ["用户编号", "户名", "建筑面积"], path=str(path))
        == b""
    )
    assert list(read_sheet(path, "list.xlsx", known=KNOWN).rows()) == [(2, ("0107", "=1", 60.5))]
    assert read_sheet(write_xlsx([], ["用户编号", "户名"]), "a.xlsx", known=KNOWN).header == (
        "用户编号",
        "户名",
    )


def test_unusual_but_harmless_parts_do_not_matter() -> None:
    book = with_members(workbook(TABLE), {"docProps/thumbnail.jpeg": b"\xff\xd8\xff" + bytes(500)})
    assert len(list(read_sheet(book, "a.xlsx", known=KNOWN).rows())) == 2
