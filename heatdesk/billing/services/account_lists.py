"""Lists of accounts: filtered, sorted, counted; one query for a page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from heatdesk import search
from heatdesk.billing.models import Account, Bill, SupplyTerm
from heatdesk.billing.services.place_figures import at_place, current_term, join_places
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer
from heatdesk.search import AccountSearch

DUE = Bill.charged - Bill.reduced - Bill.paid


@dataclass(frozen=True)
class Wanted:
    """What a clerk asked to see; empty means all."""

    words: str = ""
    place: tuple[str, int] | None = None
    use_class: str = ""
    supply: str = ""
    mode: str = ""
    owing: str = ""
    """yes or no"""
    state: str = "open"
    """open, closed, locked or any"""
    customer_id: int | None = None
    sort: str = ""


def owed() -> Any:
    """What an account owes over all seasons, as a column."""
    return func.coalesce(
        select(func.sum(DUE)).where(Bill.account_id == Account.id).correlate(Account).scalar_subquery(), 0
    )


def listing(wanted: Wanted, branch_id: int | None) -> Select[Any]:
    """Rows of (id, card_no, name, address, use_class, supply, mode, area_m2, owed, closed_on, is_locked, phones)."""
    query = (
        select(
            Account.id,
            Account.card_no,
            Customer.name,
            Premises.address,
            SupplyTerm.use_class,
            SupplyTerm.state.label("supply"),
            SupplyTerm.mode,
            SupplyTerm.building_area_m2.label("area_m2"),
            owed().label("owed"),
            Account.closed_on,
            Account.is_locked,
            Customer.phones,
        )
        .select_from(Account)
        .join(Customer, Customer.id == Account.customer_id)
        .outerjoin(SupplyTerm, current_term())
    )
    query = join_places(query)
    if branch_id is not None:
        query = query.where(Account.branch_id == branch_id)
    return _narrowed(query, wanted).order_by(*_order(wanted.sort))


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.words:
        fitting = search.fitting(wanted.words)
        query = query.join(AccountSearch, AccountSearch.account_id == Account.id)
        query = query.where(*fitting) if fitting else query.where(AccountSearch.name == wanted.words)
    if wanted.place:
        query = query.where(at_place(*wanted.place))
    if wanted.customer_id is not None:
        query = query.where(Account.customer_id == wanted.customer_id)
    for column, value in (
        (SupplyTerm.use_class, wanted.use_class),
        (SupplyTerm.state, wanted.supply),
        (SupplyTerm.mode, wanted.mode),
    ):
        if value:
            query = query.where(column == value)
    if wanted.owing in ("yes", "no"):
        debts = select(Bill.account_id).where(Bill.account_id == Account.id, DUE > 0).exists()
        query = query.where(debts if wanted.owing == "yes" else ~debts)
    conditions: dict[str, Any] = {
        "open": Account.closed_on.is_(None),
        "closed": Account.closed_on.is_not(None),
        "locked": Account.is_locked,
    }
    return query.where(conditions[wanted.state]) if wanted.state in conditions else query


_SORTS: dict[str, Any] = {
    "card_no": Account.card_no,
    "name": Customer.name,
    "address": Premises.address,
    "area_m2": SupplyTerm.building_area_m2,
}


def _order(sort: str) -> list[Any]:
    """Ties end at the id, so that no row is on two pages."""
    name = sort.removeprefix("-")
    if name == "owed":
        by = owed().desc() if sort.startswith("-") else owed().asc()
        return [by, Account.id]
    column = _SORTS.get(name, Account.card_no)
    by = column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last()
    return [by] if name not in _SORTS else [by, Account.id]
