"""Approval rules: what holds today, what will hold; a change is proposed as a request."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.approvals.services import rule_book
from heatdesk.approvals.views.inbox import bp
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.auth import staffing
from heatdesk.auth.permissions import ROLE_LABELS, Permission, Role
from heatdesk.dates import today
from heatdesk.i18n import _
from heatdesk.web.exports import as_file
from heatdesk.web.guards import requires


@bp.get("/rules/export.xlsx")
@requires(Permission.REQUEST_DECIDE)
def export_rules() -> ResponseReturnValue:
    """One line for each level."""
    audit.record("export", actor_id=current_user.id, subject_table="approval_rule")
    branches, departments = rule_book.branch_names(), staffing.departments()
    header = [
        _("Kind"),
        _("Branch"),
        _("Holds from"),
        _("Level"),
        _("From, yuan"),
        _("Role"),
        _("Department"),
    ]
    lines = (
        (
            str(KIND_TITLES[kind]),
            _("all") if held.branch_id is None else branches[held.branch_id],
            held.valid_from,
            number,
            level.min_amount,
            str(ROLE_LABELS[Role(level.role)]),
            str(departments[level.department_id]),
        )
        for kind, held, _holds in rule_book.listing(current_user.branch_id)
        for number, level in enumerate(held.levels, start=1)
    )
    return as_file(lines, header, name="approval-rules")


@bp.get("/rules")
@requires(Permission.REQUEST_DECIDE)
def rules() -> ResponseReturnValue:
    return render_template(
        "approvals/rules/index.html",
        rules=rule_book.listing(current_user.branch_id),
        branches=rule_book.branch_names(),
        titles=KIND_TITLES,
        roles=ROLE_LABELS,
        departments=staffing.departments(),
        this_day=today(),
        may_propose=current_user.may(Permission.APPROVAL_RULE_EDIT),
    )
