"""The season run against the bare `INSERT … SELECT` of as many charge rows (docs/performance.md).

The yardstick writes into a table with primary key, unique and foreign key; the run writes bills, explained charges
and ledger entries with all their constraints, checks itself and publishes.
"""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from heatdesk import postgres, schema
from heatdesk.bench.season_data import DATA, DISCARD, YARDSTICK
from heatdesk.billing.models import SeasonRun
from heatdesk.billing.rules.workflow import RunState
from heatdesk.billing.services import season_runs
from heatdesk.billing.services.season_workers import Crew, crew
from heatdesk.config import Settings
from heatdesk.db import APP_ROLE, db, transaction

TARGETS = {
    "season run ÷ bare insert, 1,000,000 flats": "≤ 4 ×, moonshot 1.5 ×",
    "growth from 100,000 to 1,000,000 flats": "≤ 11 ×",
}
ROUNDS = 3
PROCESSES = 2


def run(*, rows: int = 1_000_000, rounds: int = ROUNDS) -> dict[str, str]:
    """Seconds and ratios for a tenth and all of `rows` flats; medians of rounds in turn with the yardstick."""
    sizes = (max(1, rows // 10), rows)
    figures: dict[str, str] = {}
    seconds = []
    for number in sizes:
        with _database(number) as (app, engine), app.app_context(), crew(PROCESSES) as workers:
            ratios, posts, trials = [], [], []
            for _round in range(rounds):
                bare = _bare(engine)
                trial, post = _season(engine, workers)
                ratios.append(post / bare)
                posts.append(post)
                trials.append(trial / bare)
            db.engine.dispose()
        seconds.append(median(posts))
        figures[f"season run, {number:,} flats"] = f"{median(posts):.2f} s"
        figures[f"season run ÷ bare insert, {number:,} flats"] = f"{median(ratios):.2f} ×"
        figures[f"trial ÷ bare insert, {number:,} flats"] = f"{median(trials):.2f} ×"
    figures[f"growth from {sizes[0]:,} to {sizes[1]:,} flats"] = f"{seconds[1] / seconds[0]:.1f} ×"
    return figures


def _bare(engine: Engine) -> float:
    """One statement that writes a charge for every flat, into an empty table with its constraints."""
    with engine.begin() as connection:
        connection.execute(text("drop table if exists bare_charge"))
        connection.execute(text(YARDSTICK[0]))
    _settle(engine)
    started = time.perf_counter()
    with engine.begin() as connection:
        connection.execute(text(YARDSTICK[1]))
    return time.perf_counter() - started


def _season(engine: Engine, workers: Crew) -> tuple[float, float]:
    """A trial and the posting of the same empty season; seconds of each."""
    with engine.begin() as connection:
        connection.execute(text("drop table if exists bare_charge"))
        for statement in DISCARD:
            connection.execute(text(statement))
        season_id = connection.scalar(text("select id from season where code = '2026-2027'"))
        starter, releaser = connection.scalars(text("select id from staff order by id")).all()
    with transaction(starter):
        run_id = season_runs.start(season_id, by=starter).id
    _settle(engine)
    started = time.perf_counter()
    workers.carry_out(run_id, _quiet)
    trial = time.perf_counter() - started
    _settle(engine)
    started = time.perf_counter()
    with transaction(releaser):
        season_runs.release(run_id, by=releaser)
    state = workers.carry_out(run_id, _quiet)
    post = time.perf_counter() - started
    if state != RunState.POSTED:
        raise RuntimeError(f"the run ended {state}: {db.session.get_one(SeasonRun, run_id).self_check}")
    db.session.rollback()
    return trial, post


def _quiet(_done: int, _total: int) -> None:
    """Nobody watches the bar."""


def _settle(engine: Engine) -> None:
    """What one measurement left in memory shall not slow the next."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("checkpoint"))


@contextmanager
def _database(flats: int) -> Iterator[tuple[Flask, Engine]]:
    """A migrated database with a city of this many flats, dropped afterwards."""
    settings = Settings.from_environment()
    server = settings.database_url or postgres.start(settings.home)
    name = f"heatdesk_bench_{uuid.uuid4().hex[:8]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'create database "{name}" template template0'))
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    schema.migrate(url)
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            for statement in DATA:
                connection.execute(text(statement), {"flats": flats})
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))
        app = Flask("heatdesk-bench")
        app.config.update(
            SQLALCHEMY_DATABASE_URI=url,
            SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"options": f"-c role={APP_ROLE} -c timezone=UTC"}},
        )
        db.init_app(app)
        yield app, engine
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(text(f'drop database "{name}" with (force)'))
        admin.dispose()
