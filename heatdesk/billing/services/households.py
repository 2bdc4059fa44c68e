"""Households as the counter and its papers name them, and the search that finds them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from heatdesk import search
from heatdesk.billing.models import Account, Bill, SupplyTerm
from heatdesk.billing.rules.states import UseClass
from heatdesk.db import db
from heatdesk.errors import Missing
from heatdesk.money import ZERO
from heatdesk.network.models import Branch, Building, Community, Office, Premises, Station
from heatdesk.people.models import Customer, CustomerKind


@dataclass(frozen=True, slots=True)
class Household:
    """Who and where, in one row."""

    account_id: int
    card_no: str
    branch_id: int
    is_locked: bool
    closed_on: date | None
    name: str
    kind: CustomerKind
    phones: list[str]
    id_number: str | None
    branch: str
    cash_rounding: str
    office: str
    station: str
    community: str
    building: str
    unit: str
    room: str
    address: str
    building_id: int

    @property
    def place(self) -> list[str]:
        """From the branch down to the flat."""
        flat = " ".join(part for part in (self.building, self.unit, self.room) if part)
        return [self.branch, self.office, self.station, self.community, flat]


def read(account_id: int) -> Household:
    """The household of an account; raises `Missing`."""
    row = db.session.execute(
        select(
            Account.id.label("account_id"),
            Account.card_no,
            Account.branch_id,
            Account.is_locked,
            Account.closed_on,
            Customer.name,
            Customer.kind,
            Customer.phones,
            Customer.id_number,
            Branch.name.label("branch"),
            Branch.cash_rounding,
            Office.name.label("office"),
            Station.name.label("station"),
            Community.name.label("community"),
            Building.name.label("building"),
            Premises.unit,
            Premises.room,
            Premises.address,
            Premises.building_id,
        )
        .join(Customer, Customer.id == Account.customer_id)
        .join(Branch, Branch.id == Account.branch_id)
        .join(Premises, Premises.id == Account.premises_id)
        .join(Building, Building.id == Premises.building_id)
        .join(Office, Office.id == Building.office_id)
        .join(Station, Station.id == Building.station_id)
        .join(Community, Community.id == Building.community_id)
        .where(Account.id == account_id)
    ).first()
    if row is None:
        raise Missing
    return Household(**row._mapping)


def read_in(account_id: int, branch_id: int | None) -> Household:
    """The household, when it belongs to this branch (None: any); raises `Missing`."""
    household = read(account_id)
    if branch_id is not None and household.branch_id != branch_id:
        raise Missing
    return household


def term_on(account_id: int, day: date) -> SupplyTerm | None:
    """The supply term in force on this day, else the newest before it."""
    return db.session.scalar(
        select(SupplyTerm)
        .where(SupplyTerm.account_id == account_id, SupplyTerm.starts_on <= day)
        .order_by(SupplyTerm.starts_on.desc())
        .limit(1)
    )


def use_class_on(account_id: int, day: date) -> UseClass:
    """What the premises are used for on this day; residential when nothing is recorded."""
    term = term_on(account_id, day)
    return UseClass.RESIDENTIAL if term is None else term.use_class


@dataclass(frozen=True, slots=True)
class Result:
    """One household in the list under the search box; the template masks the phone."""

    url: str
    name: str
    card_no: str
    place: str
    phone: str
    owed: Decimal
    exact: bool
    building: tuple[int, str]
    """The id of its building, and what that is called."""


def find(words: str, branch_id: int | None, url_of: Callable[[int], str]) -> tuple[list[Result], int]:
    """Households that fit the words, with the address that each is to open, and how many were left off."""
    found = search.find(words, branch_id, limit=search.LIMIT + 1)
    shown = found[: search.LIMIT]
    card_no = search.card_number(words)
    standing = _standing([row.account_id for row in shown])
    results = [
        Result(
            url=url_of(row.account_id),
            name=row.name,
            card_no=row.card_no,
            place=row.address,
            phone=row.digits.partition(" ")[2].partition(" ")[0],
            owed=standing[row.account_id][0],
            exact=row.card_no == card_no,
            building=standing[row.account_id][1],
        )
        for row in shown
    ]
    return results, len(found) - len(shown)


def _standing(account_ids: list[int]) -> dict[int, tuple[Decimal, tuple[int, str]]]:
    """What each of these accounts owes over all seasons, and in which building it lies, in one query."""
    owed = func.coalesce(func.sum(Bill.charged - Bill.reduced - Bill.paid), ZERO)
    query = (
        select(Account.id, owed, Building.id, Community.name, Building.name)
        .join(Premises, Premises.id == Account.premises_id)
        .join(Building, Building.id == Premises.building_id)
        .join(Community, Community.id == Building.community_id)
        .outerjoin(Bill, Bill.account_id == Account.id)
        .where(Account.id.in_(account_ids))
        .group_by(Account.id, Building.id, Community.name)
    )
    return {row[0]: (row[1], (row[2], f"{row[3]} {row[4]}")) for row in db.session.execute(query)}
