"""Households, area and debt by place: premises are counted, every other place adds up what its buildings keep."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from heatdesk.billing.models import Account, AccountBalance, BuildingArea, BuildingFigures, SupplyTerm
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.money import ZERO
from heatdesk.network.figures import Figures, source
from heatdesk.network.models import Building, Community, Station
from heatdesk.people.models import Customer

_PLACES: dict[str, Any] = {
    "offices": Building.office_id,
    "sources": Station.heat_source_id,
    "stations": Building.station_id,
    "districts": Community.district_id,
    "communities": Building.community_id,
}
"""By what a building lies at a place; rows of branches and buildings say so themselves."""

_WHOLE_CITIES = ("sources", "districts")
"""Places of so many accounts that a list of them is found faster in its own order."""


def current_term() -> Any:
    """The join condition of the supply term that holds today."""
    return and_(
        SupplyTerm.account_id == Account.id,
        SupplyTerm.starts_on <= today(),
        or_(SupplyTerm.ends_on.is_(None), SupplyTerm.ends_on >= today()),
    )


def at_place(noun: str, place_id: int, *, by_debt: bool) -> Any:
    """The condition that an account lies at this place; with `by_debt` the query has `AccountBalance`.

    The planner thinks that the accounts of a place are spread over the whole table and would look for them from its
    start, so they are collected first; a list by debt, in which they are spread, and places as large as a city are read
    in their own order.
    """
    if noun == "premises":
        return Account.premises_id == place_id
    if noun == "branches":
        return Account.branch_id == place_id
    building = AccountBalance.building_id
    here = building == place_id
    if noun != "buildings":
        here = building.in_(_with_places(noun, select(Building.id)).where(_PLACES[noun] == place_id))
    if by_debt:
        return here
    found = select(AccountBalance.account_id).where(here).correlate(None)
    if noun in _WHOLE_CITIES:
        return Account.id.in_(found)
    return Account.id.in_(select(found.cte("there").prefix_with("materialized").c.account_id))


def _with_places(noun: str, query: Select[Any]) -> Select[Any]:
    """A query of buildings, joined with what tells at which place of this noun they lie."""
    if noun == "districts":
        return query.join(Community, Community.id == Building.community_id)
    if noun == "sources":
        return query.join(Station, Station.id == Building.station_id)
    return query


@source
def count(noun: str, place_ids: Sequence[int], branch_id: int | None) -> dict[int, Figures]:
    """Open accounts, their present area, and who of all accounts owes how much, by place id."""
    if noun == "premises":
        return _of_premises(place_ids, branch_id)
    kept = BuildingFigures
    sums = [func.sum(kept.accounts), func.sum(kept.owing), func.sum(kept.owed)]
    figures = db.session.execute(_by_place(kept, sums, noun, place_ids, branch_id)).all()
    area = _by_place(BuildingArea, [func.sum(BuildingArea.area_m2)], noun, place_ids, branch_id)
    areas: dict[int, Any] = dict(db.session.execute(area.where(BuildingArea.day <= today())).all())
    return {
        place_id: Figures(accounts, areas.get(place_id, ZERO), owing, owed)
        for place_id, accounts, owing, owed in figures
    }


def _by_place(
    table: Any, sums: list[Any], noun: str, place_ids: Sequence[int], branch_id: int | None
) -> Select[Any]:
    """Rows of (place id, sums…) over the rows that a table keeps by building and branch."""
    own: dict[str, Any] = {"branches": table.branch_id, "buildings": table.building_id}
    place: Any = own[noun] if noun in own else _PLACES[noun]
    query = select(place, *sums).select_from(table)
    if noun in _PLACES:
        query = _with_places(noun, query.join(Building, Building.id == table.building_id))
    if branch_id is not None:
        query = query.where(table.branch_id == branch_id)
    return query.where(place.in_(place_ids)).group_by(place)


def _of_premises(premises_ids: Sequence[int], branch_id: int | None) -> dict[int, Figures]:
    """The same for single premises, with who holds the open account; closed accounts may owe as well."""
    query = (
        select(
            Account.premises_id,
            Account.id,
            Account.card_no,
            Account.closed_on,
            Customer.name,
            SupplyTerm.building_area_m2,
            AccountBalance.owed,
        )
        .join(Customer, Customer.id == Account.customer_id)
        .join(AccountBalance, AccountBalance.account_id == Account.id)
        .outerjoin(SupplyTerm, and_(current_term(), Account.closed_on.is_(None)))
        .where(Account.premises_id.in_(premises_ids))
    )
    if branch_id is not None:
        query = query.where(Account.branch_id == branch_id)
    found: dict[int, Figures] = {}
    for row in db.session.execute(query):
        before = found.get(row.premises_id, Figures())
        is_open = row.closed_on is None
        found[row.premises_id] = Figures(
            accounts=before.accounts + is_open,
            area_m2=before.area_m2 + (row.building_area_m2 or ZERO),
            owing=before.owing + (row.owed > 0),
            owed=before.owed + row.owed,
            card_no=row.card_no if is_open else before.card_no,
            holder=row.name if is_open else before.holder,
            account_id=row.id if is_open else before.account_id,
        )
    return found
