"""Staff as the engine's rules see them, and the delegations between them."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select

from heatdesk.approvals.errors import DelegatesToSelf, DelegationEndsEarly, DeputyMayNotDecide
from heatdesk.approvals.models import Delegation
from heatdesk.approvals.rules.eligibility import Mandate, Person
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import ROLE_PERMISSIONS, Permission, Role
from heatdesk.dates import now, today
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Missing, NotAllowed

LONGEST_DELEGATION = timedelta(days=366)
DECIDING_ROLES = [role for role in Role if Permission.REQUEST_DECIDE in ROLE_PERMISSIONS[role]]


def person(staff: Staff) -> Person:
    return Person(
        id=staff.id,
        name=staff.name,
        role=staff.role,
        department_id=staff.department_id,
        branch_id=staff.branch_id,
        may_decide=staff.is_active and staff.may(Permission.REQUEST_DECIDE),
    )


def fresh_person(staff_id: int) -> Person:
    """As the database has them now, locked so that a role does not change under a decision; raises `Missing`."""
    query = select(Staff).where(Staff.id == staff_id).with_for_update(read=True)
    staff = db.session.scalar(query.execution_options(populate_existing=True))
    if staff is None:
        raise Missing
    return person(staff)


def mandate(delegation: Delegation) -> Mandate:
    return Mandate(
        id=delegation.id,
        from_id=delegation.from_id,
        to_id=delegation.to_id,
        kinds=tuple(delegation.kinds),
        max_amount=delegation.max_amount,
        valid_from=delegation.valid_from,
        valid_to=delegation.valid_to,
    )


def mandates_between(from_id: int, to_id: int) -> list[Mandate]:
    """Delegations that have not been ended, held so that none is ended under a decision."""
    query = select(Delegation).where(
        Delegation.from_id == from_id, Delegation.to_id == to_id, Delegation.ended_at.is_(None)
    )
    rows = db.session.scalars(query.order_by(Delegation.id).with_for_update(read=True))
    return [mandate(row) for row in rows]


def mandates_of_deputy(staff_id: int, day: date) -> list[tuple[Mandate, Staff]]:
    """Whose deputy somebody is on a day, with the principals."""
    rows = db.session.execute(
        select(Delegation, Staff)
        .join(Staff, Staff.id == Delegation.from_id)
        .where(
            Delegation.to_id == staff_id,
            Delegation.ended_at.is_(None),
            Delegation.valid_from <= day,
            Delegation.valid_to >= day,
            Staff.is_active,
        )
        .order_by(Staff.name)
    )
    return [(mandate(row), principal) for row, principal in rows]


def possible_deputies(principal: Staff) -> Sequence[Staff]:
    """Colleagues who decide on requests themselves, in the branch of the principal or above all branches."""
    query = select(Staff).where(Staff.is_active, Staff.id != principal.id, Staff.role.in_(DECIDING_ROLES))
    if principal.branch_id is not None:
        query = query.where(or_(Staff.branch_id == principal.branch_id, Staff.branch_id.is_(None)))
    return db.session.scalars(query.order_by(Staff.name)).all()


def delegate(principal: Staff, delegation: Delegation) -> Delegation:
    """Let somebody decide in one's own name, within the limits given; takes effect at once, seen by the whole branch.

    Raises `DelegatesToSelf`, `DeputyMayNotDecide`, `DelegationEndsEarly`.
    """
    if delegation.to_id == principal.id:
        raise DelegatesToSelf
    deputy = get_or_refuse(Staff, delegation.to_id)
    if deputy not in possible_deputies(principal):
        raise DeputyMayNotDecide(name=deputy.name)
    latest = delegation.valid_from + LONGEST_DELEGATION
    if not max(delegation.valid_from, today()) <= delegation.valid_to <= latest:
        raise DelegationEndsEarly
    delegation.from_id = delegation.granted_by = principal.id
    db.session.add(delegation)
    db.session.flush()
    return delegation


def end_delegation(delegation_id: int, by: Staff) -> None:
    """End a delegation before its last day: the principal's own, or any of the branch for a manager."""
    delegation = get_or_refuse(Delegation, delegation_id, lock=True)
    principal = get_or_refuse(Staff, delegation.from_id)
    if by.branch_id not in (None, principal.branch_id):
        raise Missing
    if by.id != delegation.from_id and by.role != Role.MANAGER:
        raise NotAllowed
    if delegation.ended_at is None:
        delegation.ended_at = now()
