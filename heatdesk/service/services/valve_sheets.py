"""The papers of valve jobs and the filled sheets that come back: many rows in one go, each on its own feet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from heatdesk.auth.models import Staff
from heatdesk.dates import now
from heatdesk.db import db
from heatdesk.errors import Refusal
from heatdesk.i18n import _, speaking
from heatdesk.network.models import Branch
from heatdesk.service.errors import NoRowsFilled
from heatdesk.service.models import Ticket
from heatdesk.service.papers.execution_sheets import SheetFacts, SheetLine
from heatdesk.service.papers.job_orders import OrderFacts
from heatdesk.service.rules.states import TicketType
from heatdesk.service.services import valve_jobs
from heatdesk.service.services.labels import CAUSES, TYPES


class FilledRow(Protocol):
    """One row as it was typed from the paper."""

    @property
    def ticket_id(self) -> int: ...
    @property
    def seen(self) -> int: ...
    @property
    def done(self) -> bool: ...
    @property
    def obstacle(self) -> str: ...
    @property
    def note(self) -> str: ...


@dataclass(frozen=True)
class Entered:
    """What became of a filled sheet: how many rows were taken, and why the others were not, by ticket id."""

    taken: int
    refused: dict[int, str]


def enter(
    rows: Sequence[FilledRow], execution_of: Callable[[Any], valve_jobs.Execution], *, by: Staff
) -> Entered:
    """Take the rows of a paper sheet; a row that is refused is reported and keeps no other from being taken.

    Raises `NoRowsFilled`.
    """
    if not rows:
        raise NoRowsFilled
    refused: dict[int, str] = {}
    for row in sorted(rows, key=lambda one: one.ticket_id):
        try:
            with db.session.begin_nested():
                if row.done:
                    valve_jobs.execute(row.ticket_id, execution_of(row), by=by)
                else:
                    valve_jobs.obstruct(row.ticket_id, row.obstacle, row.note, seen=row.seen, by=by)
        except Refusal as refusal:
            refused[row.ticket_id] = _(refusal.message, **refusal.values)
    return Entered(len(rows) - len(refused), refused)


def sheet_facts(rows: Sequence[Any], *, community: str, branch_id: int | None) -> SheetFacts:
    """The execution sheet of one building from rows of `valve_lists`; papers are in Chinese."""
    first = rows[0]
    with speaking("zh"):
        return SheetFacts(
            branch=_branch_name(branch_id),
            building=f"{community} {first.building}".strip(),
            station=first.station,
            lines=tuple(_line(row) for row in rows),
            printed_at=now(),
        )


def order_facts(row: Any) -> OrderFacts:
    """The job order of one valve job."""
    ticket: Ticket = row.Ticket
    with speaking("en"):
        english = str(TYPES[ticket.type])
    with speaking("zh"):
        return OrderFacts(
            number=ticket.number,
            branch=_branch_name(ticket.branch_id),
            deed=str(TYPES[ticket.type]),
            deed_english=english,
            cause=str(CAUSES[ticket.cause]),
            card_no=ticket.card_no,
            customer=row.customer,
            address=row.address,
            station=row.station,
            wanted_on=ticket.wanted_on,
            due_on=ticket.due_on,
            assignee=row.assignee or "",
            is_sealed=ticket.type is TicketType.CLOSE_VALVE,
            printed_at=now(),
        )


def _line(row: Any) -> SheetLine:
    ticket: Ticket = row.Ticket
    return SheetLine(
        number=ticket.number,
        card_no=ticket.card_no,
        customer=row.customer,
        address=row.address,
        deed=str(TYPES[ticket.type]),
        cause=str(CAUSES[ticket.cause]),
        due_on=ticket.due_on,
    )


def _branch_name(branch_id: int | None) -> str:
    branch = db.session.get(Branch, branch_id) if branch_id else None
    return branch.name if branch else ""
