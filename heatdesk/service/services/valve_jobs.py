"""Valve jobs as people move them: assigned, carried out, not carried out, put back, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.dates import ZONE, today
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import BadInput, Refusal
from heatdesk.service.errors import (
    DueInPast,
    ExecutedInFuture,
    ExecutedTooEarly,
    NotATechnician,
    PhotoMissing,
    ReasonMissing,
    SealMissing,
)
from heatdesk.service.models import Ticket
from heatdesk.service.rules.states import OBSTACLES, SEALED, Verb
from heatdesk.service.services import photos, tickets

DAYS_TO_EXECUTE = 3
"""A job whose day has come is to be done within so many days."""


@dataclass(frozen=True, kw_only=True)
class Execution:
    """What is written down when a valve was turned; on paper the signed sheet stands for the photo."""

    seen: int
    executed_on: date
    executed_by: int
    seal_number: str = ""
    note: str = ""
    photos: Sequence[tuple[str, bytes]] = ()
    from_sheet: bool = False


def due_on(wanted_on: date) -> date:
    """By when a job asked for from a day on is to be done."""
    return max(wanted_on, today() + timedelta(days=DAYS_TO_EXECUTE))


def technicians(branch_id: int | None) -> Sequence[Staff]:
    """Who turns valves in a branch (None: in all)."""
    query = select(Staff).where(Staff.is_active, Staff.role == Role.TECHNICIAN)
    if branch_id is not None:
        query = query.where(Staff.branch_id == branch_id)
    return db.session.scalars(query.order_by(Staff.name)).all()


def execute(ticket_id: int, execution: Execution, *, by: Staff) -> Ticket:
    """The valve was turned: from that day on it counts, in the books too, all in this transaction.

    Raises what `_check` and `tickets.fire` refuse.
    """
    ticket = tickets.find_to_execute(ticket_id, by)
    tickets.refuse_moved(ticket, execution.seen)
    _check(ticket, execution)
    photos.keep(ticket, execution.photos, by=by.id)
    if ticket.type in SEALED and not execution.from_sheet and not photos.count(ticket.id):
        raise PhotoMissing
    columns = {
        "executed_on": execution.executed_on,
        "executed_by": execution.executed_by,
        "seal_number": execution.seal_number or None,
        "obstacle": None,
    }
    facts = {"from_sheet": True} if execution.from_sheet else {}
    return tickets.fire(ticket, Verb.EXECUTE, by=by, note=execution.note, columns=columns, facts=facts)


def obstruct(ticket_id: int, obstacle: str, note: str, *, seen: int, by: Staff) -> Ticket:
    """It could not be carried out: back to the dispatcher with the reason. Raises `ReasonMissing`."""
    ticket = tickets.find(ticket_id, by, lock=True)
    if obstacle not in OBSTACLES:
        raise BadInput
    if obstacle == "other" and not note:
        raise ReasonMissing
    return tickets.fire(ticket, Verb.OBSTRUCT, by=by, seen=seen, note=note, columns={"obstacle": obstacle})


def assign(ticket_id: int, assignee_id: int, due: date, *, seen: int, by: Staff) -> Ticket:
    """Hand the job to a technician, to be done by a day. Raises `NotATechnician`, `DueInPast`."""
    ticket = tickets.find(ticket_id, by, lock=True)
    _refuse_other_than_technician(ticket, assignee_id)
    if due < today():
        raise DueInPast
    columns = {"assignee_id": assignee_id, "due_on": due, "obstacle": None}
    return tickets.fire(ticket, Verb.ASSIGN, by=by, seen=seen, columns=columns)


def assign_many(ticket_ids: Sequence[int], assignee_id: int, due: date, *, by: Staff) -> int:
    """Hand several jobs to one technician; those that were closed meanwhile stay. How many were handed over."""
    done = 0
    for ticket_id in sorted(ticket_ids):
        ticket = tickets.find(ticket_id, by, lock=True)
        _refuse_other_than_technician(ticket, assignee_id)
        if due < today():
            raise DueInPast
        try:
            columns = {"assignee_id": assignee_id, "due_on": due, "obstacle": None}
            tickets.fire(ticket, Verb.ASSIGN, by=by, columns=columns)
        except Refusal:
            continue
        done += 1
    return done


def resume(ticket_id: int, due: date, *, seen: int, by: Staff) -> Ticket:
    """What stood in the way is gone. Raises `DueInPast`."""
    ticket = tickets.find(ticket_id, by, lock=True)
    if due < today():
        raise DueInPast
    columns = {"assignee_id": None, "due_on": due, "obstacle": None}
    return tickets.fire(ticket, Verb.RESUME, by=by, seen=seen, columns=columns)


def void(ticket_id: int, note: str, *, seen: int, by: Staff) -> Ticket:
    """The job will not be done; what it was made for has to be asked for again. Raises `ReasonMissing`."""
    ticket = tickets.find(ticket_id, by, lock=True)
    if len(note) < 2:
        raise ReasonMissing
    return tickets.fire(ticket, Verb.VOID, by=by, seen=seen, note=note)


def _check(ticket: Ticket, execution: Execution) -> None:
    _refuse_other_than_technician(ticket, execution.executed_by)
    if ticket.type in SEALED and not execution.seal_number:
        raise SealMissing
    if execution.executed_on > today():
        raise ExecutedInFuture(day=execution.executed_on)
    earliest = min(ticket.wanted_on, ticket.created_at.astimezone(ZONE).date())
    if execution.executed_on < earliest:
        raise ExecutedTooEarly(day=earliest)


def _refuse_other_than_technician(ticket: Ticket, staff_id: int) -> None:
    person = get_or_refuse(Staff, staff_id)
    if person.role != Role.TECHNICIAN or person.branch_id not in (None, ticket.branch_id):
        raise NotATechnician(name=person.name)
