"""Accounts: opened, changed, locked, closed."""

from datetime import date
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
from heatdesk.billing.services import reassessing, standings, supply_terms
from heatdesk.billing.services.supply_terms import Facts
from heatdesk.db import db
from heatdesk.errors import Missing
from heatdesk.money import format_money
from heatdesk.network.models import Building, Office, Premises
from heatdesk.numbering import next_number
from heatdesk.people.models import Customer
from heatdesk.web.versions import refuse_if_changed


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
    """Open an account with its first supply term, and charge the seasons that are billed already.

    Raises `PremisesTaken` and `CardTaken`. An empty card number is given the next free one.
    """
    _refuse_second(premises_id)
    account = Account(
        card_no=card_no or _free_card_no(),
        customer_id=customer.id,
        premises_id=premises_id,
        branch_id=branch_of(premises_id),
        opened_on=opened_on,
        remark=remark,
    )
    _refuse_taken_card(account)
    db.session.add(account)
    db.session.flush()
    supply_terms.add(account, first, by=by)
    audit.record(
        "open",
        actor_id=by,
        subject_table="account",
        subject_id=account.id,
        after={"card_no": account.card_no},
    )
    reassessing.reassess(account, by=by, reason="account opened")
    return account


def change(account: Account, values: dict[str, Any], *, seen: str | None) -> None:
    """Correct card number, opening day or remark of a locked account row; raises `CardTaken`, `Stale`."""
    refuse_if_changed(seen, account)
    for column, value in values.items():
        setattr(account, column, value)
    if not account.card_no:
        account.card_no = _free_card_no()
    _refuse_taken_card(account)
    if account.closed_on is not None and account.opened_on > account.closed_on:
        raise OpenedAfter(day=account.opened_on)
    db.session.flush()


def close(account: Account, *, on: date, reason: str, by: int) -> None:
    """Close a settled account; its supply ends that day, and what was charged for later days is given back.

    Raises `ClosedAccount`, `OpenedAfter` and `StillOwing`.
    """
    refuse_closed(account)
    if on < account.opened_on:
        raise OpenedAfter(day=account.opened_on)
    supply_terms.end_all(account, on)
    account.closed_on = on
    db.session.flush()
    reassessing.reassess(account, by=by, reason="account closed")
    owed = owed_by(account.id)
    if owed:
        raise StillOwing(owed=format_money(owed))
    audit.record(
        "close", actor_id=by, subject_table="account", subject_id=account.id, after={"reason": reason}
    )


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


def _refuse_second(premises_id: int) -> None:
    other = holder_of(premises_id)
    if other is not None:
        name = db.session.get_one(Customer, other.customer_id).name
        raise PremisesTaken(card_no=other.card_no, name=name)


def _refuse_taken_card(account: Account) -> None:
    with db.session.no_autoflush:
        taken = select(Account.id).where(Account.card_no == account.card_no, Account.id != (account.id or 0))
        if db.session.scalar(taken) is not None:
            raise CardTaken(card_no=account.card_no)


def _free_card_no() -> str:
    """The next number of the utility's own series; numbers that came with a register are passed over."""
    while True:
        card_no = f"{next_number('card_no'):010d}"
        if db.session.scalar(select(Account.id).where(Account.card_no == card_no)) is None:
            return card_no
