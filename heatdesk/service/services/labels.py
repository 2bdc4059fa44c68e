"""Words for what the service desk stores as codes, in the reader's language."""

from datetime import date
from typing import NamedTuple

from heatdesk.i18n import lazy
from heatdesk.service.rules.states import WAITS, Cause, TicketState, TicketType, Verb


class Look(NamedTuple):
    """How a state is shown: its word, an icon, a tone of `_state.html`."""

    label: object
    icon: str
    tone: str


TYPES = {TicketType.CLOSE_VALVE: lazy("Close the valve"), TicketType.OPEN_VALVE: lazy("Open the valve")}
CAUSES = {
    Cause.SUSPENSION: lazy("Suspension of supply"),
    Cause.RESUMPTION: lazy("Resumption of supply"),
    Cause.CUT_OFF: lazy("Cut off"),
    Cause.TEMPORARY: lazy("Temporary suspension"),
    Cause.DEMOLITION: lazy("Demolition"),
    Cause.PAYMENT: lazy("Paid, valve still closed"),
}
STATES = {
    TicketState.NEW: Look(lazy("to be carried out"), "hourglass-split", "info"),
    TicketState.ASSIGNED: Look(lazy("assigned"), "person-check", "info"),
    TicketState.ACCEPTED: Look(lazy("accepted"), "hand-thumbs-up", "info"),
    TicketState.ENROUTE: Look(lazy("on the way"), "truck", "info"),
    TicketState.ONSITE: Look(lazy("on site"), "geo-alt", "info"),
    TicketState.WAITING: Look(lazy("not carried out"), "exclamation-triangle", "bad"),
    TicketState.COVERED: Look(lazy("part of an outage"), "collection", "plain"),
    TicketState.RESOLVED: Look(lazy("carried out"), "check-circle", "good"),
    TicketState.CLOSED: Look(lazy("closed"), "archive", "plain"),
    TicketState.VOID: Look(lazy("withdrawn"), "dash-circle", "plain"),
}
OVERDUE = Look(lazy("overdue"), "alarm", "warn")
DEEDS = {
    Verb.OPEN: (lazy("made the job"), "plus-lg"),
    Verb.ASSIGN: (lazy("assigned it"), "person-check"),
    Verb.EXECUTE: (lazy("carried out"), "check-lg"),
    Verb.OBSTRUCT: (lazy("could not carry it out"), "exclamation-triangle"),
    Verb.RESUME: (lazy("put it back in the queue"), "arrow-counterclockwise"),
    Verb.VOID: (lazy("withdrew it"), "dash-circle"),
    Verb.WITHDRAW: (lazy("no longer wanted"), "dash-circle"),
    Verb.REINSTATE: (lazy("wanted again"), "arrow-counterclockwise"),
}
"""What was done, as the history tells it, with its icon."""


def look(state: TicketState, due_on: date, day: date) -> Look:
    """How a job is shown on a day: one that waits past its due day is overdue."""
    return OVERDUE if state in WAITS and due_on < day else STATES[state]
