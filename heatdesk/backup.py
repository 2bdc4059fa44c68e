"""A copy of everything in one file, and everything back from it, by PostgreSQL's own tools."""

import subprocess
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from heatdesk import postgres
from heatdesk.db import APP_ROLE
from heatdesk.errors import Refusal


class BackupFailed(Refusal):
    status = 500
    message = "%(program)s did not succeed: %(said)s"


class DatabaseNotEmpty(Refusal):
    message = (
        "The database to restore into already holds tables. Name an empty one in HEATDESK_DATABASE_URL, "
        "or an empty folder in HEATDESK_HOME."
    )


def save(owner_url: str, file: Path) -> int:
    """Write the database into `file` while people go on working; returns the file's size in bytes.

    The file appears under its name only when it is complete. Raises `BackupFailed`.
    """
    draft = file.with_name(f".{file.name}.unfinished")
    try:
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={draft}", f"--dbname={_plain(owner_url)}")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return file.stat().st_size


def restore(owner_url: str, file: Path) -> None:
    """Bring back `file` into an empty database, all or nothing. Raises `DatabaseNotEmpty` and `BackupFailed`."""
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        if connection.scalar(text("select count(*) from pg_tables where schemaname = 'public'")):
            raise DatabaseNotEmpty
        if not connection.scalar(
            text("select count(*) from pg_roles where rolname = :role"), {"role": APP_ROLE}
        ):
            connection.execute(text(f"create role {APP_ROLE} nologin"))
        connection.execute(text(f"grant {APP_ROLE} to current_user"))
    _run(
        *("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner"),
        *(f"--dbname={_plain(owner_url)}", str(file)),
    )


def _plain(owner_url: str) -> str:
    """The address as PostgreSQL's own tools read it."""
    return make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(postgres.BIN / program), *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise BackupFailed(program=program, said=done.stderr.strip()[-500:])
