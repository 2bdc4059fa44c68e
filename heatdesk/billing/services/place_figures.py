"""Households, area and debt by place, counted by grouping: two queries for a page, whatever the city's size."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from heatdesk.billing.models import Account, Bill, SupplyTerm
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.money import ZERO
from heatdesk.network.figures import Figures, source
from heatdesk.network.models import Building, Community, Premises, Station
from heatdesk.people.models import Customer

_GROUPS: dict[str, Any] = {
    "branches": Account.branch_id,
    "offices": Building.office_id,
    "sources": Station.heat_source_id,
    "stations": Building.station_id,
    "districts": Community.district_id,
    "communities": Building.community_id,
    "buildings": Premises.building_id,
    "premises": Account.premises_id,
}
_DUE = Bill.charged - Bill.reduced - Bill.paid


def current_term() -> Any:
    """The join condition of the supply term that holds today."""
    return and_(
        SupplyTerm.account_id == Account.id,
        SupplyTerm.starts_on <= today(),
        or_(SupplyTerm.ends_on.is_(None), SupplyTerm.ends_on >= today()),
    )


def debts_by_account() -> Any:
    """What every account with a debt owes over all seasons: (account_id, owed)."""
    query = select(Bill.account_id, func.sum(_DUE).label("owed")).where(_DUE > 0)
    return query.group_by(Bill.account_id).subquery()


def join_places(query: Select[Any]) -> Select[Any]:
    """Join a query of accounts and premises with building, community and station, so that any place can narrow it."""
    return (
        query.join(Building, Building.id == Premises.building_id)
        .join(Community, Community.id == Building.community_id)
        .join(Station, Station.id == Building.station_id)
    )


def at_place(noun: str, place_id: int) -> Any:
    """The condition that an account, joined by `join_places`, lies at this place."""
    return _GROUPS[noun] == place_id


@source
def count(noun: str, place_ids: Sequence[int], branch_id: int | None) -> dict[int, Figures]:
    """Open accounts, their present area, and who of all accounts owes how much, by place id."""
    group = _GROUPS[noun]
    mine = [group.in_(place_ids)] + ([] if branch_id is None else [Account.branch_id == branch_id])
    held = select(group, func.count(), func.sum(SupplyTerm.building_area_m2)).select_from(Account)
    held = _joined(noun, held).outerjoin(SupplyTerm, current_term())
    held = held.where(Account.closed_on.is_(None), *mine).group_by(group)
    each = select(group.label("place_id"), func.sum(_DUE).label("owed")).select_from(Account)
    each = _joined(noun, each).join(Bill, Bill.account_id == Account.id).where(_DUE > 0, *mine)
    debt = each.group_by(group, Bill.account_id).subquery()
    owing = select(debt.c.place_id, func.count(), func.sum(debt.c.owed)).group_by(debt.c.place_id)
    accounts = {place_id: (number, area or ZERO) for place_id, number, area in db.session.execute(held)}
    debts = {place_id: (number, owed) for place_id, number, owed in db.session.execute(owing)}
    holders = _holders(place_ids, branch_id) if noun == "premises" else {}
    nothing = (0, ZERO)
    return {
        place_id: Figures(
            *accounts.get(place_id, nothing), *debts.get(place_id, nothing), **holders.get(place_id, {})
        )
        for place_id in {*accounts, *debts}
    }


def _joined(noun: str, query: Select[Any]) -> Select[Any]:
    """Only the tables that the grouping needs: a branch needs none, a source needs four."""
    if noun in ("branches", "premises"):
        return query
    query = query.join(Premises, Premises.id == Account.premises_id)
    if noun == "buildings":
        return query
    query = query.join(Building, Building.id == Premises.building_id)
    if noun == "districts":
        return query.join(Community, Community.id == Building.community_id)
    if noun == "sources":
        return query.join(Station, Station.id == Building.station_id)
    return query


def _holders(premises_ids: Sequence[int], branch_id: int | None) -> dict[int, dict[str, Any]]:
    """Who holds the open account of each of these premises."""
    query = (
        select(Account.premises_id, Customer.name, Account.id, Account.card_no)
        .join(Customer, Customer.id == Account.customer_id)
        .where(Account.premises_id.in_(premises_ids), Account.closed_on.is_(None))
    )
    if branch_id is not None:
        query = query.where(Account.branch_id == branch_id)
    return {
        row.premises_id: {"holder": row.name, "account_id": row.id, "card_no": row.card_no}
        for row in db.session.execute(query)
    }
