"""Lists of requests: what waits for somebody, what somebody asked for, all of a branch."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from heatdesk.approvals.models import ChangeRequest, Decision, Delegation, RequestEditor
from heatdesk.approvals.rules.eligibility import Mandate
from heatdesk.approvals.rules.states import RequestState
from heatdesk.approvals.services import people
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission
from heatdesk.dates import ZONE, today
from heatdesk.db import db


@dataclass(frozen=True)
class Filter:
    """What the list of all requests can be narrowed to; empty values narrow nothing."""

    words: str = ""
    kind: str = ""
    state: str = ""
    first: date | None = None
    last: date | None = None


def waiting_for(reader: Staff) -> Select[Any]:
    """Rows (request, applicant's name, id of the principal it can be decided for), the oldest first."""
    conditions = _conditions(reader)
    principal = case(*((condition, staff_id) for staff_id, condition in conditions)).label("principal_id")
    return (
        select(ChangeRequest, Staff.name, principal)
        .join(Staff, Staff.id == ChangeRequest.applicant_id)
        .where(ChangeRequest.state == RequestState.SUBMITTED, or_(*(one for _id, one in conditions)))
        .order_by(ChangeRequest.submitted_at, ChangeRequest.id)
    )


def count_waiting(reader: Staff) -> int:
    """How many requests the reader could decide now, as himself or as a deputy."""
    if not reader.may(Permission.REQUEST_DECIDE):
        return 0
    query = select(func.count(ChangeRequest.id)).where(
        ChangeRequest.state == RequestState.SUBMITTED, or_(*(one for _id, one in _conditions(reader)))
    )
    return db.session.scalar(query) or 0


def asked_by(reader: Staff) -> Select[Any]:
    """Rows (request, applicant's name) that the reader applied for or edited, the newest first."""
    edited = select(RequestEditor.change_request_id).where(RequestEditor.staff_id == reader.id)
    query: Select[Any] = _rows()
    return query.where(or_(ChangeRequest.applicant_id == reader.id, ChangeRequest.id.in_(edited)))


def count_returned(reader: Staff) -> int:
    """How many of the reader's requests came back and wait for him."""
    query = select(func.count()).where(
        ChangeRequest.applicant_id == reader.id, ChangeRequest.state == RequestState.RETURNED
    )
    return db.session.scalar(query) or 0


def all_of(branch: Any, wanted: Filter) -> Select[Any]:
    """Rows (request, applicant's name) of the reader's scope, the newest first."""
    query: Select[Any] = _rows().where(branch)
    if wanted.words:
        like = f"%{wanted.words.replace('%', '').replace('_', '')}%"
        query = query.where(
            or_(
                ChangeRequest.number.like(like),
                ChangeRequest.target_label.ilike(like),
                Staff.name.like(like),
            )
        )
    if wanted.kind:
        query = query.where(ChangeRequest.kind == wanted.kind)
    if wanted.state:
        query = query.where(ChangeRequest.state == wanted.state)
    if wanted.first:
        query = query.where(ChangeRequest.created_at >= _midnight(wanted.first))
    if wanted.last:
        query = query.where(ChangeRequest.created_at < _midnight(wanted.last + timedelta(days=1)))
    return query


def delegations(reader: Staff) -> Select[Any]:
    """Delegations given by people of the reader's branch, the newest first."""
    query = select(Delegation).join(Staff, Staff.id == Delegation.from_id).order_by(Delegation.id.desc())
    return query if reader.branch_id is None else query.where(Staff.branch_id == reader.branch_id)


def names_of(staff_ids: set[int]) -> dict[int, str]:
    return dict(db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids))).all())


def _rows() -> Any:
    return (
        select(ChangeRequest, Staff.name)
        .join(Staff, Staff.id == ChangeRequest.applicant_id)
        .order_by(ChangeRequest.id.desc())
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def _conditions(reader: Staff) -> list[tuple[int, ColumnElement[bool]]]:
    """For the reader and each principal: which waiting requests the rules would let him decide in that name."""
    mandates = people.mandates_of_deputy(reader.id, today())
    return [
        (reader.id, _may_decide(reader, reader, None)),
        *((principal.id, _may_decide(reader, principal, mandate)) for mandate, principal in mandates),
    ]


def _may_decide(reader: Staff, principal: Staff, mandate: Mandate | None) -> ColumnElement[bool]:
    """`rules.eligibility` as a condition on `change_request`, for lists; `decide` asks the rules again."""
    both = sorted({reader.id, principal.id})
    hands = (
        select(RequestEditor.staff_id)
        .where(
            RequestEditor.change_request_id == ChangeRequest.id,
            RequestEditor.revision == ChangeRequest.revision,
            RequestEditor.staff_id.in_(both),
        )
        .exists()
    )
    decided = (
        select(Decision.id)
        .where(
            Decision.change_request_id == ChangeRequest.id,
            Decision.revision == ChangeRequest.revision,
            or_(Decision.decided_by.in_(both), Decision.on_behalf_of.in_(both)),
        )
        .exists()
    )
    conditions: list[ColumnElement[bool]] = [
        ChangeRequest.waiting_role == principal.role,
        ChangeRequest.waiting_department_id == principal.department_id,
        ChangeRequest.applicant_id.not_in(both),
        ~ChangeRequest.took_part.overlap(both),
        ~hands,
        ~decided,
    ]
    conditions += [
        ChangeRequest.branch_id == one.branch_id for one in (reader, principal) if one.branch_id is not None
    ]
    if mandate is not None and mandate.kinds:
        conditions.append(ChangeRequest.kind.in_(mandate.kinds))
    if mandate is not None and mandate.max_amount is not None:
        conditions.append(ChangeRequest.level_amount <= mandate.max_amount)
    return and_(*conditions)
