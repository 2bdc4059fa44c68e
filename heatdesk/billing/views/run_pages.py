"""What a run's page shows: its progress and its totals, added up by class, state and office."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for

from heatdesk import jobs
from heatdesk.billing.models import SeasonRun
from heatdesk.billing.rules.workflow import RunState
from heatdesk.billing.services import season_adjusting, season_runs
from heatdesk.i18n import _
from heatdesk.jobs import JobState


@dataclass(frozen=True)
class Progress:
    """A run as the progress bar takes it."""

    id: int
    url: str
    title: str
    state: str
    state_label: str
    done: int
    total: int
    sentence: str
    fault: str | None
    """Why the last worker stopped, in words."""
    is_left: bool
    """Whether nobody works on it any more, though it is not finished; a killed worker's job is taken up by itself."""
    result_url: None = None
    result_label: None = None
    stop_url: str | None = None


@dataclass(frozen=True)
class Group:
    """One line of a table of totals."""

    name: str
    accounts: int
    area_m2: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Totals:
    """What a phase counted, yuan and m²."""

    accounts: int
    charged: int
    free: int
    exceptions: int
    changed: int
    due: Decimal
    moved: Decimal
    by_class: list[Group]
    by_state: list[Group]
    by_office: list[Group]


def progress_of(run: SeasonRun) -> Progress:
    done, total = season_runs.progress(run)
    is_trial = run.state == RunState.TRIAL_RUNNING
    is_running = is_trial or run.state == RunState.RELEASED or season_adjusting.is_unfinished(run)
    counting = _("Counting; nothing is posted.")
    posting = _("Posting; the bills become visible all at once when the self-check agrees.")
    page = url_for("season_runs.show", season_id=run.season_id, run_id=run.id)
    job = jobs.newest_for(page)
    return Progress(
        id=run.id,
        url=page,
        fault=(job.said_error or None) if job is not None and is_running else None,
        is_left=is_running and (job is None or job.state in (JobState.DONE, JobState.FAILED)),
        title=_("Trial") if is_trial else _("Posting"),
        state="running" if is_running else "finished",
        state_label=_("running") if is_running else _("finished"),
        done=done,
        total=total,
        sentence=counting if is_trial else posting,
    )


def totals_of(run: SeasonRun) -> dict[str, Totals]:
    """The totals of each phase that is over: trial, post."""
    return {phase: _totals(one) for phase, one in (run.totals or {}).items() if phase in ("trial", "post")}


def _totals(one: dict[str, Any]) -> Totals:
    groups = one["groups"]
    return Totals(
        **{name: one[name] for name in ("accounts", "charged", "free", "exceptions", "changed")},
        due=season_runs.yuan(sum(group[-1] for group in groups)),
        moved=season_runs.yuan(one["fen"]),
        by_class=_grouped(groups, 0),
        by_state=_grouped(groups, 1),
        by_office=_grouped(groups, 2),
    )


def _grouped(groups: list[list[Any]], column: int) -> list[Group]:
    sums: dict[str, list[int]] = {}
    for group in groups:
        numbers = sums.setdefault(group[column], [0, 0, 0])
        for place, number in enumerate(group[3:]):
            numbers[place] += number
    return [
        Group(name, accounts, Decimal(area).scaleb(-2), season_runs.yuan(fen))
        for name, (accounts, area, fen) in sorted(sums.items(), key=lambda pair: -pair[1][2])
    ]
