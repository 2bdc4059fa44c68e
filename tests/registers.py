"""Importing registers in tests: a file through the services, as a clerk does it; the tables as one hash."""

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text

import heatdesk.demo
from heatdesk.auth.models import Staff
from heatdesk.billing.models import ImportBatch
from heatdesk.billing.rules.register_columns import ColumnMapping
from heatdesk.billing.services import register_imports
from heatdesk.billing.services.register_opening import ControlTotals
from heatdesk.billing.services.register_reports import faults_in, totals_in
from heatdesk.db import db
from tests import files

SAMPLE = Path(heatdesk.demo.__file__).parent / "households-sample.xlsx"
FROM = date(2026, 11, 1)
_TRAIL = {"import_batch", "audit_entry", "request_key", "job", "login_session", "alembic_version"}
"""Tables that tell what was done, not how the register stands."""


def register(*rows: list[Any]) -> bytes:
    """A workbook with these rows under the usual header."""
    return files.workbook([files.HEADER, *rows])


def checked(
    content: bytes, by: Staff, *, name: str = "register.xlsx", effective_on: date = FROM
) -> ImportBatch:
    """A file uploaded and checked by the names of its columns."""
    batch = register_imports.upload(name, content, by)
    header = (batch.report or {})["file"]["header"]
    register_imports.confirm_mapping(batch, ColumnMapping.suggest(header), effective_on)
    register_imports.check(batch, by)
    return batch


def apply(batch: ImportBatch, by: Staff, *, only_good_rows: bool = True, **typed: Any) -> dict[str, Any]:
    """Apply a checked file with the right control totals, unless others are given."""
    totals = totals_in(batch.report or {})
    confirmed = ControlTotals(
        typed.get("arrears", totals.arrears), typed.get("prepayments", totals.prepayments)
    )
    return register_imports.apply(batch, only_good_rows=only_good_rows, confirmed=confirmed, by=by)


def bring_in(content: bytes, by: Staff, **options: Any) -> ImportBatch:
    """Upload, check and apply."""
    batch = checked(content, by, **options)
    apply(batch, by)
    return batch


def sentences(batch: ImportBatch) -> list[str]:
    return [fault.sentence() for fault in faults_in(batch.report or {})]


def counts(batch: ImportBatch) -> dict[str, int]:
    return {name: count for name, count in (batch.report or {})["counts"].items() if count}


def one(statement: str) -> Any:
    return db.session.execute(text(statement)).scalar_one()


def rows(statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.session.execute(text(statement))]


def fingerprint() -> dict[str, tuple[int, str]]:
    """How many rows every table has, and a hash of all of them."""
    names = db.session.scalars(
        text(
            "select relname from pg_class where relnamespace = 'public'::regnamespace "
            "and relkind in ('r', 'p') and not relispartition and relname not like 'procrastinate%'"
        )
    ).all()
    found = {}
    for name in sorted(set(names) - _TRAIL):
        lines = db.session.scalars(text(f'select "{name}"::text as line from "{name}" order by line')).all()  # noqa: S608
        found[name] = (len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest())
    return found


def yuan(amount: str) -> Decimal:
    return Decimal(amount)
