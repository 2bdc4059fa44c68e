"""Staff administration."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.auth import staffing
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import ROLE_LABELS, Permission
from heatdesk.auth.staff_forms import StaffForm
from heatdesk.i18n import _
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, paginate, refused_on_form
from heatdesk.web.versions import version_of

bp = Blueprint("staff", __name__, url_prefix="/auth/staff")

_FIRST = "first_password"
"""Carried to the next page in the administrator's own session and taken out there; it is stored nowhere else."""


@bp.get("")
@requires(Permission.STAFF_EDIT)
def index() -> ResponseReturnValue:
    wanted = _wanted()
    page = paginate(staffing.listing(current_user.branch_id, **wanted))
    branches = staffing.branches(None)
    return render_template("auth/staff/index.html", page=page, roles=ROLE_LABELS, branches=branches, **wanted)


@bp.get("/export")
@requires(Permission.STAFF_EDIT)
def export() -> ResponseReturnValue:
    branches = staffing.branches(None)
    audit.record("export", actor_id=current_user.id, subject_table="staff", after=request.args.to_dict())
    return workbook(
        staffing.listing(current_user.branch_id, **_wanted()),
        [_("Login"), _("Full name"), _("Role"), _("Branch"), _("Active")],
        lambda row: (
            row[0].login,
            row[0].name,
            row[0].role_label,
            branches.get(row[0].branch_id, _("head office")),
            _("yes") if row[0].is_active else _("no"),
        ),
        name="staff",
    )


@bp.get("/<int:staff_id>")
@requires(Permission.STAFF_EDIT)
def show(staff_id: int) -> ResponseReturnValue:
    staff = staffing.get(staff_id, current_user.branch_id)
    known_for, password = session.pop(_FIRST, (None, None))
    return render_template(
        "auth/staff/show.html",
        staff=staff,
        branches=staffing.branches(None),
        departments=staffing.departments(),
        password=password if known_for == staff.id else None,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.STAFF_EDIT)
def create() -> ResponseReturnValue:
    form = _form(None)
    if form.validate_on_submit():
        with refused_on_form(form):
            staff, password = staffing.create(form.values(), by=current_user)
            session[_FIRST] = (staff.id, password)
            return redirect(url_for("staff.show", staff_id=staff.id))
    page = render_template("auth/staff/edit.html", form=form, staff=None)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:staff_id>/edit", methods=["GET", "POST"])
@requires(Permission.STAFF_EDIT)
def edit(staff_id: int) -> ResponseReturnValue:
    staff = staffing.get(staff_id, current_user.branch_id, lock=request.method == "POST")
    form = _form(staff)
    if form.validate_on_submit():
        with refused_on_form(form):
            staffing.change(staff, form.values(), by=current_user, seen=form.seen.data)
            flash_done(_("“%(name)s” was changed.", name=staff.name))
            return redirect(url_for("staff.show", staff_id=staff.id))
    form.seen.data = form.seen.data or version_of(staff)
    page = render_template("auth/staff/edit.html", form=form, staff=staff)
    return page, 422 if form.is_submitted() else 200


@bp.post("/<int:staff_id>/<any(disable,enable):deed>")
@requires(Permission.STAFF_EDIT)
def set_active(staff_id: int, deed: str) -> ResponseReturnValue:
    staff = staffing.get(staff_id, current_user.branch_id, lock=True)
    staffing.set_active(staff, active=deed == "enable", by=current_user)
    back = url_for("staff.set_active", staff_id=staff.id, deed="enable" if deed == "disable" else "disable")
    said = (
        _("“%(name)s” may sign in again.")
        if deed == "enable"
        else _("“%(name)s” was disabled and signed out.")
    )
    flash_done(said % {"name": staff.name}, undo_url=back)
    return redirect(url_for("staff.show", staff_id=staff.id))


@bp.post("/<int:staff_id>/reset-password")
@requires(Permission.STAFF_EDIT)
def reset_password(staff_id: int) -> ResponseReturnValue:
    staff = staffing.get(staff_id, current_user.branch_id, lock=True)
    session[_FIRST] = (staff.id, staffing.reset_password(staff, by=current_user))
    return redirect(url_for("staff.show", staff_id=staff.id))


def _wanted() -> dict[str, str]:
    given = request.args
    state = given.get("state", "active")
    return {"words": given.get("q", "").strip(), "role": given.get("role", ""), "state": state}


def _form(staff: Staff | None) -> StaffForm:
    branches = staffing.branches(current_user.branch_id)
    return StaffForm(
        branches, staffing.departments(), head_office=current_user.branch_id is None, staff=staff
    )
