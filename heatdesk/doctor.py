"""What `heatdesk doctor` looks at: the machine, the database and its guards (reliability.md S21)."""

import shutil
from dataclasses import dataclass

from sqlalchemy import text

from heatdesk import schema
from heatdesk.config import ASSETS, Settings
from heatdesk.db import APP_ROLE, db

_LEAST_FREE_GB = 2
_OLDEST_SERVER = 150_000
_GUARDED = ("journal", "entry", "charge", "payment", "tender", "allocation", "payment_void", "audit_entry")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what, what was seen, and what to do when it is not fine."""

    what: str
    saw: str
    is_fine: bool
    advice: str


def examine(settings: Settings) -> list[Finding]:
    """Everything that can be seen from here, in the order in which a person would mend it."""
    return [*_machine(settings), *_server(), *_guards(), _workers()]


def _machine(settings: Settings) -> list[Finding]:
    free_gb = shutil.disk_usage(settings.prepare_home()).free // 10**9
    secret = settings.home / "secret"
    mode = secret.stat().st_mode & 0o777 if settings.secret_key() else 0
    font = ASSETS / "static" / "vendor" / "fonts" / "NotoSansSC-Regular.ttf"
    return [
        Finding(
            "disk",
            f"{free_gb} GB free",
            free_gb >= _LEAST_FREE_GB,
            "Free some space: the books need room to grow.",
        ),
        Finding("secret key", f"mode {mode:o}", mode == 0o600, f"Run: chmod 600 {secret}"),
        Finding(
            "front-end files and fonts",
            "there" if font.exists() else "missing",
            font.exists(),
            "Install heatdesk again; the build puts them into static/vendor.",
        ),
    ]


def _server() -> list[Finding]:
    version = int(_show("server_version_num"))
    current, newest = schema.current_revision(db.session.connection()), schema.newest_revision()
    findings = [
        Finding(
            "PostgreSQL",
            _show("server_version"),
            version >= _OLDEST_SERVER,
            "Use PostgreSQL 15 or newer.",
        ),
        Finding("schema", str(current), current == newest, "Start heatdesk again: it migrates the database."),
    ]
    for name, wanted, advice in (
        ("fsync", "on", "Set fsync = on: without it a power cut loses payments that were acknowledged."),
        ("synchronous_commit", "on", "Set synchronous_commit = on, for the same reason."),
        ("full_page_writes", "on", "Set full_page_writes = on."),
        ("data_checksums", "on", "Run pg_checksums --enable while the server is stopped."),
        ("server_encoding", "UTF8", "Create the database anew with encoding UTF8."),
    ):
        seen = _show(name)
        findings.append(Finding(name, seen, seen == wanted, advice))
    return findings


def _guards() -> list[Finding]:
    owned = db.session.scalar(
        text("select count(*) from pg_tables where schemaname = 'public' and tableowner = :role"),
        {"role": APP_ROLE},
    )
    missing = db.session.scalar(
        text(
            "select count(*) from unnest(cast(:names as text[])) name where not exists (select from pg_trigger "
            "where tgrelid = name::regclass and tgname = 'append_only' and tgenabled = 'O')"
        ),
        {"names": list(_GUARDED)},
    )
    return [
        Finding(
            "the application owns no table",
            f"{owned} owned",
            owned == 0,
            f"Give the tables back to the owner: alter table … owner to …; never log in as {APP_ROLE}.",
        ),
        Finding(
            "append-only guards",
            f"{missing} missing or switched off",
            missing == 0,
            "Somebody switched a guard off: run `heatdesk verify`, then alter table … enable trigger all.",
        ),
    ]


def _workers() -> Finding:
    alive = db.session.scalar(
        text(
            "select count(*) from procrastinate_workers where last_heartbeat > now() - interval '30 seconds'"
        )
    )
    waiting = db.session.scalar(text("select count(*) from procrastinate_jobs where status = 'todo'"))
    return Finding(
        "workers",
        f"{alive} alive, {waiting} jobs waiting",
        bool(alive) or not waiting,
        "Start `heatdesk serve`, or `heatdesk worker` on a machine of its own.",
    )


def _show(setting: str) -> str:
    return str(db.session.scalar(text("select current_setting(:name)"), {"name": setting}))
