"""The season run against the bare `INSERT … SELECT` of as many charge rows (docs/performance.md).

The yardstick writes into a table with primary key, unique and foreign key; the run writes bills, explained charges
and ledger entries with all their constraints, checks itself and publishes. Both are told by the clock and by the
processor time of everybody who took part, which says more on a machine that is doing other things as well.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import NamedTuple

from sqlalchemy import Engine, create_engine, text

from heatdesk import tables
from heatdesk.bench.measuring import Figures, Times, application, busy_seconds, own_database
from heatdesk.bench.season_data import DATA, DISCARD, YARDSTICK
from heatdesk.billing.models import SeasonRun
from heatdesk.billing.rules.workflow import RunState
from heatdesk.billing.services import season_runs
from heatdesk.billing.services.season_workers import Crew, crew
from heatdesk.db import db, transaction

_KNOWN = (tables,)
"""Imported so that every table is known, to the helpers too."""

PROCESSES = 2
TARGETS = {"run / bare insert": "≤ 4", "growth from a tenth of the flats": "≤ 11"}


class Round(NamedTuple):
    """What one round took."""

    bare: Times
    trial: Times
    post: Times


def run(rows: int = 1_000_000, rounds: int = 3) -> Figures:
    """Trial and posting of `rows` flats and of a tenth of them, in rounds that alternate with the yardstick."""
    figures: Figures = {}
    posts = []
    for flats in (rows // 10, rows):
        taken = _rounds(flats, rounds)
        post = median(one.post.passed for one in taken)
        posts.append(post)
        figures[f"trial of {flats:,} flats"] = f"{median(one.trial.passed for one in taken):.2f} s"
        figures[f"posting of {flats:,} flats"] = f"{post:.2f} s"
        figures[f"bare insert of {flats:,} rows"] = f"{median(one.bare.passed for one in taken):.2f} s"
        ratio = median(one.post.passed / one.bare.passed for one in taken)
        busy = median(one.post.busy / one.bare.busy for one in taken)
        figures[f"run / bare insert at {flats:,}, by the clock"] = f"{ratio:.2f}"
        figures[f"run / bare insert at {flats:,}, processor time"] = f"{busy:.2f}"
        figures["run / bare insert"] = f"{ratio:.2f}"
    figures["growth from a tenth of the flats"] = f"{posts[1] / posts[0]:.1f}"
    return figures


def _rounds(flats: int, rounds: int) -> list[Round]:
    with city(flats) as engine, crew(PROCESSES) as workers:
        return [_round(engine, workers) for _round_no in range(rounds)]


@contextmanager
def city(flats: int) -> Iterator[Engine]:
    """A database with a city of this many flats; gives a connection of its owner."""
    with own_database() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            for statement in DATA:
                connection.execute(text(statement), {"flats": flats})
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))
        with application(url):
            yield engine
        engine.dispose()


def _round(engine: Engine, workers: Crew) -> Round:
    """The yardstick, then a trial and the posting of the same empty season."""
    with engine.begin() as connection:
        connection.execute(text("drop table if exists bare_charge"))
        connection.execute(text(YARDSTICK[0]))
    bare = _timed(engine, workers, lambda: _execute(engine, YARDSTICK[1]))
    with engine.begin() as connection:
        connection.execute(text("drop table bare_charge"))
        for statement in DISCARD:
            connection.execute(text(statement))
        season_id = connection.scalar(text("select id from season where code = '2026-2027'"))
        starter, releaser = connection.scalars(text("select id from staff order by id")).all()
    with transaction(starter):
        run_id = season_runs.start(season_id, by=starter).id
    trial = _timed(engine, workers, lambda: workers.carry_out(run_id, _quiet))
    post = _timed(engine, workers, lambda: _post(workers, run_id, releaser))
    return Round(bare, trial, post)


def _post(workers: Crew, run_id: int, releaser: int) -> None:
    with transaction(releaser):
        season_runs.release(run_id, by=releaser)
    state = workers.carry_out(run_id, _quiet)
    if state != RunState.POSTED:
        raise RuntimeError(f"the run ended {state}: {db.session.get_one(SeasonRun, run_id).self_check}")


def _execute(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def _quiet(_done: int, _total: int) -> None:
    """Nobody watches the bar."""


def _timed(engine: Engine, workers: Crew, work: Callable[[], object]) -> Times:
    """Both times of one piece of work; a checkpoint before it, so that what came earlier does not slow it."""
    db.session.rollback()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("checkpoint"))
    busy, start = _busy(engine, workers), perf_counter()
    work()
    db.session.rollback()
    passed = perf_counter() - start
    return Times(passed, _busy(engine, workers) - busy)


def _busy(engine: Engine, workers: Crew) -> float:
    """Processor seconds so far of the processes that share the run and of their database sessions."""
    with engine.connect() as connection:
        sessions = connection.scalars(
            text("select pid from pg_stat_activity where datname = current_database()")
        ).all()
    return sum(busy_seconds(pid) for pid in (*workers.pids, *sessions))
