"""Approval rules: what holds today, what will hold; a change is proposed as a request."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.approvals.services import rule_book
from heatdesk.approvals.views.inbox import bp
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.auth import staffing
from heatdesk.auth.permissions import ROLE_LABELS, Permission
from heatdesk.dates import today
from heatdesk.web.guards import requires


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
