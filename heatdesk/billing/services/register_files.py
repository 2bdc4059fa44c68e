"""The file of an import: what it looks like, and which column holds what."""

from datetime import date
from typing import Any

from sqlalchemy import cast, select
from sqlalchemy.dialects.postgresql import JSONB

from heatdesk.auth.models import Staff
from heatdesk.billing.models import ImportBatch, Season
from heatdesk.billing.rules.register_cells import half_width
from heatdesk.billing.rules.register_columns import KNOWN_NAMES, ColumnMapping
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.network.models import Branch
from heatdesk.sheets import Sheet, read_sheet

SAMPLES = 3
_LONGEST_SAMPLE = 30
_YEARS_BACK = 10


def open_sheet(batch: ImportBatch, sheet_name: str | None = None) -> Sheet:
    """The table of the batch's file; raises `BadInput` where it cannot be read."""
    chosen = sheet_name or (batch.mapping or {}).get("sheet") or None
    return read_sheet(batch.content or b"", batch.file_name, known=KNOWN_NAMES, sheet=chosen)


def facts_of(sheet: Sheet) -> dict[str, Any]:
    """What the page of the columns shows: names, a few values of each column, how many rows there are."""
    samples: list[list[str]] = [[] for _ in sheet.header]
    rows = 0
    for _number, row in sheet.rows():
        rows += 1
        for column, seen in enumerate(samples):
            if len(seen) < SAMPLES and column < len(row) and row[column] != "":
                shown = " ".join(half_width(row[column]).split())[:_LONGEST_SAMPLE]
                if shown not in seen:
                    seen.append(shown)
    return {
        "sheet": sheet.sheet,
        "sheets": list(sheet.sheet_names),
        "header": list(sheet.header),
        "header_row": sheet.header_row,
        "encoding": sheet.encoding,
        "separator": sheet.separator,
        "rows": rows,
        "samples": samples,
    }


def suggest_mapping(header: tuple[str, ...], staff: Staff) -> tuple[ColumnMapping, bool]:
    """The columns as colleagues confirmed them for the same header, else by their names; True if remembered.

    Only batches of the same branch count, since a mapping may name a branch for the whole file.
    """
    remembered = db.session.scalar(
        select(ImportBatch.mapping)
        .join(Staff, Staff.id == ImportBatch.created_by)
        .where(
            ImportBatch.mapping["header"] == cast(list(header), JSONB),
            Staff.branch_id.is_not_distinct_from(staff.branch_id),
        )
        .order_by(ImportBatch.id.desc())
        .limit(1)
    )
    if remembered is not None:
        return ColumnMapping.from_dict(remembered), True
    return ColumnMapping.suggest(header), False


def remember(batch: ImportBatch, mapping: ColumnMapping, sheet_name: str, effective_on: date) -> None:
    """Keep what the clerk confirmed; raises `BadInput` where a needed column is missing or named twice."""
    mapping.check()
    batch.mapping = {**mapping.to_dict(), "sheet": sheet_name}
    batch.effective_on = effective_on


def confirmed_mapping(batch: ImportBatch) -> ColumnMapping:
    """The mapping kept with the batch."""
    return ColumnMapping.from_dict(batch.mapping or {})


def usual_first_day() -> date:
    """From when a register usually holds: the first day of the season that is under way, else today."""
    under_way = select(Season.starts_on).where(Season.starts_on <= today(), Season.ends_on >= today())
    return db.session.scalar(under_way.order_by(Season.starts_on.desc()).limit(1)) or today()


def season_codes() -> list[str]:
    """Seasons whose arrears a column may hold: those that exist, and the last ones before today."""
    year = today().year
    usual = {f"{first}-{first + 1}" for first in range(year - _YEARS_BACK, year + 1)}
    return sorted(usual.union(db.session.scalars(select(Season.code))), reverse=True)


def branch_names() -> list[str]:
    """The branches that exist, to choose one for the whole file."""
    return list(db.session.scalars(select(Branch.name).order_by(Branch.name)))
