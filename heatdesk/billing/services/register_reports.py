"""What an import found and did, as plain values kept with the batch; the rows with errors as a workbook."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from heatdesk.billing.models import ImportBatch
from heatdesk.billing.rules.register_cells import half_width
from heatdesk.billing.rules.register_faults import Fault, Severity
from heatdesk.billing.rules.register_places import UNRECORDED
from heatdesk.billing.rules.register_reading import RegisterRow
from heatdesk.billing.rules.register_rows import LISTED_FAULTS
from heatdesk.billing.rules.register_totals import RegisterTotals
from heatdesk.billing.services.register_examination import Examination
from heatdesk.billing.services.register_files import open_sheet
from heatdesk.billing.services.register_opening import Days, business_days
from heatdesk.db import db
from heatdesk.sheets import Cell, write_xlsx

Translate = Callable[..., str]

_NEW_PLACES = """
    select count(distinct branch) filter (where branch_id is null) as branch,
           count(distinct (branch, office)) filter (where building_id is null and office_id is null) as office,
           count(distinct coalesce(nullif(heat_source, ''), :unrecorded))
               filter (where building_id is null and station_id is null and not exists (
                   select from heat_source known
                    where known.name = coalesce(nullif(incoming_place.heat_source, ''), :unrecorded))) as heat_source,
           count(distinct station) filter (where building_id is null and station_id is null) as station,
           count(distinct coalesce(nullif(district, ''), :unrecorded))
               filter (where community_id is null and not exists (
                   select from district known
                    where known.name = coalesce(nullif(incoming_place.district, ''), :unrecorded))) as district,
           count(distinct (district, community)) filter (where community_id is null) as community,
           count(*) filter (where building_id is null) as building
      from incoming_place where place in (select place from incoming where is_new)
"""


def report_of(found: Examination, file_facts: dict[str, Any], usual_branch: str) -> dict[str, Any]:
    """The report of a check: counts, control totals, business days, faults in the order of the file's rows."""
    days = days_for(found.new, usual_branch)
    return {
        "file": file_facts,
        "counts": {
            "rows_read": found.rows_read,
            "new": len(found.new),
            "unchanged": len(found.known) - found.different,
            "different": found.different,
            "phones": found.bring_phones,
            "left_out": found.left_out,
            "twice": found.rows_twice,
            "errors": found.errors,
            "warnings": found.warnings,
        },
        "totals": _totals(found.totals),
        "taken": _totals(found.taken),
        "places": dict(db.session.execute(text(_NEW_PLACES), {"unrecorded": UNRECORDED}).mappings().one()),
        "days": {"to_open": days.to_open, "closed": days.closed},
        "missing_seasons": sorted(found.missing_seasons),
        "faults": [_stored(fault) for fault in sorted(found.faults, key=lambda fault: fault.row)],
    }


def days_for(rows: Sequence[RegisterRow], usual_branch: str) -> Days:
    """The business days that the money of these rows needs."""
    return business_days({row.branch or usual_branch for row in rows if row.arrears or row.prepayment})


def totals_in(report: dict[str, Any], which: str = "totals") -> RegisterTotals:
    """Control totals as they were kept: `totals` of the new accounts, `taken` of all good rows."""
    kept = report[which]
    arrears = {season: Decimal(amount) for season, amount in kept["arrears"].items()}
    return RegisterTotals(kept["rows"], Decimal(kept["area"]), arrears, Decimal(kept["prepayments"]))


def faults_in(report: dict[str, Any]) -> list[Fault]:
    """The faults as they were kept, the first 20,000."""
    return [
        Fault(row, column, header, message, values, Severity(severity))
        for row, column, header, message, values, severity in report["faults"]
    ]


def unlisted(report: dict[str, Any]) -> int:
    """How many faults are only counted."""
    counts = report["counts"]
    return max(0, int(counts["errors"] + counts["warnings"]) - LISTED_FAULTS)


def faulty_rows(batch: ImportBatch, reason: str, translate: Translate) -> bytes:
    """A workbook of the rows with errors as the file has them, and in a last column called `reason` what is wrong.

    Corrected, it can be uploaded as it is.
    """
    reasons: dict[int, list[str]] = {}
    for fault in faults_in(batch.report or {}):
        if fault.severity is Severity.ERROR:
            reasons.setdefault(fault.row, []).append(fault.sentence(translate))
    sheet = open_sheet(batch)
    rows = _with_reasons(sheet.rows(), reasons, len(sheet.header))
    return write_xlsx(rows, [*sheet.header, reason], sheet_name=sheet.sheet or "heatdesk")


def _with_reasons(
    rows: Iterator[tuple[int, tuple[Cell, ...]]], reasons: dict[int, list[str]], width: int
) -> Iterator[list[str | int | Decimal]]:
    for number, row in rows:
        if number in reasons:
            cells = [_exact(cell) for cell in row[:width]]
            yield [*cells, *[""] * (width - len(cells)), "\n".join(reasons[number])]


def _exact(cell: Cell) -> str | int | Decimal:
    """Numbers as numbers, without what the binary fraction adds."""
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else Decimal(half_width(cell))
    return cell


def _totals(totals: RegisterTotals) -> dict[str, Any]:
    return {
        "rows": totals.rows,
        "area": str(totals.building_area_m2),
        "arrears": {season: str(amount) for season, amount in totals.arrears.items()},
        "prepayments": str(totals.prepayments),
    }


def _stored(fault: Fault) -> list[Any]:
    return [fault.row, fault.column, fault.header, fault.message, dict(fault.values), str(fault.severity)]
