"""One data folder and its server: created, launched, found again, cleared after a crash."""

import hashlib
import os
import re
import shlex
import shutil
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from heatdesk.postgres.account import Account
from heatdesk.postgres.errors import ServerFailed

DATABASE = "heatdesk"
OWNER = "postgres"
PORT = 5432
"""Only part of the socket's name: nothing listens on the network."""

LONGEST_SOCKET_PATH = 100
"""Bytes; Linux takes 107, macOS 103."""

START_SECONDS = 900
"""After a crash the server first replays up to `max_wal_size` of its log."""

ORPHAN_SECONDS = 30
"""How long sessions of a killed server may take to notice."""

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One log file for each weekday, overwritten a week later.
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
}
"""Written into `postgresql.conf` once; whoever runs the server may change them there."""


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A living server, as its `postmaster.pid` describes it."""

    process: psutil.Process
    socket_folder: Path
    status: str


def create(data: Path, account: Account) -> None:
    """Create the cluster beside its place and move it there whole, so a killed attempt can start over."""
    draft = data.with_name(f"{data.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    account.take(draft)
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    account.run(
        "initdb",
        *("-D", ".", "-U", OWNER, "--auth-local=trust", "--auth-host=reject", "--data-checksums"),
        *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("--no-instructions", *settings),
        cwd=draft,
    )
    draft.rename(data)


def launch(data: Path, account: Account) -> Postmaster:
    """Start a server on data that has none; raises `ServerFailed`."""
    _clear_wreck(data)
    folder = _socket_folder(data, account)
    account.run(
        "pg_ctl",
        *("start", "-D", ".", "-w", "-t", str(START_SECONDS), "-s", "-l", "start.log"),
        *("-o", f"-k {shlex.quote(str(folder))}"),
        cwd=data,
    )
    server = find(data)
    if server is None:
        raise ServerFailed("The built-in database stopped after its start; see %(log)s.", log=data / "log")
    return server


def find(data: Path) -> Postmaster | None:
    """The living server of this data, or None.

    A server always works in its data folder; that tells it from a stranger who was given its number later.
    """
    try:
        while True:
            lines = (data / "postmaster.pid").read_text().splitlines()
            process = psutil.Process(int(lines[0]))
            if process.status() == psutil.STATUS_ZOMBIE or process.cwd() != str(data):
                return None
            if len(lines) >= 8:
                return Postmaster(process, Path(lines[4]), lines[7].strip())
            # The server is just coming up and still writes the file.
            time.sleep(0.02)
    except (FileNotFoundError, psutil.NoSuchProcess, psutil.AccessDenied, IndexError, ValueError):
        return None


def stop(data: Path, account: Account) -> None:
    server = find(data)
    if server is None:
        return
    account.run("pg_ctl", "stop", "-D", ".", "-w", "-t", "300", "-m", "fast", "-s", cwd=data)
    if server.socket_folder != data:
        shutil.rmtree(server.socket_folder, ignore_errors=True)


def ensure_database(data: Path, server: Postmaster) -> None:
    """Create the database where the server has none yet."""
    with _connect(data, server) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(
                "create database heatdesk template template0 encoding 'UTF8'"
                " locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
            )


def address(scheme: str, server: Postmaster, database: str) -> str:
    return f"{scheme}://{OWNER}@/{database}?host={quote(str(server.socket_folder), safe='/')}&port={PORT}"


def _clear_wreck(data: Path) -> None:
    """Remove what a killed server left: PostgreSQL is misled when its old process number lives again."""
    patience = time.monotonic() + ORPHAN_SECONDS
    while orphans := _left_behind(data):
        if time.monotonic() > patience:
            for process in orphans:
                process.kill()
        time.sleep(0.05)
    pid_file = data / "postmaster.pid"
    if pid_file.exists():
        lines = pid_file.read_text().splitlines()
        if len(lines) > 4 and lines[4]:
            Path(lines[4], f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        pid_file.unlink()


def _left_behind(data: Path) -> list[psutil.Process]:
    """Sessions that have not yet noticed the death of their server; zombies hold nothing and do not count."""
    return [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == "postgres" and process.info["cwd"] == str(data)
    ]


def _socket_folder(data: Path, account: Account) -> Path:
    """The data folder itself, or a private one under a short name where its path is too long for a socket."""
    path = str(data / f".s.PGSQL.{PORT}.lock")
    # PostgreSQL reads the setting as a list with commas and quotes.
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and re.fullmatch(r"[\w./ -]+", path):
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir(), f"heatdesk-{name}")
    try:
        folder.mkdir()
        account.take(folder)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
            raise ServerFailed(
                "%(folder)s is needed for the database's socket but belongs to somebody else. Remove it,"
                " or let HEATDESK_HOME name a folder with a shorter path.",
                folder=folder,
            ) from None
    return folder


def _connect(data: Path, server: Postmaster) -> "psycopg.Connection[Any]":
    """A session in the maintenance database; waits while the server still replays its log."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return psycopg.connect(address("postgresql", server, "postgres"), autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline or find(data) is None:
                raise
            time.sleep(0.1)
