"""Long work: a job row that people can watch, carried out by procrastinate workers.

`enqueue()` writes the row and the queue entry in the caller's transaction. A worker may be killed at any moment; the
task then runs again from the start, so every handler must be repeatable (stack.md §4).
"""

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import procrastinate
from flask import Flask
from procrastinate import PsycopgConnector
from sqlalchemy import ForeignKey, Index, select, update
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.dates import now
from heatdesk.db import APP_ROLE, CreatedAt, Model, Pk, db, transaction
from heatdesk.errors import Refusal, msgid
from heatdesk.i18n import _

log = logging.getLogger(__name__)


class JobState(enum.StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Sentence:
    """A sentence that is kept as it is asked of the catalogue, and said in whatever language its reader has."""

    message: str
    values: dict[str, Any] = field(default_factory=dict)


STUMBLED = Sentence(msgid("It stopped with a fault that is in the log; nothing half done was kept."))


class Job(Model):
    """Work that goes on while people do something else; found again on the jobs page."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "created_by", "id"),)

    id: Mapped[Pk]
    kind: Mapped[str]
    title: Mapped[str] = mapped_column(comment="an English message id")
    arguments: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(server_default=JobState.QUEUED)
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int | None]
    url: Mapped[str | None] = mapped_column(comment="the page that shows what the work is about")
    title_values: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    error: Mapped[str | None] = mapped_column(comment="why it stopped, an English message id")
    error_values: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[CreatedAt]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def said_title(self) -> str:
        """What it is called, in the reader's language."""
        return _(self.title, **self.title_values)

    @property
    def said_error(self) -> str:
        """Why it stopped, in the reader's language; empty while nothing went wrong."""
        return _(self.error, **self.error_values) if self.error else ""

    @property
    def percent(self) -> int:
        return (
            100
            if self.state == JobState.DONE
            else min(100, 100 * self.done // self.total)
            if self.total
            else 0
        )


Handler = Callable[[Job], None]
_handlers: dict[str, Handler] = {}
_application: list[Flask] = []
queue = procrastinate.App(connector=PsycopgConnector())


def job(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that carries out jobs of this kind; it opens its own transactions."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def enqueue(
    kind: str,
    arguments: dict[str, Any],
    *,
    title: Sentence | str,
    by: int,
    url: str | None = None,
    workers: int = 1,
) -> Job:
    """Queue work inside the caller's transaction; `workers` > 1 lets several workers share it."""
    if kind not in _handlers:
        raise LookupError(f"no handler is registered for jobs of kind {kind}")
    named = Sentence(title) if isinstance(title, str) else title
    row = Job(
        kind=kind,
        arguments=arguments,
        title=named.message,
        title_values=named.values,
        created_by=by,
        url=url,
    )
    db.session.add(row)
    db.session.flush()
    connection = db.session.connection().connection.driver_connection
    for _worker in range(workers):
        run_job.configure(connection=connection).defer(job_id=row.id)
    return row


@queue.task(name="heatdesk.run_job")
def run_job(job_id: int) -> None:
    """What a worker calls; each job gets an application context of its own."""
    with application().app_context():
        execute(job_id)


def application() -> Flask:
    """The application a worker was started with; periodic tasks of the rooms open their context on it."""
    return _application[0]


def execute(job_id: int) -> None:
    """Carry out one job; a refusal is its result in words, anything else fails it and is logged."""
    with transaction():
        row = db.session.get_one(Job, job_id)
        if row.state in (JobState.DONE, JobState.FAILED):
            return
        row.state, row.started_at = JobState.RUNNING, row.started_at or now()
    try:
        _handlers[row.kind](row)
    except Refusal as refusal:
        _finish(job_id, JobState.FAILED, Sentence(refusal.message, refusal.values))
    except Exception:
        _finish(job_id, JobState.FAILED, STUMBLED)
        raise
    else:
        _finish(job_id, JobState.DONE, None)


async def work(app: Flask, conninfo: str) -> None:
    """Run a worker on the queue until it is told to stop (SIGTERM, SIGINT)."""
    _application[:] = [app]
    connector = PsycopgConnector(conninfo=conninfo, kwargs={"options": f"-c role={APP_ROLE}"})
    with queue.replace_connector(connector) as connected:
        async with connected.open_async():
            await connected.run_worker_async(concurrency=2, shutdown_graceful_timeout=3)


def newest_for(url: str) -> Job | None:
    """The last job whose page is `url`."""
    return db.session.scalar(select(Job).where(Job.url == url).order_by(Job.id.desc()).limit(1))


def report_progress(job_id: int, done: int, total: int) -> None:
    """Move the progress bar, in the caller's transaction."""
    db.session.execute(update(Job).where(Job.id == job_id).values(done=done, total=total))


def _finish(job_id: int, state: JobState, error: Sentence | None) -> None:
    values = {} if error is None else {name: str(value) for name, value in error.values.items()}
    message = None if error is None else error.message
    with transaction():
        db.session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(state=state, error=message, error_values=values, finished_at=now())
        )


@queue.periodic(cron="* * * * *")
@queue.task(name="heatdesk.retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(_context: procrastinate.JobContext, timestamp: int) -> None:
    """Take up again what a killed worker left behind."""
    for stalled in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=30):
        log.warning("taking up job %s again at %s", stalled.id, timestamp)
        await queue.job_manager.retry_job(stalled)
