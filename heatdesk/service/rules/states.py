"""The states a ticket passes through and what moves it (research: service §5).

The list of states is whole; of the moves those stand here that valve jobs need. The desk adds its own to `MOVES`, and
to the trigger `ticket_moves`, which refuses what is not declared.
"""

from enum import StrEnum
from typing import NamedTuple

from heatdesk.errors import msgid


class TicketState(StrEnum):
    NEW = "new"
    """待派: nobody has it yet."""
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    ENROUTE = "enroute"
    ONSITE = "onsite"
    WAITING = "waiting"
    """挂起: it could not be carried out, and somebody has to say how it goes on."""
    COVERED = "covered"
    RESOLVED = "resolved"
    """已处理: carried out; the callback comes next."""
    CLOSED = "closed"
    VOID = "void"


class TicketType(StrEnum):
    """What has to be done; the desk brings more."""

    CLOSE_VALVE = "close_valve"
    OPEN_VALVE = "open_valve"


class Cause(StrEnum):
    """Why a valve job is there."""

    SUSPENSION = "suspension"
    RESUMPTION = "resumption"
    CUT_OFF = "cut_off"
    TEMPORARY = "temporary_suspension"
    DEMOLITION = "demolition"
    PAYMENT = "payment"
    """Somebody paid for a flat whose valve is closed (brief F6)."""


class Verb(StrEnum):
    OPEN = "open"
    ASSIGN = "assign"
    EXECUTE = "execute"
    OBSTRUCT = "obstruct"
    """It could not be carried out: with the reason it goes back to the dispatcher."""
    RESUME = "resume"
    """What stood in the way is gone: back among those that wait."""
    VOID = "void"
    WITHDRAW = "withdraw"
    """No longer wanted, because of something that happened elsewhere: no person chooses this."""
    REINSTATE = "reinstate"
    """Wanted again, because what withdrew it was itself undone."""


class Move(NamedTuple):
    """One allowed move; without a permission no person makes it, only a crossing does."""

    start: TicketState | None
    verb: Verb
    end: TicketState
    permission: str | None


_VIEW, _EXECUTE, _DISPATCH = "service.ticket.view", "service.ticket.execute", "service.ticket.dispatch"

WAITS = frozenset({TicketState.NEW, TicketState.ASSIGNED})
"""The valve still has to be turned, and nothing stands in the way."""
OPEN = frozenset({*WAITS, TicketState.WAITING})

MOVES = frozenset(
    {
        Move(None, Verb.OPEN, TicketState.NEW, None),
        *(Move(state, Verb.ASSIGN, TicketState.ASSIGNED, _DISPATCH) for state in OPEN),
        *(Move(state, Verb.EXECUTE, TicketState.RESOLVED, _EXECUTE) for state in OPEN),
        *(Move(state, Verb.OBSTRUCT, TicketState.WAITING, _EXECUTE) for state in WAITS),
        Move(TicketState.WAITING, Verb.RESUME, TicketState.NEW, _DISPATCH),
        *(Move(state, Verb.VOID, TicketState.VOID, _DISPATCH) for state in OPEN),
        *(Move(state, Verb.WITHDRAW, TicketState.VOID, None) for state in OPEN),
        Move(TicketState.VOID, Verb.REINSTATE, TicketState.NEW, None),
    }
)

_BY_START = {(move.start, move.verb): move for move in MOVES}


def move_of(state: TicketState | None, verb: Verb) -> Move | None:
    """The declared move, or None."""
    return _BY_START.get((state, verb))


OBSTACLES = {
    "nobody_home": msgid("Nobody was at home"),
    "refused": msgid("The customer refused"),
    "no_own_valve": msgid("The premises have no valve of their own"),
    "valve_broken": msgid("The valve does not turn or leaks"),
    "other": msgid("Something else"),
}
"""Why a valve job could not be carried out."""

SEALED = frozenset({TicketType.CLOSE_VALVE})
"""Types that end with a seal: its number is part of the proof."""
