"""Every move of a ticket, in one function: under the row lock, with a version check, its event written beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, insert, select

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission
from heatdesk.dates import today
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Missing, NotAllowed
from heatdesk.numbering import next_number
from heatdesk.service.errors import JobIsOpen, JobMoved, MoveNotAllowed
from heatdesk.service.models import Ticket, TicketEvent
from heatdesk.service.rules.states import OPEN, Cause, TicketState, TicketType, Verb, move_of
from heatdesk.service.services.labels import STATES


@dataclass(frozen=True, kw_only=True)
class Order:
    """A valve job to be made: which valve, why, whose flat, from when on, and what its maker keeps with it."""

    type: TicketType
    cause: Cause
    branch_id: int
    premises_id: int
    customer_id: int
    account_id: int
    card_no: str
    wanted_on: date
    due_on: date
    change_request_id: int | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


Executed = Callable[[Ticket, date, int], Mapping[str, Any]]
Hold = Callable[[int], object]
_on_execution: dict[TicketType, tuple[Executed, Hold]] = {}


def when_executed(*types: TicketType, hold: Hold) -> Callable[[Executed], Executed]:
    """Register what happens, in the same transaction, when a job of these types is carried out.

    The function gets the ticket as it still stands, the day, and who enters it; what it returns is kept with the event.
    A refusal
    it raises keeps the job from being carried out. `hold` locks what it will change, by the account's id, before the
    ticket itself is locked: so a payment and an execution take their locks in one order.
    """

    def register(function: Executed) -> Executed:
        _on_execution.update(dict.fromkeys(types, (function, hold)))
        return function

    return register


def find(ticket_id: int, reader: Staff, *, lock: bool = False) -> Ticket:
    """The ticket, if it is in the reader's branch; raises `Missing`."""
    ticket = get_or_refuse(Ticket, ticket_id, lock=lock)
    if reader.branch_id not in (None, ticket.branch_id):
        raise Missing
    return ticket


def find_to_execute(ticket_id: int, reader: Staff) -> Ticket:
    """The ticket with everything locked that its execution touches; raises `Missing`."""
    ticket = find(ticket_id, reader)
    if ticket.type in _on_execution:
        _on_execution[ticket.type][1](ticket.account_id)
    return find(ticket_id, reader, lock=True)


def open_job(order: Order, *, by: int) -> Ticket:
    """A new job with its first event; the account is locked by the caller. Raises `JobIsOpen`."""
    other = open_of(order.account_id, order.type)
    if other is not None:
        raise JobIsOpen(number=other.number)
    year = today().year
    facts = {name: value for name, value in vars(order).items() if name != "kept"}
    number = f"V{year}{next_number(f'ticket:{year}'):06d}"
    ticket = Ticket(number=number, order=dict(order.kept), state=TicketState.NEW, version=1, **facts)
    db.session.add(ticket)
    db.session.flush()
    _write(ticket, None, Verb.OPEN, by, "", {"cause": order.cause.value, "due_on": order.due_on.isoformat()})
    return ticket


def open_of(account_id: int, *types: TicketType) -> Ticket | None:
    """The open valve job of an account, of one of these types if any are named; the newest first."""
    conditions: list[ColumnElement[bool]] = [Ticket.account_id == account_id, Ticket.state.in_(OPEN)]
    if types:
        conditions.append(Ticket.type.in_(types))
    return db.session.scalar(select(Ticket).where(*conditions).order_by(Ticket.id.desc()).limit(1))


def refuse_moved(ticket: Ticket, seen: int | None) -> None:
    """Raises `JobMoved` unless the page showed this version; a crossing has seen no page."""
    if seen is not None and seen != ticket.version:
        raise JobMoved(number=ticket.number)


def fire(
    ticket: Ticket,
    verb: Verb,
    *,
    by: Staff | int,
    seen: int | None = None,
    note: str = "",
    columns: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Ticket:
    """Move the ticket, whose row the caller holds: `columns` change with it, `facts` are kept with the event.

    A person (`by` a member of staff) needs the permission of the move; a crossing names only on whose deed it follows.
    Raises `JobMoved`, `MoveNotAllowed`, `NotAllowed`, and what was registered for its execution refuses.
    """
    refuse_moved(ticket, seen)
    move = move_of(ticket.state, verb)
    if move is None:
        raise MoveNotAllowed(state=STATES[ticket.state].label)
    if isinstance(by, Staff) and (move.permission is None or not by.may(Permission(move.permission))):
        raise NotAllowed
    actor_id = by.id if isinstance(by, Staff) else by
    changed = dict(columns or {})
    kept = {**(facts or {}), **{name: _plain(value) for name, value in changed.items()}}
    if verb is Verb.EXECUTE:
        kept |= _carried_out(ticket, changed["executed_on"], actor_id)
    for name, value in changed.items():
        setattr(ticket, name, value)
    before = ticket.state
    ticket.state, ticket.version = move.end, ticket.version + 1
    _write(ticket, before, verb, actor_id, note, kept)
    return ticket


def history(ticket: Ticket) -> list[TicketEvent]:
    """Every event, the oldest first."""
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.number)
    return list(db.session.scalars(query))


def _carried_out(ticket: Ticket, day: date, actor_id: int) -> Mapping[str, Any]:
    if ticket.type not in _on_execution:
        return {}
    deed, _hold = _on_execution[ticket.type]
    return deed(ticket, day, actor_id)


def _write(
    ticket: Ticket, before: TicketState | None, verb: Verb, actor_id: int, note: str, facts: Mapping[str, Any]
) -> None:
    """The event goes first: the trigger on the ticket looks for it."""
    with db.session.no_autoflush:
        db.session.execute(
            insert(TicketEvent).values(
                ticket_id=ticket.id,
                number=ticket.version,
                verb=verb,
                from_state=before,
                to_state=ticket.state,
                actor_id=actor_id,
                note=note,
                facts=dict(facts),
            )
        )
    db.session.flush()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
