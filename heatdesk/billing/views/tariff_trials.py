"""Tariff trials: start one, watch it, look at what would change for whom, keep it as a file, remove it."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit, jobs
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.tariff_trials import BASES, TariffTrialForm
from heatdesk.billing.models import Season, TariffTrial, TrialFlat
from heatdesk.billing.rules.workflow import TrialBasis
from heatdesk.billing.services import tariff_trials, trial_files, trial_lists
from heatdesk.billing.services.labels import USE_CLASSES
from heatdesk.billing.services.season_lists import names_of_staff
from heatdesk.billing.views.run_words import why
from heatdesk.billing.views.trial_pages import LOOKS, STATES, notices_of, progress_of, wanted
from heatdesk.dates import today
from heatdesk.db import get_or_refuse
from heatdesk.i18n import _
from heatdesk.web.exports import XLSX
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, paginate, refused_on_form, scope_branch

bp = Blueprint("tariff_trials", __name__, url_prefix="/billing/tariff-trials")
WORKERS = 2


@bp.get("")
@requires(Permission.SEASON_VIEW)
def index() -> ResponseReturnValue:
    page = paginate(trial_lists.select_trials())
    return render_template(
        "billing/tariff_trials/index.html",
        page=page,
        classes=trial_lists.classes_of(row[0] for row in page.items),
        sums={row[0].id: trial_lists.whole(row[0], current_user.branch_id) for row in page.items},
        uses=USE_CLASSES,
        states=STATES,
        looks=LOOKS,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.TARIFF_TRY)
def create() -> ResponseReturnValue:
    form = _form()
    if form.validate_on_submit():
        with refused_on_form(form):
            trial = tariff_trials.start(
                form.season.data, form.drafts.data, TrialBasis(form.basis.data), by=current_user.id
            )
            _enqueue(trial)
            return redirect(url_for("tariff_trials.show", trial_id=trial.id))
    page = render_template("billing/tariff_trials/create.html", form=form)
    return page, 422 if form.is_submitted() else 200


@bp.get("/<int:trial_id>")
@requires(Permission.SEASON_VIEW)
def show(trial_id: int) -> ResponseReturnValue:
    trial = get_or_refuse(TariffTrial, trial_id)
    if request.headers.get("HX-Request"):
        return _progress_fragment(trial)
    branch, scope = current_user.branch_id, scope_branch(TrialFlat.branch_id)
    return render_template(
        "billing/tariff_trials/show.html",
        trial=trial,
        season=get_or_refuse(Season, trial.season_id),
        job=progress_of(trial),
        notices=notices_of(trial),
        whole=trial_lists.whole(trial, branch),
        groups=[trial_lists.grouped(trial, column, branch) for column in (1, 2, 3)],
        names=[USE_CLASSES, trial_lists.names(2), trial_lists.names(3)],
        steps=trial_lists.steps(trial, branch),
        tops=[trial_lists.top(trial_id, scope, rises=rises) for rises in (True, False)],
        starter=names_of_staff([trial.started_by])[trial.started_by],
        kept_until=(trial.started_at + tariff_trials.KEPT).date(),
        bases=BASES,
        uses=USE_CLASSES,
        states=STATES,
        looks=LOOKS,
    )


@bp.get("/<int:trial_id>/flats")
@requires(Permission.SEASON_VIEW)
def flats(trial_id: int) -> ResponseReturnValue:
    trial = get_or_refuse(TariffTrial, trial_id)
    query = trial_lists.select_flats(trial_id, wanted(), scope_branch(TrialFlat.branch_id))
    return render_template(
        "billing/tariff_trials/flats.html",
        trial=trial,
        page=paginate(query),
        uses=USE_CLASSES,
        offices=trial_lists.names(2),
        communities=trial_lists.names(3),
        why=why,
    )


@bp.get("/<int:trial_id>/export.xlsx")
@requires(Permission.SEASON_VIEW)
def export(trial_id: int) -> ResponseReturnValue:
    """Sums and the largest differences."""
    trial = get_or_refuse(TariffTrial, trial_id)
    audit.record("export", actor_id=current_user.id, subject_table="tariff_trial", subject_id=trial.id)
    content = trial_files.workbook(trial, current_user.branch_id, scope_branch(TrialFlat.branch_id))
    return Response(content, mimetype=XLSX, headers=_as_file(f"trial-{trial_id}", "xlsx"))


@bp.get("/<int:trial_id>/flats.csv")
@requires(Permission.SEASON_VIEW)
def export_flats(trial_id: int) -> ResponseReturnValue:
    """Every flat, sent while it is read."""
    trial = get_or_refuse(TariffTrial, trial_id)
    audit.record("export", actor_id=current_user.id, subject_table="trial_flat", subject_id=trial.id)
    header = [*trial_files.flat_header(), _("Office"), _("Community"), _("In words")]
    words = {str(use): str(label) for use, label in USE_CLASSES.items()}
    lines = trial_files.table(trial_id, header, words, scope_branch(TrialFlat.branch_id))
    return Response(
        stream_with_context(lines),
        mimetype="text/csv; charset=utf-8",
        headers=_as_file(f"trial-{trial_id}-flats", "csv"),
    )


@bp.post("/<int:trial_id>/stop")
@requires(Permission.TARIFF_TRY)
def stop(trial_id: int) -> ResponseReturnValue:
    tariff_trials.stop(trial_id)
    flash_done(_("The trial is stopped."))
    return redirect(url_for("tariff_trials.show", trial_id=trial_id))


@bp.post("/<int:trial_id>/go-on")
@requires(Permission.TARIFF_TRY)
def go_on(trial_id: int) -> ResponseReturnValue:
    """Put an interrupted trial on the queue again."""
    trial = get_or_refuse(TariffTrial, trial_id)
    tariff_trials.refuse_when_over(trial)
    _enqueue(trial)
    return redirect(url_for("tariff_trials.show", trial_id=trial_id))


@bp.post("/<int:trial_id>/remove")
@requires(Permission.TARIFF_TRY)
def remove(trial_id: int) -> ResponseReturnValue:
    tariff_trials.remove(trial_id)
    flash_done(_("The trial is removed; drafts and books are as they were."))
    return redirect(url_for("tariff_trials.index"))


def _form() -> Any:
    form: Any = TariffTrialForm(data={"drafts": [request.args.get("draft", type=int)]})
    form.season.choices = [(season.id, season.code) for season in trial_lists.seasons()]
    form.drafts.choices = [
        (
            row.id,
            _(
                "%(use)s, version %(version)s: %(document)s",
                use=USE_CLASSES[row.use_class],
                version=row.version,
                document=row.document_no,
            ),
        )
        for row in tariff_trials.drafts()
    ]
    return form


def _enqueue(trial: TariffTrial) -> None:
    title = _("Tariff trial of season %(code)s", code=get_or_refuse(Season, trial.season_id).code)
    page = url_for("tariff_trials.show", trial_id=trial.id)
    jobs.enqueue(
        tariff_trials.JOB_KIND,
        {"trial_id": trial.id},
        title=title,
        by=current_user.id,
        url=page,
        workers=WORKERS,
    )


def _as_file(name: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="heatdesk-{name}-{today().isoformat()}.{ending}"'}


def _progress_fragment(trial: TariffTrial) -> ResponseReturnValue:
    """The bar alone; when the trial is over the whole page is asked for."""
    job = progress_of(trial)
    if job.state != "running":
        return "", 200, {"HX-Refresh": "true"}
    return render_template("billing/season_runs/_progress.html", job=job)
