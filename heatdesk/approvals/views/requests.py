"""Change requests: mine, all, a new one, editing, submitting, withdrawing, evidence."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select

from heatdesk import audit
from heatdesk.approvals import kinds, previews
from heatdesk.approvals.forms import form_for
from heatdesk.approvals.kinds import Kind
from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.services import deciding, files, lists, requests
from heatdesk.approvals.views.filtering import wanted_filter
from heatdesk.approvals.words import KIND_SENTENCES, KIND_TITLES, STATES, grouped
from heatdesk.auth.permissions import Permission
from heatdesk.errors import NotAllowed, Stale
from heatdesk.i18n import _
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, paginate, refused_on_form, scope_branch

bp = Blueprint("requests", __name__, url_prefix="/requests")

WORDS = {"states": STATES, "titles": KIND_TITLES, "said": _}
"""`said` puts what a request is about into the reader's language where the catalogue knows it."""


@bp.get("")
@requires(Permission.REQUEST_CREATE)
def index() -> ResponseReturnValue:
    page = paginate(lists.asked_by(current_user))
    return render_template("approvals/requests/index.html", page=page, **WORDS)


@bp.get("/all")
@requires(Permission.REQUEST_VIEW)
def everything() -> ResponseReturnValue:
    wanted = wanted_filter()
    page = paginate(lists.all_of(scope_branch(ChangeRequest.branch_id), wanted))
    return render_template("approvals/requests/all.html", page=page, wanted=wanted, **WORDS)


@bp.get("/all/export")
@requires(Permission.REQUEST_VIEW)
def export() -> ResponseReturnValue:
    return as_workbook(lists.all_of(scope_branch(ChangeRequest.branch_id), wanted_filter()))


@bp.get("/export.xlsx")
@requires(Permission.REQUEST_CREATE)
def export_own() -> ResponseReturnValue:
    return as_workbook(lists.asked_by(current_user))


def as_workbook(query: Select[Any]) -> ResponseReturnValue:
    """Rows that begin with a request and its applicant's name."""
    audit.record(
        "export", actor_id=current_user.id, subject_table="change_request", after=request.args.to_dict()
    )
    return workbook(
        query,
        [_("Number"), _("Kind"), _("About"), _("Yuan"), _("State"), _("Applicant"), _("Written"), _("Why")],
        lambda row: (
            row[0].number,
            str(KIND_TITLES.get(row[0].kind, row[0].kind)),
            _(row[0].target_label),
            row[0].amount,
            str(STATES[row[0].state].label),
            row[1],
            row[0].created_at,
            row[0].reason,
        ),
        name="requests",
    )


@bp.get("/new")
@requires(Permission.REQUEST_CREATE)
def choose() -> ResponseReturnValue:
    """Opened from a household, its card number goes with every kind."""
    offered = {kind.name: kind for kind in kinds.registered() if current_user.may(kind.permission)}
    given = {name: value for name, value in request.args.items() if name == "card_no"}
    heads = filter(None, (kind.head(given) for kind in offered.values()))
    return render_template(
        "approvals/requests/choose.html",
        kinds=offered,
        groups=grouped(offered),
        sentences=KIND_SENTENCES,
        given=given,
        head=next(heads, None),
    )


@bp.route("/new/<name>", methods=["GET", "POST"])
@requires(Permission.REQUEST_CREATE)
def create(name: str) -> ResponseReturnValue:
    kind = _kind_for_reader(name)
    form = _new_form(kind)
    if form.validate_on_submit():
        with refused_on_form(form):
            uploads = files.uploads_of(request.files, kind)
            made = requests.create(kind, kind.read(form), form.reason.data, by=current_user, uploads=uploads)
            return redirect(url_for("requests.show", request_id=made.id))
    return _form_page(form, kind, None)


@bp.get("/new/<name>/effect")
@requires(Permission.REQUEST_CREATE)
def effect(name: str) -> ResponseReturnValue:
    """Whom the form as filled in so far is about, and what it would change; nothing of it stays."""
    kind = _kind_for_reader(name)
    form = form_for(kind)(request.args, meta={"csrf": False})
    form.reason.data = form.reason.data or "–"
    tried = previews.tried(kind, form, current_user.branch_id) if form.validate() else None
    return render_template(
        "approvals/requests/_tried.html", tried=tried, head=kind.head(request.args), said=_
    )


@bp.route("/<int:request_id>/edit", methods=["GET", "POST"])
@requires(Permission.REQUEST_CREATE)
def edit(request_id: int) -> ResponseReturnValue:
    found = requests.find(request_id, current_user, lock=request.method == "POST")
    kind = _kind_for_reader(found.kind)
    requests.refuse_unless_editable(found)
    form = form_for(kind)(data={**kind.fill(found.payload), "reason": found.reason})
    if form.validate_on_submit():
        if form.seen.data != deciding.seen_request(found):
            raise Stale
        with refused_on_form(form):
            requests.edit(
                found,
                kind.read(form),
                form.reason.data,
                by=current_user,
                uploads=files.uploads_of(request.files, kind),
                dropped=request.form.getlist("drop", type=int),
            )
            return redirect(url_for("requests.show", request_id=found.id))
    return _form_page(form, kind, found)


@bp.post("/<int:request_id>/submit")
@requires(Permission.REQUEST_CREATE)
def submit(request_id: int) -> ResponseReturnValue:
    found = requests.find(request_id, current_user, lock=True)
    _kind_for_reader(found.kind)
    if request.form.get("seen") != deciding.seen_now(found).effect:
        raise Stale
    requests.submit(found, by=current_user)
    flash_done(_("Request %(number)s was submitted.", number=found.number))
    return redirect(url_for("requests.show", request_id=found.id))


@bp.post("/<int:request_id>/withdraw")
@requires(Permission.REQUEST_CREATE)
def withdraw(request_id: int) -> ResponseReturnValue:
    found = requests.find(request_id, current_user, lock=True)
    requests.withdraw(found, by=current_user)
    flash_done(_("Request %(number)s was withdrawn.", number=found.number))
    return redirect(url_for("requests.index"))


def _kind_for_reader(name: str) -> Kind:
    kind = kinds.get(name)
    if not current_user.may(kind.permission):
        raise NotAllowed
    return kind


def _new_form(kind: Kind) -> Any:
    """Filled from its address: with a whole form (`filled`), as a request that takes one back, or from the start."""
    if request.method == "GET" and "filled" in request.args:
        return form_for(kind)(request.args)
    return form_for(kind)(data=kind.start(request.args.to_dict()))


def _form_page(form: Any, kind: Kind, found: ChangeRequest | None) -> ResponseReturnValue:
    if found is not None:
        form.seen.data = form.seen.data or deciding.seen_request(found)
    page = render_template(
        "approvals/requests/edit.html",
        form=form,
        kind=kind,
        found=found,
        attached=files.attached(found) if found else [],
        limit=files.FILE_LIMIT // (1024 * 1024),
        head=kind.head(
            {name: field.data for name, field in form._fields.items() if isinstance(field.data, str)}
        ),
    )
    return page, 422 if form.is_submitted() else 200
