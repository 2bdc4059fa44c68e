"""What billing does in the background."""

from functools import partial

from heatdesk import jobs
from heatdesk.billing.services import season_runs
from heatdesk.jobs import Job

SEASON_RUN = "season_run"


@jobs.job(SEASON_RUN)
def carry_out_season_run(job: Job) -> None:
    """Shards of a trial or of a released run; several workers may share one job."""
    season_runs.carry_out(job.arguments["run_id"], partial(jobs.report_progress, job.id))
