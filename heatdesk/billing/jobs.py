"""What billing does in the background."""

from collections.abc import Callable
from functools import partial

from sqlalchemy import text, update

from heatdesk import jobs
from heatdesk.auth.models import Staff
from heatdesk.billing.rules.workflow import ImportState
from heatdesk.billing.services import register_imports, season_runs, settlements, tariff_trials
from heatdesk.billing.services.register_opening import totals_from
from heatdesk.dates import now
from heatdesk.db import db, get_or_refuse, transaction
from heatdesk.jobs import Job


@jobs.job(season_runs.JOB_KIND)
def carry_out_season_run(job: Job) -> None:
    """Shards of a trial or of a released run; several workers may share one job."""
    season_runs.carry_out(job.arguments["run_id"], partial(jobs.report_progress, job.id))


@jobs.job(tariff_trials.JOB_KIND)
def carry_out_tariff_trial(job: Job) -> None:
    """Shards of a tariff trial; several workers may share one job, a trial removed meanwhile is done."""
    tariff_trials.carry_out(job.arguments["trial_id"], partial(jobs.report_progress, job.id))


@jobs.queue.periodic(cron="23 3 * * *")
@jobs.queue.task(name="heatdesk.expire_trials", queueing_lock="expire_trials")
def expire_trials(timestamp: int) -> None:  # noqa: ARG001 (the queue hands it over)
    """Every night: trials older than thirty days go. Safe to repeat: what is gone is not old any more."""
    with jobs.application().app_context(), transaction():
        tariff_trials.expire(now())


@jobs.job(settlements.JOB_KIND)
def carry_out_settlement(job: Job) -> None:
    """Bills by meter and quantity move to what their closing readings say; repeating it posts nothing twice."""
    settlements.carry_out(
        job.arguments["season_id"],
        job.arguments["branch_id"],
        job.created_by,
        partial(jobs.report_progress, job.id),
    )


@jobs.job(register_imports.CHECK_JOB)
def check_register(job: Job) -> None:
    """Check a register file; repeating it writes the same report."""
    with transaction(job.created_by):
        by = get_or_refuse(Staff, job.created_by)
        batch = register_imports.get(job.arguments["batch_id"], by, lock=True)
        register_imports.check(batch, by, _tell(job.id))


@jobs.job(register_imports.APPLY_JOB)
def apply_register(job: Job) -> None:
    """Bring a register in; when a worker died after its commit, the repetition finds it done."""
    with transaction(job.created_by):
        # Another import may take longer than a person would wait for a lock.
        db.session.execute(text("set local lock_timeout = 0"))
        by = get_or_refuse(Staff, job.created_by)
        batch = register_imports.get(job.arguments["batch_id"], by, lock=True)
        if batch.state is ImportState.APPLIED and batch.applied_by == job.created_by:
            return
        register_imports.apply(
            batch,
            only_good_rows=job.arguments["only_good_rows"],
            confirmed=totals_from(job.arguments["confirmed"]),
            by=by,
            progress=_tell(job.id),
        )


def _tell(job_id: int) -> Callable[[int], None]:
    """Progress on a connection of its own: the work is one transaction, nothing of it shows before it ends."""

    def tell(hundredths: int) -> None:
        with db.engine.begin() as connection:
            connection.execute(update(Job).where(Job.id == job_id).values(done=hundredths, total=100))

    return tell
