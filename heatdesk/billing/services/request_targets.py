"""What kinds about one household share: the card number they are asked with, and what the request is about."""

from sqlalchemy import select

from heatdesk.approvals.kinds import Target
from heatdesk.billing.errors import NoSuchCard
from heatdesk.billing.models import Account
from heatdesk.db import db
from heatdesk.errors import Missing
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer
from heatdesk.web.pages import scope_branch


def read_account(card_no: str) -> Account:
    """The account with this card in the reader's branch; raises `NoSuchCard`."""
    account = db.session.scalar(
        select(Account).where(Account.card_no == card_no, scope_branch(Account.branch_id))
    )
    if account is None:
        raise NoSuchCard(card_no=card_no)
    return account


def target_of(account_id: int, key: str = "") -> Target:
    """The household as what a request is about; `key` where one household can have several of the kind.

    Raises `Missing`.
    """
    row = db.session.execute(
        select(Account, Customer.name, Premises.address)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
        .where(Account.id == account_id)
    ).first()
    if row is None:
        raise Missing
    account, name, address = row
    label = f"{account.card_no} {name} {address}"
    return Target(key or f"account:{account.id}", label, account.branch_id, account.customer_id)
