"""What a trial's page shows: its progress, how far its result still holds, and where the rows behind figures are."""

from decimal import Decimal
from typing import Any

from flask import request, url_for

from heatdesk import jobs
from heatdesk.billing.models import TariffTrial
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.workflow import TrialState
from heatdesk.billing.services import tariff_trials
from heatdesk.billing.services.labels import USE_CLASSES
from heatdesk.billing.views.run_pages import Progress
from heatdesk.errors import msgid
from heatdesk.i18n import _, lazy
from heatdesk.jobs import JobState
from heatdesk.web.pages import whole_argument

STATES = {
    TrialState.RUNNING: lazy("counting"),
    TrialState.DONE: lazy("done"),
    TrialState.STOPPED: lazy("stopped"),
}
LOOKS = {
    TrialState.RUNNING: ("arrow-repeat", "info"),
    TrialState.DONE: ("check-circle", "good"),
    TrialState.STOPPED: ("stop-circle", "warn"),
}
CHANGES = {
    "reworded": msgid(
        "The draft was changed since (%(uses)s). This is the result of its older text; try it again."
    ),
    "approved": msgid("The draft is approved by now (%(uses)s)."),
    "withdrawn": msgid("The draft is withdrawn by now (%(uses)s)."),
    "compared": msgid("Other tariffs are in force for the season by now (%(uses)s); “before” is from then."),
}


def progress_of(trial: TariffTrial) -> Progress:
    done, total = tariff_trials.progress(trial)
    page = url_for("tariff_trials.show", trial_id=trial.id)
    is_running = trial.state == TrialState.RUNNING
    job = jobs.newest_for(page)
    return Progress(
        id=trial.id,
        url=page,
        fault=job.error if job is not None and is_running else None,
        is_left=is_running and (job is None or job.state in (JobState.DONE, JobState.FAILED)),
        title=_("Trial"),
        state="running" if is_running else "finished",
        state_label=_("running") if is_running else _("finished"),
        done=done,
        total=total,
        sentence=_("Counting; nothing is posted."),
        stop_url=url_for("tariff_trials.stop", trial_id=trial.id),
    )


def notices_of(trial: TariffTrial) -> list[str]:
    """What is no longer so, in sentences."""
    return [
        _(CHANGES[change], uses=", ".join(str(USE_CLASSES[UseClass(use)]) for use in uses))
        for change, uses in tariff_trials.changes_since(trial).items()
        if uses
    ]


def wanted() -> dict[str, Any]:
    """The filter of the rows: use, office, community, least, most, refused."""
    return {
        "use": request.args.get("use"),
        "office": whole_argument("office"),
        "community": whole_argument("community"),
        "least": _amount("least"),
        "most": _amount("most"),
        "refused": "refused" in request.args,
    }


def _amount(name: str) -> Decimal | None:
    """An amount of the query string; None when it is missing or none that money can be."""
    value = request.args.get(name, "").replace("−", "-")
    digits = value.removeprefix("-").replace(".", "", 1)
    return Decimal(value) if digits.isascii() and digits.isdigit() and len(digits) < 15 else None
