"""What the pages of an import show beside the batch itself."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_sqlalchemy.pagination import Pagination

from heatdesk.billing.models import ImportBatch
from heatdesk.billing.rules.register_faults import Fault, Severity
from heatdesk.billing.rules.workflow import ImportState
from heatdesk.billing.services import register_imports
from heatdesk.billing.services.register_reports import faults_in
from heatdesk.i18n import _, lazy
from heatdesk.jobs import Job, JobState
from heatdesk.web.pages import PAGE_SIZE

STATES = {
    ImportState.UPLOADED: (lazy("columns to be said"), "hourglass", "plain"),
    ImportState.CHECKED: (lazy("checked"), "clipboard-check", "info"),
    ImportState.APPLIED: (lazy("imported"), "check-circle", "good"),
    ImportState.WITHDRAWN: (lazy("withdrawn"), "slash-circle", "plain"),
}
"""Word, icon and tone of each state."""

PLACES = {
    "branch": lazy("branches"),
    "office": lazy("offices"),
    "heat_source": lazy("heat sources"),
    "station": lazy("stations"),
    "district": lazy("districts"),
    "community": lazy("communities"),
    "building": lazy("buildings"),
}

_JOBS = {
    JobState.QUEUED: ("waiting", lazy("waiting"), lazy("It starts as soon as a worker is free.")),
    JobState.RUNNING: ("running", lazy("running"), lazy("Nothing is kept before all of it is done.")),
    JobState.DONE: ("finished", lazy("finished"), lazy("It is done.")),
    JobState.FAILED: ("failed", lazy("failed"), lazy("It failed.")),
}


@dataclass(frozen=True)
class Work:
    """Background work as the progress macro shows it."""

    id: int
    url: str
    title: str
    state: str
    state_label: str
    done: int
    total: int
    sentence: str
    result_url: str | None
    result_label: str
    stop_url: None = None


def work_on(batch: ImportBatch) -> Work | None:
    """The newest background work on the batch, unless it ended well or belongs to an earlier file state."""
    job = register_imports.newest_job(batch)
    if (
        job is None
        or job.state is JobState.DONE
        or batch.state in (ImportState.APPLIED, ImportState.WITHDRAWN)
    ):
        return None
    return _work(job, batch)


def _work(job: Job, batch: ImportBatch) -> Work:
    state, label, sentence = _JOBS[job.state]
    return Work(
        id=job.id,
        url=url_for("imports.progress", batch_id=batch.id),
        title=job.said_title,
        state=state,
        state_label=str(label),
        done=job.done,
        total=job.total or 0,
        sentence=job.said_error or str(sentence),
        result_url=None,
        result_label="",
    )


class FaultPage(Pagination):
    """One page of the faults that are kept with the batch."""

    def _query_items(self) -> list[Fault]:
        faults: list[Fault] = self._query_args["faults"]
        return faults[self._query_offset : self._query_offset + self.per_page]

    def _query_count(self) -> int:
        return len(self._query_args["faults"])


def chosen_faults(batch: ImportBatch) -> dict[str, Any]:
    """The faults that the filter of the page asks for, the columns that have any, and the filter itself."""
    faults = faults_in(batch.report or {})
    columns = {fault.column: fault.header for fault in faults if fault.column}
    severity = request.args.get("severity", "")
    column = request.args.get("column", "")
    chosen = [fault for fault in faults if severity in ("", fault.severity) and column in ("", fault.column)]
    page = FaultPage(faults=chosen, per_page=PAGE_SIZE, max_per_page=PAGE_SIZE, error_out=False)
    return {
        "faults": page,
        "fault_columns": sorted(columns.items(), key=lambda item: (len(item[0]), item[0])),
        "severity": severity,
        "column": column,
        "severities": {Severity.ERROR: _("Errors"), Severity.WARNING: _("Warnings")},
    }


def what_is_wrong(fault: Fault) -> str:
    """The fault without its place, in the reader's language, as a sentence of its own."""
    words = _(fault.message, **fault.values)
    return words[:1].upper() + words[1:]
