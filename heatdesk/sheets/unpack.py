"""Unpack one workbook to lines of JSON, run as a process of its own: `python -m heatdesk.sheets.unpack`.

A workbook of a few kilobytes can stand for billions of cells, and the reader lays a sheet out in memory as a
full rectangle. The process therefore gives itself a limit of memory and time; if it dies of them, only it
dies.

Standard input: one JSON object with path, sheet (or null), known, memory_bytes, seconds, cells. Standard
output: one object with sheets, sheet and date_1904, then a list of rows per line; or one object with `error`.
"""

import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from heatdesk.sheets.headers import HEAD_ROWS, find_header

_ROWS_PER_LINE = 500
_EPOCH_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)[\"']")

Row = list[Any]


def main() -> None:
    order = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (order["memory_bytes"], order["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _unpack(order, sys.stdout)
    except PasswordError:
        _tell(sys.stdout, {"error": "encrypted"})
    except CalamineError:
        _tell(sys.stdout, {"error": "broken"})
    except MemoryError:
        sys.exit(2)


def _unpack(order: dict[str, Any], out: TextIO) -> None:
    with Path(order["path"]).open("rb") as file:
        workbook = CalamineWorkbook.from_filelike(file)
    visible = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    wanted = [order["sheet"]] if order["sheet"] is not None else visible
    if any(name not in visible for name in wanted):
        _tell(out, {"error": "sheet", "sheets": visible})
        return
    sheet = _best_sheet(workbook, wanted, order["known"])
    if sheet is None:
        _tell(out, {"error": "blank"})
    elif (size := _size(sheet))["rows"] * size["columns"] > order["cells"]:
        _tell(out, {"error": "spread", "sheet": sheet.name, **size})
    else:
        facts = {"sheets": visible, "sheet": sheet.name, "date_1904": _counts_from_1904(order["path"])}
        _tell(out, facts)
        rows = _with_merged_texts(sheet)
        while lines := list(islice(rows, _ROWS_PER_LINE)):
            plain = [
                [str(cell).upper() if cell is True or cell is False else cell for cell in row]
                for row in lines
            ]
            out.write(json.dumps(plain, default=_as_text, separators=(",", ":")))
            out.write("\n")


def _tell(out: TextIO, facts: dict[str, Any]) -> None:
    out.write(json.dumps(facts) + "\n")


def _best_sheet(workbook: CalamineWorkbook, names: list[str], known: list[str]) -> CalamineSheet | None:
    """The first sheet with at least two known column names, else the first that holds anything."""
    first_filled = None
    for name in names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.end is None:
            continue
        header = find_header(list(islice(_rows(sheet), HEAD_ROWS)), known)
        if header and header.known >= 2:
            return sheet
        first_filled = first_filled or sheet
    return first_filled


def _size(sheet: CalamineSheet) -> dict[str, int]:
    row, column = sheet.end or (-1, -1)
    return {"rows": row + 1, "columns": column + 1}


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    """All rows from row 1 and column A on: the reader leaves empty columns at the left out."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    return (left + row for row in sheet.iter_rows())


def _with_merged_texts(sheet: CalamineSheet) -> Iterator[Row]:
    """The rows with the text of a merged cell in each row and column it covers.

    A number is not repeated: an area written once over two rows would be charged twice.
    """
    merged = sorted(sheet.merged_cell_ranges or [], reverse=True)
    open_cells: list[tuple[int, range, str]] = []
    for number, row in enumerate(_rows(sheet)):
        while merged and merged[-1][0][0] <= number:
            (_, left), (bottom, right) = merged.pop()
            if left < len(row) and isinstance(row[left], str) and row[left]:
                open_cells.append((bottom, range(left, min(right + 1, len(row))), row[left]))
        if open_cells:
            open_cells = [cell for cell in open_cells if cell[0] >= number]
            for _, columns, text in open_cells:
                for column in columns:
                    row[column] = text
        yield row


def _counts_from_1904(path: str) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist() and bool(
            _EPOCH_1904.search(archive.read("xl/workbook.xml"))
        )


def _as_text(value: object) -> str:
    """Dates and times as ISO text; a duration in the words of Python."""
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


if __name__ == "__main__":
    main()
