"""Processes that share a season run: the caller and its helpers, each with a database session of its own."""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from flask import Flask, current_app

from heatdesk.billing.rules.workflow import RunState
from heatdesk.billing.services import season_runs
from heatdesk.billing.services.shards import Report
from heatdesk.db import Model, db

_DATABASE = ("SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_ENGINE_OPTIONS")


class Crew:
    """The caller and `helpers` processes that wait for runs to share."""

    def __init__(self, helpers: list[Connection], pids: list[int]) -> None:
        self.helpers = helpers
        self.pids = pids
        """The processes of the crew, the caller first."""

    def carry_out(self, run_id: int, report: Report) -> RunState:
        """`season_runs.carry_out` by everybody at once; a helper that dies leaves its shard to the others."""
        for helper in self.helpers:
            helper.send(run_id)
        state = season_runs.carry_out(run_id, report)
        for helper in self.helpers:
            with suppress(EOFError):
                helper.recv()
        return state


@contextmanager
def crew(processes: int) -> Iterator[Crew]:
    """A crew of `processes`, the calling one included; its helpers end with it."""
    context = multiprocessing.get_context("spawn")
    config = {name: current_app.config[name] for name in _DATABASE}
    tables = sorted({mapper.class_.__module__ for mapper in Model.registry.mappers})
    helpers, started = [], []
    for _helper in range(processes - 1):
        ours, theirs = context.Pipe()
        process = context.Process(target=_help, args=(theirs, config, tables), daemon=True)
        process.start()
        theirs.close()
        helpers.append(ours)
        started.append(process)
    try:
        for helper in helpers:
            helper.recv()
        yield Crew(helpers, [os.getpid(), *(process.pid or 0 for process in started)])
    finally:
        for helper in helpers:
            helper.close()
        for process in started:
            process.join()


def _help(pipe: Connection, config: dict[str, Any], tables: list[str]) -> None:
    """A helper's life: say that it is there, carry out what it is told to until the pipe closes.

    It starts with nothing, so it imports the tables that its caller knows.
    """
    for module in tables:
        import_module(module)
    app = Flask("heatdesk-season-run")
    app.config.update(config)
    db.init_app(app)
    with app.app_context():
        try:
            pipe.send(None)
            while True:
                season_runs.carry_out(pipe.recv(), _say_nothing)
                pipe.send(None)
        except (EOFError, BrokenPipeError):
            return


def _say_nothing(_done: int, _total: int) -> None:
    """The caller reports for all."""
