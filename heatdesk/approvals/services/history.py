"""What became of a request: every step with who and when, from decisions and the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from heatdesk.approvals.models import ChangeRequest, Decision, RequestEffect
from heatdesk.approvals.rules.states import RequestState, Verdict
from heatdesk.approvals.services import requests
from heatdesk.approvals.words import VERDICTS
from heatdesk.audit import AuditEntry
from heatdesk.auth.models import Department, Staff
from heatdesk.auth.permissions import ROLE_LABELS, Role
from heatdesk.db import db
from heatdesk.i18n import _


@dataclass(frozen=True)
class Event:
    """One step as `_timeline.html` shows it."""

    at: datetime
    who: str
    text: str
    icon: str
    link: tuple[str, str] | None = None


@dataclass(frozen=True)
class LevelStanding:
    """One level of the present revision: who is asked, and what they said so far."""

    level: int
    role: str
    department: str
    decision: Decision | None
    decided_by: str
    on_behalf_of: str
    is_current: bool


@dataclass(frozen=True)
class Outcome:
    """One part of the effect: its key, what it moved, and why it was left out, if it was."""

    effect: str
    amount: object
    left_out: str


_ICONS = {
    Verdict.APPROVE: "check-lg",
    Verdict.RETURN: "arrow-return-left",
    Verdict.REJECT: "x-lg",
}


def timeline(request: ChangeRequest) -> list[Event]:
    """All steps of all revisions, the newest first."""
    events = [Event(request.created_at, _name(request.applicant_id), _("wrote the request"), "pencil")]
    for decision, by, principal in _decisions(request):
        text = _("level %(level)s: %(verdict)s", level=decision.level, verdict=VERDICTS[decision.verdict])
        if decision.reason:
            text = f"{text} — {decision.reason}"
        who = _("%(name)s for %(principal)s", name=by, principal=principal) if principal else by
        events.append(Event(decision.decided_at, who, text, _ICONS[decision.verdict]))
    # What follows a decision in its own transaction has the same instant and stands after it.
    return sorted([*events, *_moves(request)], key=lambda event: event.at)[::-1]


def standing(request: ChangeRequest) -> list[LevelStanding]:
    """The levels of the present revision with what was decided on them; drafts have none yet."""
    decided = {
        decision.level: (decision, by, principal)
        for decision, by, principal in _decisions(request)
        if decision.revision == request.revision
    }
    departments = {one.id: one.label for one in db.session.scalars(select(Department))}
    found = []
    for level in requests.levels_of(request):
        decision, by, principal = decided.get(level.level, (None, "", ""))
        found.append(
            LevelStanding(
                level=level.level,
                role=str(ROLE_LABELS[Role(level.role)]),
                department=departments[level.department_id],
                decision=decision,
                decided_by=by,
                on_behalf_of=principal,
                is_current=level.level == request.current_level,
            )
        )
    return found


def outcomes(request: ChangeRequest, *, left_out_only: bool = False, limit: int = 200) -> list[Outcome]:
    """What the effect did, part by part."""
    query = select(RequestEffect).where(RequestEffect.change_request_id == request.id)
    if left_out_only:
        query = query.where(RequestEffect.left_out.is_not(None))
    rows = db.session.scalars(query.order_by(RequestEffect.effect).limit(limit))
    return [
        Outcome(row.effect, row.amount, _(row.left_out, **row.left_out_values) if row.left_out else "")
        for row in rows
    ]


def _moves(request: ChangeRequest) -> list[Event]:
    """Changes of state that are no decisions, as the audit trigger wrote them down."""
    words = {
        RequestState.SUBMITTED: (_("submitted it"), "send"),
        RequestState.DRAFT: (_("began a new revision"), "pencil"),
        RequestState.WITHDRAWN: (_("withdrew it"), "dash-circle"),
        RequestState.EXPIRED: (_("lapsed, as nobody moved it in time"), "calendar-x"),
        RequestState.APPLIED: (_("carried out"), "check-circle"),
    }
    rows = db.session.execute(
        select(AuditEntry.recorded_at, AuditEntry.after["state"].astext, Staff.name)
        .outerjoin(Staff, Staff.id == AuditEntry.actor_id)
        .where(
            AuditEntry.subject_table == "change_request",
            AuditEntry.subject_id == str(request.id),
            AuditEntry.after["state"].astext.in_([state.value for state in words]),
        )
        .order_by(AuditEntry.id)
    ).all()
    return [Event(at, name or "heatdesk", *words[RequestState(state)]) for at, state, name in rows]


def _decisions(request: ChangeRequest) -> list[tuple[Decision, str, str]]:
    """Every decision with the names of who decided and of the principal, if there was one."""
    principal = aliased(Staff)
    rows = db.session.execute(
        select(Decision, Staff.name, principal.name)
        .join(Staff, Staff.id == Decision.decided_by)
        .outerjoin(principal, principal.id == Decision.on_behalf_of)
        .where(Decision.change_request_id == request.id)
        .order_by(Decision.id)
    )
    return [(decision, by, for_whom or "") for decision, by, for_whom in rows]


def _name(staff_id: int) -> str:
    return db.session.scalars(select(Staff.name).where(Staff.id == staff_id)).one()
