"""Change requests up to their decision: written, edited, submitted, withdrawn, lapsed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, text, update

from heatdesk.approvals import kinds
from heatdesk.approvals.errors import AnotherIsOpen, AppliesAlone, NotEditable, OnlyApplicantWithdraws
from heatdesk.approvals.kinds import BatchKind, Kind, Payload
from heatdesk.approvals.models import ChangeRequest, RequestEditor
from heatdesk.approvals.rules.hashing import digest, is_frozen_safe
from heatdesk.approvals.rules.levels import Level
from heatdesk.approvals.rules.states import (
    EDITABLE,
    EXPIRES_AFTER_DAYS,
    OPEN,
    SPLITTING_DAYS,
    WITHDRAWABLE,
    RequestState,
)
from heatdesk.approvals.services import files, rule_book
from heatdesk.approvals.services.files import Upload
from heatdesk.auth.models import Staff
from heatdesk.dates import now, today
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Missing
from heatdesk.money import ZERO
from heatdesk.numbering import next_number

_COUNTS_FOR_SPLITTING = (RequestState.SUBMITTED, RequestState.RETURNED, RequestState.APPLIED)


def find(request_id: int, reader: Staff, *, lock: bool = False) -> ChangeRequest:
    """The request, if it is in the reader's branch; raises `Missing`."""
    request = get_or_refuse(ChangeRequest, request_id, lock=lock)
    if reader.branch_id not in (None, request.branch_id):
        raise Missing
    return request


def create(
    kind: Kind, payload: Payload, reason: str, *, by: Staff, uploads: Iterable[Upload] = ()
) -> ChangeRequest:
    """A draft of the first revision. Raises `Missing` outside the applicant's branch and what the kind refuses."""
    request = ChangeRequest(kind=kind.name, applicant_id=by.id, state=RequestState.DRAFT, revision=1)
    _write(request, kind, payload, reason, by)
    year = today().year
    request.number = f"{year}{next_number(f'change_request:{year}'):05d}"
    db.session.add(request)
    db.session.flush()
    _add_editor(request, by)
    files.attach(request, uploads, by=by.id)
    return request


def edit(
    request: ChangeRequest,
    payload: Payload,
    reason: str,
    *,
    by: Staff,
    uploads: Iterable[Upload] = (),
    dropped: Sequence[int] = (),
) -> None:
    """Change a draft, or begin the next revision of a returned request; the row is locked by the caller.

    A new revision keeps the evidence and the editors of the one before: their words still stand in it.
    Raises `NotEditable` and what the kind refuses.
    """
    refuse_unless_editable(request)
    if request.state == RequestState.RETURNED:
        _begin_revision(request)
    _write(request, kinds.get(request.kind), payload, reason, by)
    db.session.flush()
    _add_editor(request, by)
    files.drop(request, dropped)
    files.attach(request, uploads, by=by.id)


def submit(request: ChangeRequest, *, by: Staff) -> None:
    """Freeze the draft and hand it to its first level; the row is locked by the caller.

    Raises `NotEditable`, `EvidenceMissing`, `AppliesAlone`, `AnotherIsOpen`, `NoRuleInForce` and what the kind refuses.
    """
    if request.state != RequestState.DRAFT:
        raise NotEditable
    kind = kinds.get(request.kind)
    _add_editor(request, by)
    files.refuse_without_evidence(request, kind)
    took_part = sorted(kind.took_part(request.payload))
    if editors_of(request) <= set(took_part):
        raise AppliesAlone
    _wait_for_others_about(request)
    _refuse_second(request)
    preview = kind.preview(request.payload)
    amount = kind.amount(request.payload, preview)
    level_amount = amount + _amount_of_likes(request)
    levels = rule_book.levels_for(request.kind, request.branch_id, level_amount, today())
    evidence = files.fingerprints(request)
    request.took_part, request.preview = took_part, preview.to_json()
    request.amount, request.level_amount = amount, level_amount
    if isinstance(kind, BatchKind):
        rows = kind.rows(request.payload)
        request.row_count, request.row_sum = len(rows), sum((row.amount for row in rows), ZERO)
    request.levels = [level.to_json() for level in levels]
    request.submitted_at = now()
    request.payload_hash = fingerprint(request, evidence)
    move_to_level(request, levels[0])
    request.state = RequestState.SUBMITTED
    db.session.flush()


def withdraw(request: ChangeRequest, *, by: Staff) -> None:
    """Take a request back before the last decision; the row is locked by the caller."""
    if request.applicant_id != by.id or request.state not in WITHDRAWABLE:
        raise OnlyApplicantWithdraws
    end(request, RequestState.WITHDRAWN)


def expire(instant: datetime, *conditions: Any) -> int:
    """Let lapse what nobody moved for thirty days; how many did. Run every hour and before a submission."""
    ended = {"current_level": None, "waiting_role": None, "waiting_department_id": None, "ended_at": instant}
    overdue = (
        update(ChangeRequest)
        .where(ChangeRequest.state.in_(OPEN), ChangeRequest.expires_at < instant, *conditions)
        .values(state=RequestState.EXPIRED, **ended)
        .returning(ChangeRequest.id)
    )
    return len(db.session.scalars(overdue).all())


def end(request: ChangeRequest, state: RequestState) -> None:
    """Leave the levels; for all but a returned request this is the end."""
    request.state = state
    request.current_level = request.waiting_role = request.waiting_department_id = None
    if state == RequestState.RETURNED:
        request.expires_at = now() + timedelta(days=EXPIRES_AFTER_DAYS)
    else:
        request.ended_at = now()
    db.session.flush()


def move_to_level(request: ChangeRequest, level: Level) -> None:
    request.current_level = level.level
    request.waiting_role, request.waiting_department_id = level.role, level.department_id  # type: ignore[assignment]
    request.expires_at = now() + timedelta(days=EXPIRES_AFTER_DAYS)


def levels_of(request: ChangeRequest) -> list[Level]:
    """The frozen levels in order."""
    return [Level.from_json(one) for one in request.levels]


def editors_of(request: ChangeRequest) -> set[int]:
    """Everybody who applies for the present revision: who wrote it and whose words it kept."""
    query = select(RequestEditor.staff_id).where(
        RequestEditor.change_request_id == request.id, RequestEditor.revision == request.revision
    )
    return {request.applicant_id, *db.session.scalars(query)}


def fingerprint(request: ChangeRequest, evidence: list[list[str]]) -> str:
    """The hash of everything that is decided on: contents, amounts, rows, levels, evidence, revision."""
    contents: dict[str, Any] = {
        name: getattr(request, name)
        for name in ("kind", "target", "branch_id", "customer_id", "revision", "reason", "payload", "levels")
    }
    for name in ("amount", "level_amount", "row_sum"):
        value: Decimal | None = getattr(request, name)
        contents[name] = None if value is None else f"{value:.2f}"
    contents["row_count"] = request.row_count
    contents["took_part"] = list(request.took_part)
    contents["evidence"] = evidence
    return digest(contents)


def _write(request: ChangeRequest, kind: Kind, payload: Payload, reason: str, by: Staff) -> None:
    if not is_frozen_safe(payload):
        raise TypeError(f"the payload of {kind.name} must be plain JSON with amounts as texts")
    target = kind.target(payload)
    if by.branch_id not in (None, target.branch_id):
        raise Missing
    request.payload, request.reason = payload, reason
    request.target, request.target_label = target.key, target.label
    request.branch_id, request.customer_id = target.branch_id, target.customer_id
    request.preview = kind.preview(payload).to_json()


def _begin_revision(request: ChangeRequest) -> None:
    before = editors_of(request)
    request.state = RequestState.DRAFT
    request.revision += 1
    request.payload_hash = request.expires_at = None
    request.levels = []
    db.session.flush()
    values = [
        {"change_request_id": request.id, "revision": request.revision, "staff_id": staff_id}
        for staff_id in sorted(before)
    ]
    db.session.execute(insert(RequestEditor).values(values))
    files.carry_over(request, request.revision - 1)


def _add_editor(request: ChangeRequest, by: Staff) -> None:
    if db.session.get(RequestEditor, (request.id, request.revision, by.id)) is None:
        db.session.add(RequestEditor(change_request_id=request.id, revision=request.revision, staff_id=by.id))
        db.session.flush()


def _wait_for_others_about(request: ChangeRequest) -> None:
    """Submissions for one customer go one after the other, so that each sees what it has to be added to."""
    about = f"{request.kind}:{request.customer_id or request.target}"
    db.session.execute(
        select(func.pg_advisory_xact_lock(text("hashtextextended(:about, 4860118)"))), {"about": about}
    )


def _refuse_second(request: ChangeRequest) -> None:
    same = (ChangeRequest.kind == request.kind, ChangeRequest.target == request.target)
    expire(now(), *same)
    other = db.session.scalar(select(ChangeRequest.number).where(*same, ChangeRequest.state.in_(OPEN)))
    if other is not None:
        raise AnotherIsOpen(number=other)


def _amount_of_likes(request: ChangeRequest) -> Decimal:
    """What the same applicants asked for the same customer in the same way within thirty days (rule 7), yuan."""
    if request.customer_id is None:
        return ZERO
    shared = select(RequestEditor.change_request_id).where(RequestEditor.staff_id.in_(editors_of(request)))
    query = select(func.coalesce(func.sum(ChangeRequest.amount), ZERO)).where(
        ChangeRequest.kind == request.kind,
        ChangeRequest.customer_id == request.customer_id,
        ChangeRequest.id != request.id,
        ChangeRequest.state.in_(_COUNTS_FOR_SPLITTING),
        ChangeRequest.submitted_at > now() - timedelta(days=SPLITTING_DAYS),
        ChangeRequest.id.in_(shared),
    )
    return db.session.scalar(query) or ZERO


def refuse_unless_editable(request: ChangeRequest) -> None:
    """Raises `NotEditable` for all but drafts and returned requests."""
    if request.state not in EDITABLE:
        raise NotEditable
