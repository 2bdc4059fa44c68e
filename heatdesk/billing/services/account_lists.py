"""Lists of accounts: filtered, sorted, counted; one query for a page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from heatdesk import search
from heatdesk.billing.models import Account, AccountBalance, SupplyTerm
from heatdesk.billing.services.place_figures import at_place, current_term
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


def matching(wanted: Wanted, branch_id: int | None) -> Select[Any]:
    """The ids that `listing` lists, joined with no more than the filters need; for counting them."""
    query = select(Account.id)
    if _starts_with_balance(wanted) or wanted.place:
        query = query.join(AccountBalance, AccountBalance.account_id == Account.id)
    if wanted.use_class or wanted.supply or wanted.mode:
        query = query.join(SupplyTerm, current_term())
    return _narrowed(query, wanted, branch_id)


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
    return _narrowed(query, wanted, branch_id).order_by(*_order(wanted.sort))


def _order(sort: str) -> list[Any]:
    """The columns of the sort, all one way, so that an index can be read from either end."""
    sorts: dict[str, Any] = {
        "name": Customer.name,
        "address": Premises.address,
        "area_m2": SupplyTerm.building_area_m2,
        "owed": AccountBalance.owed,
    }
    key = sort.removeprefix("-")
    column = sorts.get(key, Account.card_no)
    number = AccountBalance.account_id if key == "owed" else Account.id
    if not sort.startswith("-"):
        return [column.asc(), number.asc()]
    # Who has no supply term today has no area and comes last either way.
    return [column.desc().nulls_last() if key == "area_m2" else column.desc(), number.desc()]


def _starts_with_balance(wanted: Wanted) -> bool:
    """Whether the index of debts is the way in; then the branch is asked of it, too."""
    return wanted.owing in ("yes", "no") or wanted.sort.removeprefix("-") == "owed"


def _narrowed(query: Select[Any], wanted: Wanted, branch_id: int | None) -> Select[Any]:
    """The filters, on a query that has the tables they look at but the search."""
    if wanted.words:
        fitting = search.fitting(wanted.words) or [AccountSearch.name == wanted.words]
        query = query.join(AccountSearch, AccountSearch.account_id == Account.id).where(*fitting)
    if wanted.place:
        query = at_place(query, *wanted.place)
    if wanted.owing in ("yes", "no"):
        query = query.where(AccountBalance.owed > 0 if wanted.owing == "yes" else AccountBalance.owed == 0)
    states: dict[str, Any] = {
        "open": Account.closed_on.is_(None),
        "closed": Account.closed_on.is_not(None),
        "locked": Account.is_locked,
    }
    branch: Any = AccountBalance.branch_id if _starts_with_balance(wanted) else Account.branch_id
    chosen: tuple[tuple[Any, Any], ...] = (
        (branch, branch_id),
        (Account.customer_id, wanted.customer_id),
        (SupplyTerm.use_class, wanted.use_class or None),
        (SupplyTerm.state, wanted.supply or None),
        (SupplyTerm.mode, wanted.mode or None),
    )
    query = query.where(*[column == value for column, value in chosen if value is not None])
    return query.where(states[wanted.state]) if wanted.state in states else query
