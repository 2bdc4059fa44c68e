"""The audit trail: who did what, when, to what."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select, select

from heatdesk import audit
from heatdesk.audit import TABLE_LABELS, AuditEntry
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission
from heatdesk.dates import ZONE
from heatdesk.desk import changes
from heatdesk.desk.change_words import VERBS
from heatdesk.desk.views.card_exports import changes_file
from heatdesk.web.guards import requires
from heatdesk.web.pages import paginate, scope_branch

bp = Blueprint("audit_trail", __name__, url_prefix="/audit")


@bp.get("")
@requires(Permission.AUDIT_VIEW)
def index() -> ResponseReturnValue:
    page = paginate(_narrowed(changes.entries()))
    return render_template(
        "desk/audit/index.html",
        page=page,
        changes=changes.in_words(page.items),
        tables=TABLE_LABELS,
        verbs=VERBS,
    )


@bp.get("/export.xlsx")
@requires(Permission.AUDIT_VIEW)
def export() -> ResponseReturnValue:
    """The trail as filtered; that it was taken out is itself in the trail."""
    audit.record(
        "export", actor_id=current_user.id, subject_table="audit_entry", after=request.args.to_dict()
    )
    return changes_file(_narrowed(changes.entries()), name="audit")


def _narrowed(query: Select[Any]) -> Select[Any]:
    """The filters of the page; a branch sees what its own people did."""
    given = request.args
    if current_user.branch_id is not None:
        query = query.where(Staff.branch_id == current_user.branch_id)
    if who := given.get("who", "").strip():
        people = select(Staff.id).where(Staff.name.contains(who, autoescape=True) | (Staff.login == who))
        query = query.where(AuditEntry.actor_id.in_(people.where(scope_branch(Staff.branch_id))))
    if given.get("table") in TABLE_LABELS:
        query = query.where(AuditEntry.subject_table == given["table"])
    if given.get("verb") in VERBS:
        query = query.where(AuditEntry.verb == given["verb"])
    if subject := given.get("subject", "").strip():
        query = query.where(AuditEntry.subject_id == subject)
    first, last = _day(given.get("first", "")), _day(given.get("last", ""))
    if first:
        query = query.where(AuditEntry.recorded_at >= _midnight(first))
    if last:
        query = query.where(AuditEntry.recorded_at < _midnight(last + timedelta(days=1)))
    return query


def _day(typed: str) -> date | None:
    """The day, or None for nothing and for what is no day of these times."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 1950 <= day.year <= 2100 else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE)
