"""Lists of accounts: filtered, sorted, counted; one query for a page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from heatdesk import search
from heatdesk.billing.models import Account, Bill, SupplyTerm
from heatdesk.billing.services.place_figures import at_place, current_term, debts_by_account, join_places
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


def matching(wanted: Wanted, branch_id: int | None) -> Select[Any]:
    """The ids that `listing` lists, joined with no more than the filters need; for counting them."""
    query = select(Account.id)
    if wanted.place:
        query = query.join(Premises, Premises.id == Account.premises_id)
    if wanted.use_class or wanted.supply or wanted.mode:
        query = query.join(SupplyTerm, current_term())
    return _narrowed(query, wanted, branch_id)


def listing(wanted: Wanted, branch_id: int | None) -> Select[Any]:
    """Rows of (id, card_no, name, address, use_class, supply, mode, area_m2, owed, closed_on, is_locked, phones).

    Sorted by debt, the debts of all accounts are added up once; else only those of the rows shown.
    """
    by_debt = wanted.sort.removeprefix("-") == "owed"
    debt = debts_by_account()
    own = select(func.sum(DUE)).where(Bill.account_id == Account.id).correlate(Account).scalar_subquery()
    owed = func.coalesce(debt.c.owed if by_debt else own, 0)
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
            owed.label("owed"),
            Account.closed_on,
            Account.is_locked,
            Customer.phones,
        )
        .select_from(Account)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
        .outerjoin(SupplyTerm, current_term())
    )
    if by_debt:
        query = query.outerjoin(debt, debt.c.account_id == Account.id)
    sorts = {
        "card_no": Account.card_no,
        "name": Customer.name,
        "address": Premises.address,
        "area_m2": SupplyTerm.building_area_m2,
        "owed": owed,
    }
    column = sorts.get(wanted.sort.removeprefix("-"), Account.card_no)
    by = column.desc().nulls_last() if wanted.sort.startswith("-") else column.asc().nulls_last()
    return _narrowed(query, wanted, branch_id).order_by(by, Account.id)


def _narrowed(query: Select[Any], wanted: Wanted, branch_id: int | None) -> Select[Any]:
    """The filters, on a query that has the tables they look at but the search and the places above premises."""
    if wanted.words:
        fitting = search.fitting(wanted.words) or [AccountSearch.name == wanted.words]
        query = query.join(AccountSearch, AccountSearch.account_id == Account.id).where(*fitting)
    if wanted.place:
        query = join_places(query).where(at_place(*wanted.place))
    if wanted.owing in ("yes", "no"):
        debts = select(Bill.account_id).where(Bill.account_id == Account.id, DUE > 0).exists()
        query = query.where(debts if wanted.owing == "yes" else ~debts)
    states: dict[str, Any] = {
        "open": Account.closed_on.is_(None),
        "closed": Account.closed_on.is_not(None),
        "locked": Account.is_locked,
    }
    chosen: tuple[tuple[Any, Any], ...] = (
        (Account.branch_id, branch_id),
        (Account.customer_id, wanted.customer_id),
        (SupplyTerm.use_class, wanted.use_class or None),
        (SupplyTerm.state, wanted.supply or None),
        (SupplyTerm.mode, wanted.mode or None),
    )
    query = query.where(*[column == value for column, value in chosen if value is not None])
    return query.where(states[wanted.state]) if wanted.state in states else query
