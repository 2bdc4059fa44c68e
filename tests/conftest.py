"""One database server for the whole run, one transaction per test, three people who try every screen."""

import io
import os
import re
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import g
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.event import listen, remove
from sqlalchemy.pool import NullPool

from heatdesk import postgres, schema
from heatdesk.app import create_app
from heatdesk.auth import services as auth
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.config import Settings
from heatdesk.db import db
from heatdesk.web.app import HeatdeskApp
from tests import factories


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Hashing at full cost would be most of the suite's time."""
    auth.hasher = auth.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The owner's URL of a server: the one in HEATDESK_DATABASE_URL, else the embedded one in a folder of its own.

    Not under pytest's own folder: a second pytest that starts closes that to the server's user.
    """
    given = os.environ.get("HEATDESK_DATABASE_URL")
    if given:
        yield str(Settings.from_environment().database_url)
        return
    with tempfile.TemporaryDirectory(prefix="heatdesk-test-") as folder:
        url = postgres.start(Path(folder))
        _need_not_last(url)
        yield url
        postgres.stop(Path(folder))


def _need_not_last(server_url: str) -> None:
    """Tests kill processes, not the machine: without waiting for the disk they see the same and take half the time."""
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("alter system set fsync = off"))
        connection.execute(text("select pg_reload_conf()"))


def make_database(server_url: str, name: str, template: str | None = None) -> str:
    """Create a database and give its URL; a template is copied with everything in it."""
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'drop database if exists "{name}" with (force)'))
        connection.execute(text(f'create database "{name}" template "{template or "template0"}"'))
    admin.dispose()
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def template_name(server_url: str) -> str:
    """A migrated, empty database that others are copied from."""
    name = f"heatdesk_template_{uuid.uuid4().hex[:8]}"
    schema.migrate(make_database(server_url, name))
    return name


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings.from_environment({"HEATDESK_HOME": str(tmp_path_factory.mktemp("settings"))})


def open_test_app(settings: Settings, url: str) -> HeatdeskApp:
    """The application as tests use it. They keep one application context open, which requests then share: without
    clearing it, one person's request would find the person and the language of the one before.
    """
    app = create_app(settings, url)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)

    def forget_the_last_request() -> None:
        for name in list(g):
            g.pop(name)

    app.before_request_funcs.setdefault(None, []).insert(0, forget_the_last_request)
    return app


@pytest.fixture(scope="session")
def shared_app(server_url: str, template_name: str, settings: Settings) -> Iterator[HeatdeskApp]:
    url = make_database(server_url, f"heatdesk_test_{uuid.uuid4().hex[:8]}", template_name)
    app = open_test_app(settings, url)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(shared_app: HeatdeskApp) -> Iterator[HeatdeskApp]:
    """The application inside an outer transaction that is rolled back when the test ends."""
    with shared_app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            db.engines[None] = connection  # type: ignore[index]
            try:
                yield shared_app
            finally:
                db.session.remove()
                outer.rollback()
                db.engines[None] = engine  # type: ignore[index]


@pytest.fixture
def own_app(server_url: str, template_name: str, settings: Settings) -> Iterator[HeatdeskApp]:
    """An application on a database of its own, for tests that really commit: races, kills, season runs."""
    url = make_database(server_url, f"heatdesk_own_{uuid.uuid4().hex[:8]}", template_name)
    own = open_test_app(settings, url)
    with own.app_context():
        yield own
        db.session.remove()
        db.engine.dispose()


class Person:
    """A member of staff in front of a browser: posts carry a request id as the pages' forms do."""

    def __init__(self, app: HeatdeskApp, staff: Staff) -> None:
        self.staff = staff
        self.id = staff.id
        self.client: FlaskClient = app.test_client()
        token = auth.open_session(staff, "127.0.0.1")
        db.session.commit()
        with self.client.session_transaction() as session:
            session["_user_id"] = token
            session["language"] = "en"

    def get(self, path: str, **options: Any) -> Any:
        _forget_the_last_request()
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        _forget_the_last_request()
        form = {"request_id": str(uuid.uuid4()), **(data or {})}
        return self.client.post(path, data=form, **options)


def _forget_the_last_request() -> None:
    """Requests of one test share its application context, which remembers who asked last and in which language."""
    for name in list(g):
        g.pop(name)


def text_of(response: Any) -> str:
    """The words of a page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))).strip()


def workbook_rows(response: Any) -> list[list[Any]]:
    """The rows of a list that was asked for as a workbook, the head first."""
    assert response.status_code == 200, response.get_data(as_text=True)
    return CalamineWorkbook.from_filelike(io.BytesIO(response.data)).get_sheet_by_index(0).to_python()


@pytest.fixture
def branch(app: HeatdeskApp) -> Any:
    return factories.make_branch()


@pytest.fixture
def cashier(app: HeatdeskApp, branch: Any) -> Person:
    return Person(app, factories.make_staff(Role.CASHIER, branch))


@pytest.fixture
def clerk(app: HeatdeskApp, branch: Any) -> Person:
    return Person(app, factories.make_staff(Role.BILLING_CLERK, branch))


@pytest.fixture
def supervisor(app: HeatdeskApp, branch: Any) -> Person:
    return Person(app, factories.make_staff(Role.SUPERVISOR, branch))


@pytest.fixture
def stranger(app: HeatdeskApp) -> Person:
    """A cashier of another branch."""
    return Person(app, factories.make_staff(Role.CASHIER, factories.make_branch()))


@pytest.fixture
def data_dir() -> Path:
    return Path(__file__).parent / "data"


@pytest.fixture
def count_queries(app: HeatdeskApp) -> Any:
    """`with count_queries() as seen:` lists the statements sent inside, for asserting that rows cost no query each."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(*event: Any) -> None:
            if not event[2].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                seen.append(event[2])

        connection = db.session.connection()
        listen(connection, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            remove(connection, "before_cursor_execute", note)

    return counting
