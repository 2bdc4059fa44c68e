"""Deputies: who decides in whose name, visible to everybody who decides in the branch."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.approvals.forms import DelegationForm
from heatdesk.approvals.services import lists, people
from heatdesk.approvals.views.inbox import bp
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.auth.permissions import Permission
from heatdesk.dates import today
from heatdesk.i18n import _
from heatdesk.web.exports import all_rows, as_file
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, paginate, refused_on_form


@bp.route("/delegations", methods=["GET", "POST"])
@requires(Permission.DELEGATION_EDIT)
def delegations() -> ResponseReturnValue:
    deputies = [(one.id, f"{one.name} · {one.role_label}") for one in people.possible_deputies(current_user)]
    form = DelegationForm(deputies, today())
    if form.validate_on_submit():
        with refused_on_form(form):
            people.delegate(current_user, form.delegation())
            flash_done(_("From its first day on your deputy decides in your name."))
            return redirect(url_for("approvals.delegations"))
    page = paginate(lists.delegations(current_user))
    names = lists.names_of({staff for one in page.items for staff in (one.from_id, one.to_id)})
    shown = render_template(
        "approvals/delegations/index.html",
        form=form,
        page=page,
        names=names,
        titles=KIND_TITLES,
        this_day=today(),
    )
    return shown, 422 if request.method == "POST" else 200


@bp.get("/delegations/export.xlsx")
@requires(Permission.DELEGATION_EDIT)
def export_delegations() -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="delegation")
    rows = [row[0] for row in all_rows(lists.delegations(current_user))]
    names = lists.names_of({staff for one in rows for staff in (one.from_id, one.to_id)})
    header = [
        _("Decides for"),
        _("Deputy"),
        _("From"),
        _("To (included)"),
        _("Up to, yuan"),
        _("Only these kinds"),
    ]
    cells = (
        (
            names[one.from_id],
            names[one.to_id],
            one.valid_from,
            one.valid_to,
            one.max_amount,
            ", ".join(str(KIND_TITLES.get(kind, kind)) for kind in one.kinds),
            one.reason,
            one.ended_at,
        )
        for one in rows
    )
    return as_file(cells, [*header, _("Reason"), _("Ended at")], name="deputies")


@bp.post("/delegations/<int:delegation_id>/end")
@requires(Permission.DELEGATION_EDIT)
def end_delegation(delegation_id: int) -> ResponseReturnValue:
    people.end_delegation(delegation_id, current_user)
    flash_done(_("The delegation has ended."))
    return redirect(url_for("approvals.delegations"))
