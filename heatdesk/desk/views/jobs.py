"""Jobs: long work that was started here, found again, watched to its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select, select

from heatdesk import audit, jobs
from heatdesk.auth.permissions import Permission
from heatdesk.db import db
from heatdesk.errors import Missing
from heatdesk.i18n import _, lazy
from heatdesk.jobs import Job, JobState
from heatdesk.sheets.writing import Value
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import paginate

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

STATES = {
    JobState.QUEUED: lazy("waiting"),
    JobState.RUNNING: lazy("running"),
    JobState.DONE: lazy("finished"),
    JobState.FAILED: lazy("stopped with a fault"),
}
LOOKS = {
    JobState.QUEUED: ("hourglass", "plain"),
    JobState.RUNNING: ("arrow-repeat", "info"),
    JobState.DONE: ("check-circle", "good"),
    JobState.FAILED: ("x-octagon", "bad"),
}
_BAR = {
    JobState.QUEUED: "waiting",
    JobState.RUNNING: "running",
    JobState.DONE: "finished",
    JobState.FAILED: "failed",
}


@dataclass(frozen=True)
class Watched:
    """A job as the progress bar takes it."""

    id: int
    url: str
    title: str
    state: str
    state_label: str
    done: int
    total: int
    sentence: str
    result_url: str | None
    result_label: str | None
    stop_url: None = None


@bp.get("")
@requires(Permission.JOB_VIEW)
def index() -> ResponseReturnValue:
    return render_template("desk/jobs/index.html", page=paginate(_own()), states=STATES, looks=LOOKS)


@bp.get("/export.xlsx")
@requires(Permission.JOB_VIEW)
def export() -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="job", after=request.args.to_dict())
    header = [
        _("Job"),
        _("State"),
        _("Ordered"),
        _("Started"),
        _("Finished"),
        _("Done"),
        _("Of"),
        _("What came of it"),
    ]
    return workbook(_own(), header, _cells, name="jobs")


def _cells(row: Any) -> Sequence[Value]:
    job = row[0]
    times = (job.created_at, job.started_at, job.finished_at)
    return job.said_title, str(STATES[job.state]), *times, job.done, job.total, job.said_error


@bp.get("/<int:job_id>")
@requires(Permission.JOB_VIEW)
def show(job_id: int) -> ResponseReturnValue:
    job = db.session.get(Job, job_id)
    if job is None or job.created_by != current_user.id:
        raise Missing
    template = "desk/jobs/_progress.html" if request.headers.get("HX-Request") else "desk/jobs/show.html"
    return render_template(template, job=_watched(job), row=job)


def _own() -> Select[Any]:
    query = select(Job).where(Job.created_by == current_user.id)
    if request.args.get("state") in set(JobState):
        query = query.where(Job.state == request.args["state"])
    return query.order_by(Job.id.desc())


def _watched(job: jobs.Job) -> Watched:
    sentence = job.said_error
    if job.state == JobState.QUEUED:
        sentence = _("It waits for a free worker.")
    return Watched(
        id=job.id,
        url=url_for("jobs.show", job_id=job.id),
        title=job.said_title,
        state=_BAR[job.state],
        state_label=str(STATES[job.state]),
        done=job.done,
        total=job.total or 0,
        sentence=sentence,
        result_url=job.url,
        result_label=_("Open") if job.url else None,
    )
