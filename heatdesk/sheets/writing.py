"""Writing lists as workbooks; what a person typed is always written as text, never as a formula."""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from heatdesk.dates import ZONE

Value = str | int | Decimal | bool | date | datetime | None

DANGEROUS = re.compile(r"\s*[=+\-@＝＋－＠\t\r\x00]")
"""Texts a spreadsheet program would calculate if somebody typed them."""

_MAX_ROWS = 1_048_576
_MAX_TEXT = 32_767
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


def write_xlsx(
    rows: Iterable[Sequence[Value]],
    header: Sequence[str],
    *,
    sheet_name: str = "heatdesk",
    widths: Sequence[int] = (),
    path: str | None = None,
) -> bytes:
    """A workbook with a bold, frozen row of names and the rows below: bytes, or `b""` if it goes to `path`.

    Rows beyond what one sheet holds go on in further sheets. `widths` are in characters. Amounts are numbers
    with two places, dates are dates (instants in the utility's zone), texts are texts: one that begins like a
    formula is also marked as text, so that it stays one when somebody edits the cell.
    """
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path or buffer, options) as workbook:
        pen = _Pen(workbook)
        sheet: Worksheet | None = None
        line, sheets = 0, 0
        for row in rows:
            if sheet is None or line == _MAX_ROWS:
                sheets += 1
                sheet, line = pen.new_sheet(sheet_name, sheets, header, widths), 1
            pen.write_row(sheet, line, row)
            line += 1
        if sheet is None:
            pen.new_sheet(sheet_name, 1, header, widths)
    return buffer.getvalue()


def write_sheets(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Value]]]]) -> bytes:
    """A workbook of several sheets, each `(name, header, rows)`, written as `write_xlsx` does."""
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        pen = _Pen(workbook)
        for name, header, rows in sheets:
            sheet = pen.new_sheet(name, 1, header, ())
            for line, row in enumerate(rows, 1):
                pen.write_row(sheet, line, row)
    return buffer.getvalue()


def plain_cell(value: str) -> str:
    """A text as a cell of a text table: one that begins like a formula gets the sign that keeps it a text."""
    return f"'{value}" if DANGEROUS.match(value) else value


class _Pen:
    """The formats of one workbook and how each kind of value is written with them."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self.workbook = workbook
        self.bold: Format = workbook.add_format({"bold": True, "bottom": 1, "valign": "vcenter"})
        self.amount: Format = workbook.add_format({"num_format": "#,##0.00"})
        self.day: Format = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.instant: Format = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self.text: Format = workbook.add_format({"quote_prefix": True})

    def new_sheet(self, name: str, number: int, header: Sequence[str], widths: Sequence[int]) -> Worksheet:
        suffix = f" {number}" if number > 1 else ""
        sheet = self.workbook.add_worksheet(
            _NOT_IN_NAMES.sub(" ", name).strip("' ")[: 31 - len(suffix)] + suffix
        )
        for column, title in enumerate(header):
            default = 2 + sum(2 if ord(letter) > 0x2E7F else 1 for letter in title)
            sheet.set_column(column, column, widths[column] if column < len(widths) else max(default, 10))
            sheet.write_string(0, column, title, self.bold)
        sheet.freeze_panes(1, 0)
        return sheet

    def write_row(self, sheet: Worksheet, line: int, row: Sequence[Value]) -> None:
        for column, value in enumerate(row):
            match value:
                case None | "":
                    continue
                case bool():
                    sheet.write_boolean(line, column, value)
                case str():
                    shown = value if len(value) <= _MAX_TEXT else value[: _MAX_TEXT - 1] + "…"
                    sheet.write_string(line, column, shown, self.text if DANGEROUS.match(shown) else None)
                case Decimal():
                    sheet.write_number(line, column, value, self.amount)
                case int():
                    sheet.write_number(line, column, value)
                case datetime():
                    local = value.astimezone(ZONE).replace(tzinfo=None)
                    sheet.write_datetime(line, column, local, self.instant)
                case date():
                    sheet.write_datetime(line, column, value, self.day)
