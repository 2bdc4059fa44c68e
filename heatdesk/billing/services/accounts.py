"""Accounts: opened, changed, locked, closed."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from heatdesk import audit
from heatdesk.billing.errors import (
    AlreadySo,
    CardTaken,
    ClosedAccount,
    OpenedAfter,
    PremisesTaken,
    StillOwing,
)
from heatdesk.billing.models import Account, SupplyTerm
from heatdesk.billing.services import card_numbers, reassessing, standings, supply_terms
from heatdesk.billing.services.supply_terms import Facts
from heatdesk.db import db
from heatdesk.errors import Missing
from heatdesk.money import format_money
from heatdesk.network.models import Building, Office, Premises
from heatdesk.people.models import Customer
from heatdesk.web.versions import refuse_if_changed

_DAY = timedelta(days=1)


def get(account_id: int, branch_id: int | None, *, lock: bool = False) -> Account:
    """The account; raises `Missing` when there is none or it belongs to another branch."""
    query = select(Account).where(Account.id == account_id)
    if branch_id is not None:
        query = query.where(Account.branch_id == branch_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    account = db.session.scalar(query)
    if account is None:
        raise Missing
    return account


def create(
    customer: Customer, premises_id: int, *, opened_on: date, card_no: str, remark: str, first: Facts, by: int
) -> Account:
    """Open an account with its first supply term, where no season is billed yet that it would be charged for.

    Raises `PremisesTaken`, `CardTaken` and `NeedsSecondPerson`. An empty card number is given the next free one.
    """
    account = begin(
        customer, premises_id, opened_on=opened_on, card_no=card_no, remark=remark, terms=[first], by=by
    )
    reassessing.refuse_moving_bills(account)
    return account


def begin(
    customer: Customer,
    premises_id: int,
    *,
    opened_on: date,
    card_no: str,
    remark: str,
    terms: Sequence[Facts],
    by: int,
) -> Account:
    """Open an account with its supply terms; what it is charged is for the caller to assess."""
    refuse_second(premises_id)
    branch_id = branch_of(premises_id)
    account = Account(
        card_no=card_no or card_numbers.proposed(branch_id),
        customer_id=customer.id,
        premises_id=premises_id,
        branch_id=branch_id,
        opened_on=opened_on,
        remark=remark,
    )
    _refuse_taken_card(account)
    db.session.add(account)
    db.session.flush()
    card_numbers.used(account.card_no, branch_id)
    for facts in terms:
        supply_terms.add(account, facts, by=by)
    audit.record(
        "open",
        actor_id=by,
        subject_table="account",
        subject_id=account.id,
        after={"card_no": account.card_no},
    )
    return account


def change(account: Account, values: dict[str, Any], *, seen: str | None) -> None:
    """Correct card number, opening day or remark of a locked account row.

    Raises `CardTaken`, `Stale`, `OpenedAfter`, and `NeedsSecondPerson` for a day that a bill depends on.
    """
    refuse_if_changed(seen, account)
    opened_before = account.opened_on
    card_no = values.get("card_no") or card_numbers.proposed(account.branch_id)
    for column, value in {**values, "card_no": card_no}.items():
        setattr(account, column, value)
    _refuse_taken_card(account)
    if account.closed_on is not None and account.opened_on > account.closed_on:
        raise OpenedAfter(day=account.opened_on)
    db.session.flush()
    card_numbers.used(account.card_no, account.branch_id)
    if account.opened_on != opened_before:
        reassessing.refuse_moving_bills(account)


def close(account: Account, *, on: date, reason: str, by: int) -> None:
    """Close a settled account on a day after which nothing is billed; its supply ends that day.

    Raises `ClosedAccount`, `OpenedAfter`, `NeedsSecondPerson` and `StillOwing`.
    """
    end(account, on=on, reason=reason, by=by)
    reassessing.refuse_moving_bills(account)
    refuse_owing(account)


def end(account: Account, *, on: date, reason: str, by: int, annul: bool = False) -> None:
    """The account's last day; what it is charged is for the caller to assess. `annul`: it was opened by mistake, and
    nothing is supplied, not on its first day either. Raises `ClosedAccount` and `OpenedAfter`.
    """
    refuse_closed(account)
    if on < account.opened_on:
        raise OpenedAfter(day=account.opened_on)
    supply_terms.end_all(account, account.opened_on - _DAY if annul else on)
    account.closed_on = account.opened_on if annul else on
    db.session.flush()
    audit.record(
        "close", actor_id=by, subject_table="account", subject_id=account.id, after={"reason": reason}
    )


def refuse_owing(account: Account) -> None:
    owed = owed_by(account.id)
    if owed:
        raise StillOwing(owed=format_money(owed))


def set_lock(account: Account, *, locked: bool, reason: str, by: int) -> None:
    """Stop the counter from taking money for this account, or allow it again; raises `AlreadySo`."""
    refuse_closed(account)
    if account.is_locked == locked:
        raise AlreadySo
    account.is_locked = locked
    verb = "lock" if locked else "unlock"
    audit.record(verb, actor_id=by, subject_table="account", subject_id=account.id, after={"reason": reason})


def refuse_closed(account: Account) -> None:
    if account.closed_on is not None:
        raise ClosedAccount(day=account.closed_on)


def owed_by(account_id: int) -> Decimal:
    """Fees and penalties to the day over all seasons, yuan."""
    return standings.of_account(account_id).owed


def branch_of(premises_id: int) -> int:
    """The branch whose office looks after the premises; raises `Missing`."""
    query = (
        select(Office.branch_id)
        .join(Building, Building.office_id == Office.id)
        .join(Premises, Premises.building_id == Building.id)
        .where(Premises.id == premises_id)
    )
    branch_id = db.session.scalar(query)
    if branch_id is None:
        raise Missing
    return branch_id


def holder_of(premises_id: int) -> Account | None:
    """The open account of these premises."""
    return db.session.scalar(
        select(Account).where(Account.premises_id == premises_id, Account.closed_on.is_(None))
    )


def current_term(account_id: int) -> SupplyTerm | None:
    """The newest supply term, by which a new one is filled in."""
    query = select(SupplyTerm).where(SupplyTerm.account_id == account_id)
    return db.session.scalar(query.order_by(SupplyTerm.starts_on.desc()).limit(1))


def refuse_second(premises_id: int) -> None:
    other = holder_of(premises_id)
    if other is not None:
        name = db.session.get_one(Customer, other.customer_id).name
        raise PremisesTaken(card_no=other.card_no, name=name)


def _refuse_taken_card(account: Account) -> None:
    with db.session.no_autoflush:
        taken = select(Account.id).where(Account.card_no == account.card_no, Account.id != (account.id or 0))
        if db.session.scalar(taken) is not None:
            raise CardTaken(card_no=account.card_no)
