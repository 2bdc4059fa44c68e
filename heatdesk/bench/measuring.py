"""What every bench shares: a database of its own, rounds in turn, percentiles, and the machine it ran on."""

import os
import platform
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time

import psutil
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from heatdesk import postgres, schema
from heatdesk.config import Settings
from heatdesk.db import db, engine_options

Figures = dict[str, str]
"""What a bench tells: the name of a figure and the figure with its unit."""


@contextmanager
def own_database() -> Iterator[str]:
    """A migrated database on the installation's server, dropped afterwards; gives its SQLAlchemy address."""
    settings = Settings.from_environment()
    server = settings.database_url or postgres.start(settings.prepare_home())
    name = f"heatdesk_bench_{uuid.uuid4().hex[:8]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'create database "{name}" template template0'))
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    try:
        schema.migrate(url)
        yield url
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'drop database "{name}" with (force)'))
        admin.dispose()


@contextmanager
def application(url: str, *, as_owner: bool = False) -> Iterator[Flask]:
    """An application that has nothing but the database; `as_owner` sets data up past the guards."""
    app = Flask("heatdesk.bench")
    options = engine_options()
    if as_owner:
        options.pop("connect_args")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=options, HEATDESK=Settings.from_environment()
    )
    db.init_app(app)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of one piece of work: on the clock, and of processor time in this process and its database session."""

    passed: float
    busy: float


class Stopwatch:
    """Takes both times, so that a figure can be read on a machine that is doing other things as well.

    The session's own share is known where its server runs on the same Linux; elsewhere busy is the time on the clock.
    """

    def __init__(self, backend_pid: int) -> None:
        self._session = Path(f"/proc/{backend_pid}/schedstat")
        self._is_local = (
            self._session.exists() and "postgres" in Path(f"/proc/{backend_pid}/comm").read_text()
        )

    def time(self, work: Callable[..., object], *arguments: object) -> Times:
        session, own, start = self._session_busy(), process_time(), perf_counter()
        work(*arguments)
        passed, busy = perf_counter() - start, process_time() - own
        return Times(passed, busy + self._session_busy() - session if self._is_local else passed)

    def _session_busy(self) -> float:
        return int(self._session.read_text().split()[0]) / 1e9 if self._is_local else 0.0


def busy_seconds(pid: int) -> float:
    """Processor seconds that the threads of a process of this Linux have used; none for one that is gone."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def in_turn(rounds: int, contestants: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Each contestant's figure of every round; they take turns, so a slow moment of the machine hits all."""
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            found[name].append(contestant())
    return found


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` of the values do not exceed."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def machine() -> str:
    """Cores, processor, memory, system, versions and the load of the last minute, in one line."""
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return (
        f"{os.cpu_count()} cores {_processor()}, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, PostgreSQL {_server_version()}, load {load:.1f}"
    )


def table(title: str, figures: Figures, targets: Mapping[str, str]) -> str:
    """The figures of one bench beside their targets."""
    wide = max(len(name) for name in figures)
    wide_figure = max(len(figure) for figure in figures.values())
    lines = [
        f"  {name:<{wide}}  {figure:>{wide_figure}}  {targets.get(name, '')}".rstrip()
        for name, figure in figures.items()
    ]
    return "\n".join([title, *lines])


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _server_version() -> str:
    settings = Settings.from_environment()
    engine = create_engine(settings.database_url or postgres.start(settings.prepare_home()))
    with engine.connect() as connection:
        version: str = connection.execute(text("show server_version")).scalar_one()
    engine.dispose()
    return f"{version} ({'built in' if settings.database_url is None else 'given'})"
