"""Reading a table from a file that a person sent: workbook or text, checked before it is opened."""

import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path, PurePath
from typing import IO, Any, BinaryIO

from heatdesk.errors import BadInput, msgid
from heatdesk.sheets.delimited import read_text_table
from heatdesk.sheets.guards import BROKEN, DEFAULT_LIMITS, ENCRYPTED, Limits, checked_kind
from heatdesk.sheets.headers import HEAD_ROWS, Cell, find_header

log = logging.getLogger(__name__)

TOO_HEAVY = msgid(
    "“%(name)s” takes more memory or time than heatdesk gives to one file. Copy the table alone into a new "
    "workbook, or split it into several files."
)
SPREAD = msgid(
    "The sheet “%(sheet)s” of “%(name)s” spreads over %(rows)s rows and %(columns)s columns. Delete the "
    "empty rows below and the empty columns at the right of the table, save and upload it again."
)
BLANK = msgid("“%(name)s” has no rows. Upload the file with the list in it.")
NO_SUCH_SHEET = msgid("“%(name)s” has no sheet called “%(sheet)s”. Choose one of: %(sheets)s.")

_UNPACK_ERRORS = {
    "encrypted": ENCRYPTED,
    "broken": BROKEN,
    "blank": BLANK,
    "spread": SPREAD,
    "sheet": NO_SUCH_SHEET,
}

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Sheet:
    """A table of a file. Row numbers count from 1 as the spreadsheet program shows them.

    `header_row` is the (last) row of column names; `encoding` and `separator` are empty for workbooks;
    `date_1904` tells that numbers standing for dates count from 1904. `rows()` can be walked as often as
    needed.
    """

    name: str
    sheet: str
    sheet_names: tuple[str, ...]
    header_row: int
    header: tuple[str, ...]
    encoding: str
    separator: str
    date_1904: bool
    _walk: Callable[[], Iterator[list[Cell]]]

    def rows(self) -> Iterator[tuple[int, Row]]:
        """The rows below the header with their numbers; rows without any text or number are left out."""
        for number, row in enumerate(islice(self._walk(), self.header_row, None), start=self.header_row + 1):
            if any(cell != "" for cell in row):
                yield number, tuple(row)


def read_sheet(
    source: str | os.PathLike[str] | bytes,
    filename: str,
    *,
    known: Collection[str] = (),
    sheet: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Sheet:
    """The table in a file (.xlsx, .xls, .ods, .csv, .tsv, .txt) or in its bytes, called `filename`.

    `known` are normal column names (`headers.normal_name`) by which header row and sheet are found; `sheet`
    chooses one by name. Formulas give the value the workbook was saved with; text stays text, whatever it
    begins with. Raises `BadInput` with a sentence that says what is wrong with the file and what to do.
    """
    name = PurePath(filename.replace("\\", "/")).name
    with ExitStack() as stack:
        file: BinaryIO
        if isinstance(source, bytes):
            file, size = io.BytesIO(source), len(source)
        else:
            file = stack.enter_context(Path(source).open("rb"))
            size = os.fstat(file.fileno()).st_size
        kind = checked_kind(file, size, filename, limits)
        if kind == "text":
            return _text_sheet(file.read(), name, known)
        if isinstance(source, bytes):
            copy = stack.enter_context(tempfile.NamedTemporaryFile(suffix="." + kind))
            copy.write(source)
            copy.flush()
            path = Path(copy.name)
        else:
            path = Path(source).absolute()
        return _workbook_sheet(path, name, known, sheet, limits)


def _text_sheet(content: bytes, name: str, known: Collection[str]) -> Sheet:
    table = read_text_table(content, name, known)
    walk = partial(_text_rows, table.rows)
    return _with_header(walk, known, name=name, sheet="", sheet_names=(), encoding=table.encoding,
                        separator=table.separator, date_1904=False)  # fmt: skip


def _text_rows(records: Callable[[], Iterator[list[str]]]) -> Iterator[list[Cell]]:
    return (list(record) for record in records())


def _workbook_sheet(
    path: Path, name: str, known: Collection[str], sheet: str | None, limits: Limits
) -> Sheet:
    """Let a child process unpack the workbook into a temporary file, which lives as long as the sheet."""
    handle, place = tempfile.mkstemp(suffix=".jsonl")
    unpacked = Path(place)
    with ExitStack() as on_refusal:
        on_refusal.callback(unpacked.unlink)
        order = {
            "path": str(path), "sheet": sheet, "known": sorted(known), "cells": limits.cells,
            "memory_bytes": limits.memory_bytes, "seconds": limits.seconds,
        }  # fmt: skip
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            _run_unpack(order, out, name)
        with unpacked.open(encoding="utf-8") as lines:
            facts = json.loads(lines.readline())
        if error := facts.pop("error", None):
            shown = {"sheet": sheet, **facts, "sheets": ", ".join(facts.get("sheets", ()))}
            raise BadInput(_UNPACK_ERRORS[error], name=name, **shown)
        table = _with_header(partial(_unpacked_rows, unpacked), known, name=name, sheet=facts["sheet"],
                             sheet_names=tuple(facts["sheets"]), encoding="", separator="",
                             date_1904=facts["date_1904"])  # fmt: skip
        on_refusal.pop_all()
    weakref.finalize(table, unpacked.unlink, missing_ok=True)
    return table


def _run_unpack(order: dict[str, Any], out: IO[str], name: str) -> None:
    """A child that ends with 1 stumbled over the file; any other end means that it ran into its limits."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "heatdesk.sheets.unpack"], input=json.dumps(order), text=True, check=False,
            stdout=out, stderr=subprocess.PIPE, timeout=order["seconds"] + 10, env=_environment(),
        )  # fmt: skip
    except subprocess.TimeoutExpired as expired:
        raise BadInput(TOO_HEAVY, name=name) from expired
    if done.returncode != 0:
        log.warning("unpacking ended with %s: %s", done.returncode, done.stderr[-2_000:])
        raise BadInput(BROKEN if done.returncode == 1 else TOO_HEAVY, name=name)


def _environment() -> dict[str, str]:
    """The child finds heatdesk where this process found it, and writes UTF-8 whatever the locale says."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}


def _unpacked_rows(unpacked: Path) -> Iterator[list[Cell]]:
    with unpacked.open(encoding="utf-8") as lines:
        lines.readline()
        for line in lines:
            yield from json.loads(line)


def _with_header(
    walk: Callable[[], Iterator[list[Cell]]], known: Collection[str], *, name: str, **facts: Any
) -> Sheet:
    header = find_header(list(islice(walk(), HEAD_ROWS)), known)
    if header is None:
        raise BadInput(BLANK, name=name)
    return Sheet(name=name, header_row=header.index + 1, header=header.names, _walk=walk, **facts)
