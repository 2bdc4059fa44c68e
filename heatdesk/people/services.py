"""Customers: found, written down, shown in full only to who asks and is recorded."""

from typing import Any

from sqlalchemy import Select, Table, func, select, union

from heatdesk import audit, pinyin, search
from heatdesk.db import Model, db
from heatdesk.errors import BadInput, Missing
from heatdesk.people.models import Customer, CustomerKind
from heatdesk.search import AccountSearch
from heatdesk.web.pages import COUNT_LIMIT
from heatdesk.web.versions import refuse_if_changed


def _accounts() -> Table:
    """The table of accounts: it belongs to billing, which stands above, so it is named here and not imported."""
    return Model.metadata.tables["account"]


def in_branch(branch_id: int | None) -> Any:
    """A branch sees the customers it has accounts with, and those who have no account anywhere yet."""
    if branch_id is None:
        return True
    account = _accounts()
    own = select(func.bool_or(account.c.branch_id == branch_id)).where(account.c.customer_id == Customer.id)
    return func.coalesce(own.correlate(Customer).scalar_subquery(), True)


def get(customer_id: int, branch_id: int | None, *, lock: bool = False) -> Customer:
    """The customer; raises `Missing` when there is none or only other branches know them."""
    query = select(Customer).where(Customer.id == customer_id, in_branch(branch_id))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    customer = db.session.scalar(query)
    if customer is None:
        raise Missing
    return customer


def listing(
    branch_id: int | None, *, words: str = "", kind: str = "", sort: str = "", whole: bool = False
) -> Select[Any]:
    """Customers by number of entry, or by name when asked; `words` looks in names, phones, cards and initials.

    Of a word that fits more than a list shows, any so many are taken; all of them when the list is read `whole`.
    """
    query = select(Customer).where(in_branch(branch_id))
    if kind in set(CustomerKind):
        query = query.where(Customer.kind == kind)
    if words:
        query = query.where(
            Customer.id.in_(_found(words, branch_id, most=None if whole or kind else COUNT_LIMIT))
        )
    orders: dict[str, tuple[Any, ...]] = {
        "name": (Customer.name.asc(), Customer.id.asc()),
        "-name": (Customer.name.desc(), Customer.id.desc()),
    }
    return query.order_by(*orders.get(sort, (Customer.id.desc(),)))


def counted(branch_id: int | None, *, words: str = "", kind: str = "") -> Select[Any] | None:
    """For counting the whole list of a large branch: its accounts, which soon are more than are counted; else None."""
    if branch_id is None or words or kind in set(CustomerKind):
        return None
    account = _accounts()
    own = select(account.c.id).where(account.c.branch_id == branch_id)
    is_large = db.session.scalar(own.offset(2 * COUNT_LIMIT).limit(1)) is not None
    return own if is_large else None


def _found(words: str, branch_id: int | None, *, most: int | None) -> Any:
    """Ids by the start of the name, and by everything an account can be found by; at most so many of each."""
    by_name = select(Customer.id).where(Customer.name.startswith(words, autoescape=True)).limit(most)
    fitting = search.fitting(words)
    if not fitting:
        return by_name
    account = _accounts()
    known = (
        select(account.c.customer_id)
        .join(AccountSearch, AccountSearch.account_id == account.c.id)
        .where(*fitting)
        .limit(most)
    )
    return union(by_name, known if branch_id is None else known.where(AccountSearch.branch_id == branch_id))


def create(values: dict[str, Any]) -> Customer:
    customer = Customer(**values)
    customer.name_initials = pinyin.initials(customer.name)
    db.session.add(customer)
    db.session.flush()
    return customer


def change(customer: Customer, values: dict[str, Any], *, seen: str | None) -> None:
    """Correct a locked customer row; the initials follow the name. Raises `Stale`."""
    refuse_if_changed(seen, customer)
    for column, value in values.items():
        setattr(customer, column, value)
    customer.name_initials = pinyin.initials(customer.name)
    db.session.flush()


def reveal(customer: Customer, what: str, *, by: int) -> str:
    """A phone or the identity number in full; who looked is written into the trail. Raises `BadInput`."""
    shown = {"phone": " / ".join(customer.phones), "id_number": customer.id_number or ""}
    if what not in shown:
        raise BadInput("Only phones and identity numbers can be shown.")
    audit.record(
        "reveal", actor_id=by, subject_table="customer", subject_id=customer.id, after={"field": what}
    )
    return shown[what] or "–"
