"""Lists of valve jobs: filtered, counted by state, by building; one query for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from heatdesk.auth.models import Staff
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.network.models import Building, Community, Premises, Station
from heatdesk.people.models import Customer
from heatdesk.service.models import Ticket, TicketEvent
from heatdesk.service.rules.states import OPEN, WAITS, TicketState, TicketType

STANDINGS = ("waiting", "overdue", "obstructed", "executed", "withdrawn")
"""How the enquiry divides the jobs; those that are overdue wait too."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for; empty values narrow nothing."""

    standing: str = ""
    words: str = ""
    type: str = ""
    cause: str = ""
    station_id: int | None = None
    building_id: int | None = None
    assignee_id: int | None = None
    due_first: date | None = None
    due_last: date | None = None
    recheck: bool = False
    """Only closed valves of flats that are to stay closed: what an inspection looks at again."""


class BuildingCount(NamedTuple):
    """A building with open jobs."""

    building_id: int
    community: str
    building: str
    station: str
    waiting: int
    overdue: int
    obstructed: int


def listing(wanted: Wanted, branch: Any) -> Select[Any]:
    """Rows (ticket, customer, address, building, station, assignee, who executed), the most urgent first."""
    assignee, executor = aliased(Staff), aliased(Staff)
    query: Any = (
        select(
            Ticket,
            Customer.name.label("customer"),
            Premises.address,
            Building.name.label("building"),
            Station.name.label("station"),
            assignee.name.label("assignee"),
            executor.name.label("executor"),
        )
        .join(Customer, Customer.id == Ticket.customer_id)
        .join(Premises, Premises.id == Ticket.premises_id)
        .join(Building, Building.id == Premises.building_id)
        .join(Station, Station.id == Building.station_id)
        .outerjoin(assignee, assignee.id == Ticket.assignee_id)
        .outerjoin(executor, executor.id == Ticket.executed_by)
        .where(branch, *_conditions(wanted))
    )
    urgent = (
        Ticket.state.in_(OPEN).desc(),
        Ticket.due_on,
        Premises.building_id,
        Premises.unit,
        Premises.room,
    )
    newest = (Ticket.executed_on.desc().nulls_last(),)
    is_past = wanted.standing in ("executed", "withdrawn") or wanted.recheck
    ordered: Select[Any] = query.order_by(*(newest if is_past else urgent), Ticket.id.desc())
    return ordered


def counts(branch: Any) -> dict[str, int]:
    """How many jobs stand how, in one query; those carried out or withdrawn of the last year."""
    counted = [func.count().filter(_standing(one)).label(one) for one in STANDINGS]
    recent = or_(Ticket.state.in_(OPEN), Ticket.created_at > func.now() - func.make_interval(1))
    row = db.session.execute(select(*counted).where(branch, recent)).one()
    return dict(row._mapping)


def by_building(branch: Any) -> Sequence[BuildingCount]:
    """Buildings with open jobs, the most overdue first."""
    query: Any = (
        select(
            Building.id,
            Community.name,
            Building.name,
            Station.name,
            *(func.count().filter(_standing(one)) for one in ("waiting", "overdue", "obstructed")),
        )
        .select_from(Ticket)
        .join(Premises, Premises.id == Ticket.premises_id)
        .join(Building, Building.id == Premises.building_id)
        .join(Community, Community.id == Building.community_id)
        .join(Station, Station.id == Building.station_id)
        .where(branch, Ticket.state.in_(OPEN))
        .group_by(Building.id, Community.name, Station.name)
        .order_by(func.count().filter(_standing("overdue")).desc(), Community.name, Building.name)
    )
    return [BuildingCount(*row) for row in db.session.execute(query)]


def open_in_building(building_id: int, branch: Any) -> Sequence[Any]:
    """Rows of `listing` for the open jobs of one building, by unit and room as somebody walks."""
    query = listing(Wanted(building_id=building_id), branch).where(Ticket.state.in_(OPEN)).order_by(None)
    return db.session.execute(query.order_by(Premises.unit, Premises.floor, Premises.room, Ticket.id)).all()


def of_account(account_id: int) -> Sequence[Any]:
    """Rows of `listing` for one account, the newest first."""
    query = listing(Wanted(), Ticket.account_id == account_id).order_by(None)
    return db.session.execute(query.order_by(Ticket.id.desc())).all()


def places(branch: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    """Stations and buildings that have jobs, for the filter: rows (id, name)."""
    base = (
        select(Building.id, Building.name, Community.name.label("community"), Station.id, Station.name)
        .select_from(Ticket)
        .join(Premises, Premises.id == Ticket.premises_id)
        .join(Building, Building.id == Premises.building_id)
        .join(Community, Community.id == Building.community_id)
        .join(Station, Station.id == Building.station_id)
        .where(branch)
        .distinct()
    )
    rows = db.session.execute(base.order_by(Community.name, Building.name)).all()
    stations = sorted({(row[3], row[4]) for row in rows}, key=lambda one: str(one[1]))
    return stations, [(row[0], f"{row.community} {row[1]}") for row in rows]


def events_of(ticket: Ticket) -> Sequence[Any]:
    """Rows (event, who), the newest first."""
    query = (
        select(TicketEvent, Staff.name)
        .join(Staff, Staff.id == TicketEvent.actor_id)
        .where(TicketEvent.ticket_id == ticket.id)
        .order_by(TicketEvent.number.desc())
    )
    return db.session.execute(query).all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.standing in STANDINGS:
        found.append(_standing(wanted.standing))
    if wanted.words:
        like = f"%{wanted.words.replace('%', '').replace('_', '')}%"
        texts = (Ticket.number, Ticket.card_no, Customer.name, Premises.address, Ticket.seal_number)
        found.append(or_(*(column.ilike(like) for column in texts)))
    exact = {
        Ticket.type: wanted.type if wanted.type in set(TicketType) else None,
        Ticket.cause: wanted.cause or None,
        Building.station_id: wanted.station_id,
        Premises.building_id: wanted.building_id,
        Ticket.assignee_id: wanted.assignee_id,
    }
    found += [column == value for column, value in exact.items() if value is not None]
    if wanted.due_first:
        found.append(Ticket.due_on >= wanted.due_first)
    if wanted.due_last:
        found.append(Ticket.due_on <= wanted.due_last)
    if wanted.recheck:
        found.append(_stays_closed())
    return found


def _standing(name: str) -> ColumnElement[bool]:
    return {
        "waiting": Ticket.state.in_(WAITS),
        "overdue": and_(Ticket.state.in_(WAITS), Ticket.due_on < today()),
        "obstructed": Ticket.state == TicketState.WAITING,
        "executed": Ticket.state.in_([TicketState.RESOLVED, TicketState.CLOSED]),
        "withdrawn": Ticket.state == TicketState.VOID,
    }[name]


def _stays_closed() -> ColumnElement[bool]:
    """Closed, and not opened since."""
    later = aliased(Ticket)
    opened = select(later.id).where(
        later.account_id == Ticket.account_id,
        later.type == TicketType.OPEN_VALVE,
        later.state.in_([TicketState.RESOLVED, TicketState.CLOSED]),
        later.id > Ticket.id,
    )
    return and_(Ticket.type == TicketType.CLOSE_VALVE, _standing("executed"), ~opened.exists())
