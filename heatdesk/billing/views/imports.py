"""Bringing a register in: upload, columns, check, apply, and what came of it."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit, jobs
from heatdesk.auth.permissions import Permission
from heatdesk.billing.errors import ImportNotChecked
from heatdesk.billing.forms.imports import GOOD, UploadForm, apply_form, columns_form
from heatdesk.billing.models import ImportBatch
from heatdesk.billing.rules.workflow import ImportState
from heatdesk.billing.services import register_files, register_imports, register_reports
from heatdesk.billing.views import import_pages as pages
from heatdesk.errors import BadInput, Refusal, msgid
from heatdesk.i18n import _
from heatdesk.jobs import Sentence
from heatdesk.web.app import upload_limit_megabytes
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_notice, paginate

bp = Blueprint("imports", __name__, url_prefix="/billing/imports")

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@requires(Permission.REGISTER_IMPORT)
def index() -> ResponseReturnValue:
    return _index(UploadForm())


@bp.post("")
@requires(Permission.REGISTER_IMPORT)
def upload() -> ResponseReturnValue:
    form = UploadForm()
    if not form.validate_on_submit():
        return _index(form), 422
    try:
        batch = register_imports.upload(form.file.data.filename, form.file.data.read(), current_user)
    except BadInput as refusal:
        form.file.errors = [_(refusal.message, **refusal.values)]
        return _index(form), 422
    return redirect(url_for("imports.columns", batch_id=batch.id))


@bp.route("/<int:batch_id>/columns", methods=["GET", "POST"])
@requires(Permission.REGISTER_IMPORT)
def columns(batch_id: int) -> ResponseReturnValue:
    batch = _unfinished(batch_id)
    facts = (batch.report or {})["file"]
    mapping, remembered = register_files.suggest_mapping(tuple(facts["header"]), current_user)
    if batch.mapping is not None:
        mapping = register_files.confirmed_mapping(batch)
    form = columns_form(mapping, batch.effective_on, register_files.season_codes())
    if form.validate_on_submit():
        try:
            register_imports.confirm_mapping(batch, form.mapping(facts["header"]), form.first_day())
            return _check(batch)
        except BadInput as refusal:
            form.form_errors = [_(refusal.message, **refusal.values)]
    page = render_template(
        "billing/imports/columns.html",
        batch=batch,
        form=form,
        facts=facts,
        remembered=remembered,
        branches=register_files.branch_names() if current_user.branch_id is None else [],
        own_branch=register_imports.usual_branch(current_user),
        before=register_imports.applied_before(batch),
    )
    return page, 422 if form.is_submitted() else 200


@bp.post("/<int:batch_id>/sheet")
@requires(Permission.REGISTER_IMPORT)
def sheet(batch_id: int) -> ResponseReturnValue:
    batch = _unfinished(batch_id)
    register_imports.choose_sheet(batch, request.form.get("sheet", ""))
    return redirect(url_for("imports.columns", batch_id=batch.id))


@bp.get("/<int:batch_id>")
@requires(Permission.REGISTER_IMPORT)
def show(batch_id: int) -> ResponseReturnValue:
    batch = register_imports.get(batch_id, current_user)
    work = pages.work_on(batch)
    if work is not None and work.state != "failed":
        return render_template("billing/imports/work.html", batch=batch, work=work)
    if batch.state is ImportState.UPLOADED and work is None:
        return redirect(url_for("imports.columns", batch_id=batch.id))
    if batch.state is ImportState.CHECKED:
        return _checked_page(batch, _apply_form(batch), work=work)
    if batch.state is ImportState.APPLIED:
        accounts = paginate(register_imports.new_accounts(batch))
        return _result_page(batch, accounts)
    return render_template("billing/imports/ended.html", batch=batch, work=work)


@bp.get("/<int:batch_id>/progress")
@requires(Permission.REGISTER_IMPORT)
def progress(batch_id: int) -> ResponseReturnValue:
    """The moving bar; when the work has ended the whole page is opened again."""
    batch = register_imports.get(batch_id, current_user)
    work = pages.work_on(batch)
    if work is None or work.state == "failed":
        return "", 200, {"HX-Redirect": url_for("imports.show", batch_id=batch.id)}
    return render_template("billing/imports/_work.html", work=work)


@bp.post("/<int:batch_id>/apply")
@requires(Permission.REGISTER_IMPORT)
def apply(batch_id: int) -> ResponseReturnValue:
    batch = _unfinished(batch_id)
    if batch.state is not ImportState.CHECKED:
        raise ImportNotChecked
    form = _apply_form(batch)
    if not form.validate_on_submit():
        return _checked_page(batch, form), 422
    wanted = {"only_good_rows": form.rows.data == GOOD, "confirmed": form.control_totals()}
    try:
        register_imports.refuse_unfit(batch, **wanted)
    except Refusal as refusal:
        form.form_errors = [_(refusal.message, **refusal.values)]
        return _checked_page(batch, form), 422
    if register_imports.needs_job(batch):
        title = Sentence(msgid("Import %(name)s"), {"name": batch.file_name})
        _enqueue(batch, register_imports.APPLY_JOB, title, wanted)
    else:
        report = register_imports.apply(batch, by=current_user, **wanted)
        flash_notice(_("%(n)s accounts were imported.", n=report["applied"]["accounts"]))
    return redirect(url_for("imports.show", batch_id=batch.id))


@bp.post("/<int:batch_id>/withdraw")
@requires(Permission.REGISTER_IMPORT)
def withdraw(batch_id: int) -> ResponseReturnValue:
    batch = _unfinished(batch_id)
    register_imports.withdraw(batch, current_user)
    flash_notice(_("The file was withdrawn and its content deleted."))
    return redirect(url_for("imports.index"))


@bp.get("/export.xlsx")
@requires(Permission.REGISTER_IMPORT)
def export() -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="import_batch")
    return workbook(
        register_imports.listing(current_user),
        [_("File"), _("State"), _("Rows"), _("New accounts"), _("Uploaded by"), _("When")],
        lambda row: (
            row.file_name,
            str(pages.STATES[row.state][0]),
            row.rows,
            row.accounts,
            row.name,
            row.created_at,
        ),
        name="imports",
    )


@bp.get("/<int:batch_id>/accounts.xlsx")
@requires(Permission.REGISTER_IMPORT)
def export_accounts(batch_id: int) -> ResponseReturnValue:
    """The accounts that the file made."""
    batch = register_imports.get(batch_id, current_user)
    audit.record("export", actor_id=current_user.id, subject_table="import_batch", subject_id=batch.id)
    return workbook(
        register_imports.new_accounts(batch),
        [_("Card no."), _("Name"), _("Address")],
        lambda row: (row.card_no, row.name, row.address),
        name=f"import-{batch.id}",
    )


@bp.get("/<int:batch_id>/faulty-rows")
@requires(Permission.REGISTER_IMPORT)
def faulty_rows(batch_id: int) -> ResponseReturnValue:
    batch = register_imports.get(batch_id, current_user)
    if batch.content is None or "faults" not in (batch.report or {}):
        raise ImportNotChecked
    content = register_reports.faulty_rows(batch, _("What is wrong"), _)
    audit.record("export", actor_id=current_user.id, subject_table="import_batch", subject_id=batch.id)
    name = f"heatdesk-import-{batch.id}.xlsx"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=_WORKBOOK, headers=disposition)


def _unfinished(batch_id: int) -> ImportBatch:
    """The batch for changing, locked when something is sent; raises when it is over or being worked on."""
    batch = register_imports.get(batch_id, current_user)
    register_imports.refuse_finished(batch)
    register_imports.refuse_under_way(batch)
    if request.method == "POST":
        batch = register_imports.get(batch_id, current_user, lock=True)
        register_imports.refuse_finished(batch)
    return batch


def _check(batch: ImportBatch) -> ResponseReturnValue:
    if register_imports.needs_job(batch):
        _enqueue(
            batch,
            register_imports.CHECK_JOB,
            Sentence(msgid("Check %(name)s"), {"name": batch.file_name}),
            {},
        )
    else:
        register_imports.check(batch, current_user)
    return redirect(url_for("imports.show", batch_id=batch.id))


def _enqueue(batch: ImportBatch, kind: str, title: Sentence, wanted: dict[str, Any]) -> None:
    arguments = {"batch_id": batch.id, **wanted}
    if "confirmed" in wanted:
        arguments["confirmed"] = wanted["confirmed"].to_dict()
    url = url_for("imports.show", batch_id=batch.id)
    jobs.enqueue(kind, arguments, title=title, by=current_user.id, url=url)


def _index(form: UploadForm) -> str:
    return render_template(
        "billing/imports/index.html",
        form=form,
        batches=paginate(register_imports.listing(current_user)),
        limit=upload_limit_megabytes(),
        **_words(),
    )


def _apply_form(batch: ImportBatch) -> Any:
    report = batch.report or {}
    seasons = [season for season, amount in register_reports.totals_in(report).arrears.items() if amount]
    return apply_form(seasons, has_errors=bool(report["counts"]["errors"]))


def _checked_page(batch: ImportBatch, form: Any, work: pages.Work | None = None) -> str:
    report = batch.report or {}
    return render_template(
        "billing/imports/show.html",
        batch=batch,
        form=form,
        work=work,
        report=report,
        totals=register_reports.totals_in(report),
        taken=register_reports.totals_in(report, "taken"),
        unlisted=register_reports.unlisted(report),
        before=register_imports.applied_before(batch),
        **pages.chosen_faults(batch),
        **_words(),
    )


def _result_page(batch: ImportBatch, accounts: Any) -> str:
    report = batch.report or {}
    totals = register_reports.totals_in(report)
    return render_template(
        "billing/imports/result.html",
        batch=batch,
        accounts=accounts,
        report=report,
        totals=totals,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "states": pages.STATES,
        "places": pages.PLACES,
        "what_is_wrong": pages.what_is_wrong,
    }
