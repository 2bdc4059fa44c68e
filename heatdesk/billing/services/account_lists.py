"""Lists of accounts: filtered, sorted, counted. A page first finds its ids, then reads the rows of those alone."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, literal_column, select

from heatdesk import search
from heatdesk.billing.models import Account, AccountBalance, SupplyTerm
from heatdesk.billing.services.place_figures import at_place, current_term
from heatdesk.db import db
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer
from heatdesk.search import AccountSearch


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


_HAS_TERM = select(SupplyTerm.id).where(current_term()).exists()


def ids(wanted: Wanted, branch_id: int | None) -> Select[Any]:
    """The ids of one page's rows in their order, joined with no more than filters and sort need.

    Sorted by area, those without a supply term today are left to `ids_without_area`.
    """
    sorted_by = _TABLES_OF_SORT.get(_sort_key(wanted, branch_id), ())
    return _matching(wanted, branch_id, *sorted_by).order_by(*_order(wanted.sort, branch_id))


def ids_without_area(wanted: Wanted, branch_id: int | None) -> Select[Any] | None:
    """The ids that come after all areas; none for other sorts and where a filter asks for a term."""
    if wanted.sort.removeprefix("-") != "area_m2" or _asks_for_term(wanted):
        return None
    return _matching(wanted, branch_id).where(~_HAS_TERM).order_by(Account.id)


def matching(wanted: Wanted, branch_id: int | None) -> Select[Any]:
    """The ids of all rows in no order, for counting them."""
    return _matching(wanted, branch_id)


def rows_of(account_ids: list[int]) -> list[Any]:
    """The rows of these accounts, in this order."""
    found = {row.id: row for row in db.session.execute(_rows().where(Account.id.in_(account_ids)))}
    return [found[account_id] for account_id in account_ids]


def listing(wanted: Wanted, branch_id: int | None) -> Select[Any]:
    """All rows, as `rows_of` has them, for a file."""
    rows = _rows()
    if wanted.words:
        rows = rows.join(AccountSearch, _JOINS[AccountSearch]).where(*_fitting(wanted))
    if wanted.place:
        rows = rows.where(at_place(*wanted.place, by_debt=True))
    return _narrowed(rows, wanted, Account.branch_id, branch_id).order_by(*_order(wanted.sort, None))


def _rows() -> Select[Any]:
    """Rows of (id, card_no, name, address, use_class, supply, mode, area_m2, owed, closed_on, is_locked, phones)."""
    query: Any = (
        select(
            Account.id,
            Account.card_no,
            Customer.name,
            Premises.address,
            SupplyTerm.use_class,
            SupplyTerm.state.label("supply"),
            SupplyTerm.mode,
            SupplyTerm.building_area_m2.label("area_m2"),
            AccountBalance.owed,
            Account.closed_on,
            Account.is_locked,
            Customer.phones,
        )
        .select_from(Account)
        .join(AccountBalance, AccountBalance.account_id == Account.id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
        .outerjoin(SupplyTerm, current_term())
    )
    rows: Select[Any] = query
    return rows


_JOINS: dict[Any, Any] = {
    AccountBalance: AccountBalance.account_id == Account.id,
    Customer: Customer.id == Account.customer_id,
    Premises: Premises.id == Account.premises_id,
    AccountSearch: AccountSearch.account_id == Account.id,
}
_TABLES_OF_SORT: dict[str, tuple[Any, ...]] = {
    "name": (Customer,),
    "address": (Premises,),
    "address of a branch": (AccountSearch,),
    "area_m2": (SupplyTerm,),
    "owed": (AccountBalance,),
}


def _sort_key(wanted: Wanted, branch_id: int | None) -> str:
    """What is sorted by: the addresses of one branch stand in the order of the search table's index."""
    key = wanted.sort.removeprefix("-")
    return "address of a branch" if key == "address" and branch_id is not None else key


def _matching(wanted: Wanted, branch_id: int | None, *sorted_by: Any) -> Select[Any]:
    tables = {*sorted_by}
    if wanted.owing in ("yes", "no"):
        tables.add(AccountBalance)
    if _asks_for_term(wanted):
        tables.add(SupplyTerm)
    if wanted.words and branch_id is None:
        tables.add(AccountSearch)
    query = select(Account.id)
    for table in tables:
        query = query.join(table, current_term() if table is SupplyTerm else _JOINS[table])
    # The branch is asked of the table whose index gives the order.
    branch: Any = Account.branch_id
    if AccountBalance in sorted_by:
        branch = AccountBalance.branch_id
    if AccountSearch in sorted_by:
        branch = literal_column("(account_search.branch_id + 0)", BigInteger)
    if wanted.words:
        query = query.where(*(_fitting(wanted) if branch_id is None else [_found(wanted, branch_id)]))
    if wanted.place:
        query = query.where(at_place(*wanted.place, by_debt=AccountBalance in tables))
    return _narrowed(query, wanted, branch, branch_id)


def _fitting(wanted: Wanted) -> list[Any]:
    """The conditions on `AccountSearch`; where nothing usable was typed, none but the whole name fits."""
    return search.fitting(wanted.words) or [AccountSearch.name == wanted.words]


def _found(wanted: Wanted, branch_id: int) -> Any:
    """What fits in one branch, collected first: the planner thinks that it is spread over the whole table."""
    found = select(AccountSearch.account_id).where(*_fitting(wanted), AccountSearch.branch_id == branch_id)
    return Account.id.in_(select(found.cte("found").prefix_with("materialized").c.account_id))


def _asks_for_term(wanted: Wanted) -> bool:
    return bool(wanted.use_class or wanted.supply or wanted.mode)


def _order(sort: str, branch_id: int | None) -> list[Any]:
    """The columns of the sort, all one way, so that an index can be read from either end."""
    sorts: dict[str, Any] = {
        "name": (Customer.name, Account.id),
        "address": (Premises.address, Account.id)
        if branch_id is None
        else (AccountSearch.address, AccountSearch.account_id),
        "area_m2": (SupplyTerm.building_area_m2, SupplyTerm.account_id),
        "owed": (AccountBalance.owed, AccountBalance.account_id),
    }
    columns = sorts.get(sort.removeprefix("-"), (Account.card_no,))
    return [column.desc() if sort.startswith("-") else column.asc() for column in columns]


def _narrowed(query: Select[Any], wanted: Wanted, branch: Any, branch_id: int | None) -> Select[Any]:
    """The filters, on a query that has the tables they look at; `branch` is the column that tells the branch."""
    if wanted.owing in ("yes", "no"):
        query = query.where(AccountBalance.owed > 0 if wanted.owing == "yes" else AccountBalance.owed == 0)
    states: dict[str, Any] = {
        "open": Account.closed_on.is_(None),
        "closed": Account.closed_on.is_not(None),
        "locked": Account.is_locked,
    }
    chosen: tuple[tuple[Any, Any], ...] = (
        (branch, branch_id),
        (Account.customer_id, wanted.customer_id),
        (SupplyTerm.use_class, wanted.use_class or None),
        (SupplyTerm.state, wanted.supply or None),
        (SupplyTerm.mode, wanted.mode or None),
    )
    query = query.where(*[column == value for column, value in chosen if value is not None])
    return query.where(states[wanted.state]) if wanted.state in states else query
