"""Background work: queued with the transaction, carried out once, found again after a killed worker."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from procrastinate import PsycopgConnector
from sqlalchemy import func, select, text

from heatdesk import jobs
from heatdesk.auth.permissions import Role
from heatdesk.db import APP_ROLE, db, transaction
from heatdesk.errors import RuleBroken
from heatdesk.i18n import speaking
from heatdesk.web.exports import TooManyRows
from tests import factories

SEEN: list[int] = []


@jobs.job("test.count")
def count(job: jobs.Job) -> None:
    SEEN.append(job.arguments["n"])


@jobs.job("test.refuse")
def refuse(job: jobs.Job) -> None:
    raise RuleBroken("The season has no tariff. Approve one first.")


@jobs.job("test.refuse_with_values")
def refuse_with_values(job: jobs.Job) -> None:
    raise TooManyRows(limit="50,000")


@pytest.fixture
def staff(own_app):
    SEEN.clear()
    person = factories.make_staff(Role.BILLING_CLERK, factories.make_branch())
    db.session.commit()
    return person


def work_until_idle(app) -> None:
    """Run a real worker on the app's own database until nothing is waiting."""
    jobs._application[:] = [app]
    url = app.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg", "postgresql")

    async def run() -> None:
        connector = PsycopgConnector(conninfo=url, kwargs={"options": f"-c role={APP_ROLE}"})
        with jobs.queue.replace_connector(connector) as connected:
            async with connected.open_async():
                await connected.run_worker_async(wait=False, install_signal_handlers=False, concurrency=1)

    # In a thread of its own: a browser test may have left an event loop running in this one.
    with ThreadPoolExecutor(max_workers=1) as threads:
        threads.submit(asyncio.run, run()).result()


def said_in(language: str, job: jobs.Job) -> tuple[str, str]:
    with speaking(language):
        return job.said_title, job.said_error


def test_a_queued_job_is_done_once(own_app, staff):
    with transaction():
        job = jobs.enqueue("test.count", {"n": 7}, title="Count", by=staff.id)
        job_id = job.id
    work_until_idle(own_app)
    work_until_idle(own_app)
    assert SEEN == [7]
    db.session.expire_all()
    assert db.session.get(jobs.Job, job_id).state == jobs.JobState.DONE


def test_a_rolled_back_transaction_queues_nothing(own_app, staff):
    with pytest.raises(ZeroDivisionError), transaction():
        jobs.enqueue("test.count", {"n": 1}, title="Count", by=staff.id)
        raise ZeroDivisionError
    work_until_idle(own_app)
    assert SEEN == []
    assert db.session.scalar(select(func.count()).select_from(jobs.Job)) == 0


def test_a_refusal_is_the_result_in_words(own_app, staff):
    with transaction():
        job_id = jobs.enqueue("test.refuse", {}, title="Refuse", by=staff.id).id
    work_until_idle(own_app)
    db.session.expire_all()
    job = db.session.get(jobs.Job, job_id)
    assert (job.state, job.error) == (jobs.JobState.FAILED, "The season has no tariff. Approve one first.")


def test_what_a_killed_worker_left_is_taken_up_again(own_app, staff):
    with transaction():
        jobs.enqueue("test.count", {"n": 3}, title="Count", by=staff.id)
    # As a worker killed in the middle leaves it: marked as under way by a worker whose heart stopped.
    with transaction():
        db.session.execute(
            text(
                "with dead as (insert into procrastinate_workers (last_heartbeat) "
                "values (now() - interval '5 minutes') returning id) "
                "update procrastinate_jobs set status = 'doing', worker_id = (select id from dead)"
            )
        )
        connection = db.session.connection().connection.driver_connection
        jobs.retry_stalled.configure(connection=connection).defer(timestamp=1)
    work_until_idle(own_app)
    work_until_idle(own_app)
    assert SEEN == [3]


def test_a_refusal_is_kept_with_its_values_and_said_to_each_reader_in_their_language(own_app, staff):
    with transaction():
        title = jobs.Sentence("Trial run of season %(code)s", {"code": "2026-2027"})
        job_id = jobs.enqueue("test.refuse_with_values", {}, title=title, by=staff.id).id
    work_until_idle(own_app)
    db.session.expire_all()
    job = db.session.get_one(jobs.Job, job_id)
    assert said_in("en", job) == (
        "Trial run of season 2026-2027",
        "More than 50,000 rows fit. Narrow the filter and export in parts.",
    )
    title, error = said_in("zh", job)
    assert title == "采暖期 2026-2027 试算"
    assert "50,000" in error
    assert "rows" not in error
