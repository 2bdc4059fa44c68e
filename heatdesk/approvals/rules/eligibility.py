"""Who may decide: rules 1 to 4 of the engine as one function of plain values (research: approvals §13.2)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from heatdesk.approvals.errors import (
    AlreadyDecided,
    DeputyOfApplicant,
    NoDelegation,
    OverDelegatedAmount,
    OwnRequest,
    TookPart,
    WrongDepartment,
)
from heatdesk.approvals.rules.levels import Level
from heatdesk.errors import Missing, NotAllowed
from heatdesk.money import format_money


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff as the rules see them; `may_decide` is whether the role includes deciding at all."""

    id: int
    name: str
    role: str
    department_id: int | None
    branch_id: int | None
    may_decide: bool


@dataclass(frozen=True, slots=True)
class Mandate:
    """A delegation: whose decisions, which kinds (none named: all), up to which amount, on which days (included)."""

    id: int
    from_id: int
    to_id: int
    kinds: tuple[str, ...]
    max_amount: Decimal | None
    valid_from: date
    valid_to: date

    def covers(self, kind: str, day: date) -> bool:
        return self.valid_from <= day <= self.valid_to and (not self.kinds or kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be decided: the kind, what it counts as, its level, and everybody who had a hand in it."""

    kind: str
    branch_id: int | None
    """None: a matter of head office, decided by people who belong to no branch."""
    amount: Decimal
    level: Level
    applicants: frozenset[int]
    """The applicant and everybody who edited the revision."""
    took_part: frozenset[int]
    """Who did what the request is about: took the payment, reported the flat."""
    decided: frozenset[int]
    """Everybody whose decision stands on this revision, deputies and principals alike."""
    deciders: tuple[Any, Any]
    """The level's role and department as people read them."""


def refuse_unless_allowed(
    matter: Matter, by: Person, principal: Person, mandate: Mandate | None, today: date
) -> None:
    """Return when `by` may decide in the name of `principal` (himself without a mandate); else raise the reason."""
    if not by.may_decide:
        raise NotAllowed
    if not (_is_in_branch(by, matter) and _is_in_branch(principal, matter)):
        raise Missing
    _refuse_who_had_a_hand_in_it(matter, by, principal)
    if by.id != principal.id:
        _refuse_without_mandate(matter, by, principal, mandate, today)
    if (principal.role, principal.department_id) != (matter.level.role, matter.level.department_id):
        role, department = matter.deciders
        raise WrongDepartment(role=role, department=department)
    if not principal.may_decide:
        raise NotAllowed


def _refuse_who_had_a_hand_in_it(matter: Matter, by: Person, principal: Person) -> None:
    """Rules 1 and 2: deputy and principal count as one person, in asking as in deciding."""
    if by.id in matter.applicants:
        raise OwnRequest
    if principal.id in matter.applicants:
        raise DeputyOfApplicant(name=principal.name)
    for person in (by, principal):
        if person.id in matter.took_part:
            raise TookPart(name=person.name)
    if {by.id, principal.id} & matter.decided:
        raise AlreadyDecided


def _refuse_without_mandate(
    matter: Matter, by: Person, principal: Person, mandate: Mandate | None, today: date
) -> None:
    """A deputy acts on a delegation given by the principal to him: what others gave the principal goes no further."""
    if (
        mandate is None
        or (mandate.from_id, mandate.to_id) != (principal.id, by.id)
        or not mandate.covers(matter.kind, today)
    ):
        raise NoDelegation(name=principal.name)
    if mandate.max_amount is not None and matter.amount > mandate.max_amount:
        raise OverDelegatedAmount(
            name=principal.name, limit=format_money(mandate.max_amount), amount=format_money(matter.amount)
        )


def _is_in_branch(person: Person, matter: Matter) -> bool:
    return person.branch_id is None or person.branch_id == matter.branch_id
