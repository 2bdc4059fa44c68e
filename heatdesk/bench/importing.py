"""How long a register of 200,000 households takes from the workbook to the tables, and how that compares with COPY.

The yardstick copies the very rows that the import wrote, table by table, by binary COPY into the same tables of an
equal, empty database: the same keys, indexes, foreign keys and triggers (the search table and the totals of bills fill
by trigger in both). It knows every id beforehand and checks nothing, so it is what the database itself needs. Of the
import, the part that is compared runs from the checked rows in memory to the last entry: staging, comparison with the
register, ids, places, households, opening balances.
"""

import time
from datetime import date
from typing import Any

from sqlalchemy import create_engine, text

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.bench.measuring import Figures, application, own_database
from heatdesk.bench.register_file import write_register
from heatdesk.billing.models import Season
from heatdesk.billing.rules.register_columns import KNOWN_NAMES, ColumnMapping
from heatdesk.billing.rules.register_rows import check_rows
from heatdesk.billing.services import register_files, register_imports, verification
from heatdesk.billing.services.register_examination import ROWS_CHECKED
from heatdesk.billing.services.register_opening import ControlTotals
from heatdesk.billing.services.register_reports import totals_in
from heatdesk.db import db, transaction
from heatdesk.sheets import read_sheet

_TABLES = (
    "heat_source", "station", "district", "community", "branch", "office", "building", "customer", "premises",
    "account", "supply_term", "area_part", "business_day", "bill", "journal", "entry",
)  # fmt: skip
"""In the order in which foreign keys allow them to be filled."""

TARGETS = {"read + check + apply in one pass": "< 60 s", "database part / binary COPY": "≤ 2"}

_SEASON = "2024-2025"
_NAME = "households.xlsx"


def run(*, rows: int = 200_000) -> Figures:
    """Make a register, bring it in, copy its rows into an equal database; tell seconds and ratios."""
    watch = _Watch()
    content = watch.time("write the workbook", lambda: write_register(rows, _SEASON))
    sheet = watch.time("read", lambda: read_sheet(content, _NAME, known=KNOWN_NAMES))
    mapping = ColumnMapping.suggest(sheet.header)
    watch.time("check rows", lambda: check_rows(sheet.rows(), mapping))
    with own_database() as source, own_database() as target:
        with application(source):
            _import(content, _set_up(), watch)
            broken = [outcome.id for outcome in verification.verify() if not outcome.holds]
        records = _copy_out(source)
        watch.seconds["binary COPY"] = _copy_in(target, records)
    ours, copied = watch.seconds["database part"], watch.seconds["binary COPY"]
    told = {f"{what}, {rows:,} rows": f"{seconds:.1f} s" for what, seconds in watch.seconds.items()}
    return told | {
        "read + check + apply in one pass": f"{watch.seconds['apply']:.1f} s",
        "database part / binary COPY": f"{ours / copied:.2f}",
        "verify": "everything holds" if not broken else f"broken: {', '.join(broken)}",
    }


class _Watch:
    """Seconds by what was done."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, what: str, work: Any) -> Any:
        start = time.perf_counter()
        result = work()
        self.seconds[what] = time.perf_counter() - start
        return result


def _import(content: bytes, staff_id: int, watch: _Watch) -> None:
    """The three steps as the screens take them, each in a transaction of its own."""

    def upload() -> int:
        with transaction(staff_id):
            by = db.session.get_one(Staff, staff_id)
            batch = register_imports.upload(_NAME, content, by)
            header = tuple((batch.report or {})["file"]["header"])
            mapping, _ = register_files.suggest_mapping(header, by)
            register_imports.confirm_mapping(batch, mapping, date(2026, 11, 1))
            return batch.id

    batch_id = watch.time("upload", upload)

    def check() -> None:
        with transaction(staff_id):
            by = db.session.get_one(Staff, staff_id)
            register_imports.check(register_imports.get(batch_id, by), by)

    watch.time("check", check)

    def apply() -> None:
        started: list[float] = []
        with transaction(staff_id):
            by = db.session.get_one(Staff, staff_id)
            batch = register_imports.get(batch_id, by, lock=True)
            totals = totals_in(batch.report or {})

            def progress(hundredths: int) -> None:
                if hundredths == ROWS_CHECKED:
                    started.append(time.perf_counter())

            register_imports.apply(
                batch,
                only_good_rows=True,
                confirmed=ControlTotals(totals.arrears, totals.prepayments),
                by=by,
                progress=progress,
            )
        watch.seconds["database part"] = time.perf_counter() - started[0]

    watch.time("apply", apply)


def _set_up() -> int:
    """The season of the arrears and one clerk of head office, whose id it gives."""
    with transaction():
        clerk = Staff(login="bench", name="bench", password_hash="", role=Role.BILLING_CLERK)
        season = Season(
            code=_SEASON,
            starts_on=date(2024, 11, 1),
            ends_on=date(2025, 3, 31),
            statutory_days=151,
            due_on=date(2024, 12, 31),
        )
        db.session.add_all([clerk, season])
        db.session.flush()
        db.session.execute(text("select open_season(:id)"), {"id": season.id})
        return clerk.id


def _copy_out(source: str) -> dict[str, bytes]:
    """What the import wrote, table by table, in the binary form of COPY."""
    engine = create_engine(source)
    found = {}
    with engine.connect() as connection, connection.connection.cursor() as cursor:  # type: ignore[attr-defined]
        for table in ("staff", "season", *_TABLES):
            with cursor.copy(
                f"copy (select {_columns(table)} from {table}) to stdout (format binary)"
            ) as copy:
                found[table] = b"".join(bytes(part) for part in copy)
    engine.dispose()
    return found


def _copy_in(target: str, records: dict[str, bytes]) -> float:
    """Seconds to bring the same bytes into the empty tables in one transaction."""
    engine = create_engine(target)
    with engine.begin() as connection, connection.connection.cursor() as cursor:  # type: ignore[attr-defined]
        for table in ("staff", "season"):
            _load(cursor, table, records)
        cursor.execute("select open_season(id) from season")
    start = time.perf_counter()
    with engine.begin() as connection, connection.connection.cursor() as cursor:  # type: ignore[attr-defined]
        for table in _TABLES:
            _load(cursor, table, records)
    seconds = time.perf_counter() - start
    engine.dispose()
    return seconds


def _load(cursor: Any, table: str, records: dict[str, bytes]) -> None:
    with cursor.copy(f"copy {table} ({_columns(table)}) from stdin (format binary)") as copy:
        copy.write(records[table])


def _columns(table: str) -> str:
    """All columns but those that the transaction and the triggers write: totals of bills, the journal's transaction."""
    columns = db.metadata.tables[table].columns.keys()
    left_out = {"bill": {"charged", "reduced", "paid"}, "journal": {"transaction_id"}}.get(table, set())
    return ", ".join(column for column in columns if column not in left_out)
