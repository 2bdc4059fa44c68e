"""A PostgreSQL named by its address, of the oldest version that is supported: migrations, guards, books, verify."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine

import heatdesk.tables  # noqa: F401 (so that the comparison sees every table)
from heatdesk import schema
from heatdesk.app import create_app
from heatdesk.auth.permissions import Role
from heatdesk.billing.services.verification import verify
from heatdesk.config import Settings
from heatdesk.db import db
from tests import factories
from tests.needs import postgresql_15

BIN = Path("/usr/lib/postgresql/15/bin")
pytestmark = postgresql_15


@pytest.fixture(scope="module")
def given_url() -> Iterator[str]:
    """A cluster of Debian's PostgreSQL 15 on a socket of its own; root starts it as the package's user."""
    folder = Path(tempfile.mkdtemp(prefix="hd15-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [BIN / program, "-D", data, *arguments],
            check=True,
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )

    run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums")
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -h '' -c fsync=off", "start")
    yield f"postgresql://postgres@/postgres?host={folder}"
    run("pg_ctl", "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture
def given_app(given_url, tmp_path):
    settings = Settings.from_environment({"HEATDESK_HOME": str(tmp_path), "HEATDESK_DATABASE_URL": given_url})
    schema.migrate(settings.database_url)
    schema.migrate(settings.database_url)
    app = create_app(settings, settings.database_url)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_migrations_make_what_the_models_say(given_app):
    engine = create_engine(given_app.config["HEATDESK"].database_url)
    with engine.connect() as connection:
        assert schema.differences(connection) == []
        assert schema.current_revision(connection) == schema.newest_revision()
    engine.dispose()


def test_the_books_work_and_hold(given_app):
    branch = factories.make_branch()
    factories.open_day(branch)
    bill = factories.owe(
        factories.make_account(branch),
        factories.make_season(),
        "2327.00",
        factories.make_staff(Role.CASHIER, branch),
    )
    assert bill.due == Decimal("2327.00")
    db.session.commit()
    assert [outcome.id for outcome in verify() if not outcome.holds] == []
