"""Season runs: start a trial, look at what it would do, release, withdraw, go on."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit, jobs
from heatdesk.auth.permissions import Permission
from heatdesk.billing.models import Account, Season, SeasonRun
from heatdesk.billing.services import season_lists, season_runs
from heatdesk.billing.services.labels import SUPPLY_STATES, USE_CLASSES
from heatdesk.billing.views.run_pages import progress_of, totals_of
from heatdesk.billing.views.run_words import EXCEPTION_KINDS, PROBLEMS, RUN_LOOKS, RUN_STATES, why
from heatdesk.db import get_or_refuse
from heatdesk.errors import Missing, NotAllowed, msgid
from heatdesk.i18n import _
from heatdesk.jobs import Sentence
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, paginate, scope_branch

bp = Blueprint("season_runs", __name__, url_prefix="/billing/seasons/<int:season_id>/runs")
WORKERS = 2


@bp.post("")
@requires(Permission.RUN_START)
def start(season_id: int) -> ResponseReturnValue:
    run = season_runs.start(season_id, by=current_user.id)
    _enqueue(
        run, Sentence(msgid("Trial run of season %(code)s"), {"code": get_or_refuse(Season, season_id).code})
    )
    return redirect(url_for("season_runs.show", season_id=season_id, run_id=run.id))


@bp.get("/<int:run_id>")
@requires(Permission.SEASON_VIEW)
def show(season_id: int, run_id: int) -> ResponseReturnValue:
    run = _run(season_id, run_id)
    if request.headers.get("HX-Request"):
        return _progress_fragment(run)
    return render_template(
        "billing/season_runs/show.html",
        season=get_or_refuse(Season, season_id),
        run=run,
        job=progress_of(run),
        totals=totals_of(run),
        exceptions=season_lists.count_exceptions(run_id, scope_branch(Account.branch_id)),
        people=season_lists.names_of_people(season_id),
        offices=season_lists.office_names(),
        words={
            "run": RUN_STATES,
            "use": USE_CLASSES,
            "state": {state: label for state, (label, _icon, _tone) in SUPPLY_STATES.items()},
            "kind": EXCEPTION_KINDS,
        },
        problems=PROBLEMS,
        looks=RUN_LOOKS,
    )


@bp.post("/<int:run_id>/release")
@requires(Permission.RUN_RELEASE)
def release(season_id: int, run_id: int) -> ResponseReturnValue:
    run = season_runs.release(_run(season_id, run_id).id, by=current_user.id)
    _enqueue(run, Sentence(msgid("Posting season %(code)s"), {"code": get_or_refuse(Season, season_id).code}))
    return redirect(url_for("season_runs.show", season_id=season_id, run_id=run_id))


@bp.post("/<int:run_id>/withdraw")
@requires(Permission.SEASON_VIEW)
def withdraw(season_id: int, run_id: int) -> ResponseReturnValue:
    """Whoever may start or release a run may give it up."""
    _refuse_readers()
    season_runs.withdraw(_run(season_id, run_id).id)
    flash_done(_("The run is withdrawn; nothing of it is in the books."))
    return redirect(url_for("seasons.show", season_id=season_id))


@bp.post("/<int:run_id>/go-on")
@requires(Permission.SEASON_VIEW)
def go_on(season_id: int, run_id: int) -> ResponseReturnValue:
    """Put an interrupted run on the queue again; whoever may start or release a run may."""
    _refuse_readers()
    run = _run(season_id, run_id)
    season_runs.refuse_to_go_on(run)
    _enqueue(run, Sentence(msgid("Season run %(number)s goes on"), {"number": run.id}))
    return redirect(url_for("season_runs.show", season_id=season_id, run_id=run_id))


@bp.get("/<int:run_id>/exceptions")
@requires(Permission.SEASON_VIEW)
def exceptions(season_id: int, run_id: int) -> ResponseReturnValue:
    run = _run(season_id, run_id)
    return render_template(
        "billing/season_runs/exceptions.html",
        season=get_or_refuse(Season, season_id),
        run=run,
        page=paginate(_exceptions(run_id)),
        kinds=EXCEPTION_KINDS,
        why=why,
    )


@bp.get("/<int:run_id>/exceptions.xlsx")
@requires(Permission.SEASON_VIEW)
def export(season_id: int, run_id: int) -> ResponseReturnValue:
    run = _run(season_id, run_id)
    audit.record("export", actor_id=current_user.id, subject_table="run_exception", subject_id=run.id)
    return workbook(
        _exceptions(run_id),
        [_("Card no."), _("Name"), _("Address"), _("Why"), _("In words"), _("Amount"), _("Last season")],
        lambda row: (
            *(row.card_no, row.name, row.address, str(EXCEPTION_KINDS[row[0].kind])),
            *(why(row[0].message, row[0].values), row[0].amount, row[0].previous_amount),
        ),
        name="exceptions",
    )


def _refuse_readers() -> None:
    if not (current_user.may(Permission.RUN_START) or current_user.may(Permission.RUN_RELEASE)):
        raise NotAllowed


def _run(season_id: int, run_id: int) -> SeasonRun:
    run = get_or_refuse(SeasonRun, run_id)
    if run.season_id != season_id:
        raise Missing
    return run


def _exceptions(run_id: int) -> Any:
    return season_lists.select_exceptions(run_id, request.args.get("kind"), scope_branch(Account.branch_id))


def _enqueue(run: SeasonRun, title: Sentence) -> None:
    page = url_for("season_runs.show", season_id=run.season_id, run_id=run.id)
    work = {"run_id": run.id}
    jobs.enqueue(season_runs.JOB_KIND, work, title=title, by=current_user.id, url=page, workers=WORKERS)


def _progress_fragment(run: SeasonRun) -> ResponseReturnValue:
    """The bar alone; when the phase is over the whole page is asked for."""
    job = progress_of(run)
    if job.state != "running":
        return "", 200, {"HX-Refresh": "true"}
    return render_template("billing/season_runs/_progress.html", job=job)
