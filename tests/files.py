"""Files as people send them, built in memory: workbooks, archives that do harm, halves of files."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter

HOUSEHOLD: dict[str, Any] = {
    "用户编号": "01073174507",
    "户名": "张立华",
    "联系电话": "13238270855",
    "小区": "兴工里",
    "楼栋": "26号楼",
    "单元": "3单元",
    "房号": "1604",
    "建筑面积": 63.95,
    "用热性质": "居民",
    "供热状态": "供热",
    "状态日期": "",
    "2024-2025陈欠": 0.0,
    "预存余额": 0.0,
    "备注": "",
}
HEADER = tuple(HOUSEHOLD)


def household(**cells: Any) -> list[Any]:
    """One row under `HEADER`, with some cells of its own."""
    return [cells.get(name, HOUSEHOLD[name]) for name in HEADER]


def workbook(
    rows: Iterable[Sequence[Any]],
    *,
    options: Mapping[str, Any] | None = None,
    sheets: Sequence[str] = ("台账",),
) -> bytes:
    """An .xlsx with the rows in its first sheet; dates are date cells, texts are texts."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, **(options or {})}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        first, *_ = [book.add_worksheet(name) for name in sheets]
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    first.write_datetime(line, column, cell, day)
                else:
                    first.write(line, column, cell)
    return buffer.getvalue()


def archive(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def with_members(book: bytes, members: Mapping[str, bytes]) -> bytes:
    """The workbook with some of its parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    return archive({**parts, **members})


def part(book: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        return packed.read(name)


def open_document(rows: str) -> bytes:
    """An .ods whose only sheet has these `table:table-row` elements."""
    names = {
        name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")
    }
    spaces = " ".join(f'xmlns:{name}="{space}"' for name, space in names.items())
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="台账">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    return archive({"mimetype": mimetype, "content.xml": content.encode(), "META-INF/manifest.xml": b"<m/>"})
