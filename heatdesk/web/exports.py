"""Lists as workbooks: the rows of a page's query, all of them, as the filter stands."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import Response
from sqlalchemy import Select

from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.errors import RuleBroken
from heatdesk.sheets.writing import Value, write_xlsx

EXPORT_LIMIT = 50_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TooManyRows(RuleBroken):
    message = "More than %(limit)s rows fit. Narrow the filter and export in parts."


def workbook(
    query: Select[Any], header: Sequence[str], cells: Callable[[Any], Sequence[Value]], *, name: str
) -> Response:
    """The rows of `query`, each through `cells`, as a file to keep; raises `TooManyRows`."""
    return as_file((cells(row) for row in all_rows(query)), header, name=name)


def all_rows(query: Select[Any]) -> Sequence[Any]:
    """Every row of the list and not a page of them; raises `TooManyRows`."""
    rows = db.session.execute(query.limit(EXPORT_LIMIT + 1)).all()
    if len(rows) > EXPORT_LIMIT:
        raise TooManyRows(limit=f"{EXPORT_LIMIT:,}")
    return rows


def as_file(rows: Iterable[Sequence[Value]], header: Sequence[str], *, name: str) -> Response:
    """Rows that are ready to be written, as a file to keep."""
    content = write_xlsx(rows, [str(title) for title in header], sheet_name=name)
    file_name = f"heatdesk-{name}-{today().isoformat()}.xlsx"
    return Response(
        content, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{file_name}"'}
    )
