"""What the head of a customer card shows, whichever of its pages is open."""

from typing import Any

from flask import url_for
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.services import accounts, households, standings
from heatdesk.billing.services.households import Household
from heatdesk.billing.views import household_head


def head(account_id: int, tab: str) -> dict[str, Any]:
    """The context of a page of the card; raises `Missing` outside the reader's branch. Remembers the visit."""
    household = households.read_in(account_id, current_user.branch_id)
    account = accounts.get(account_id, current_user.branch_id)
    standing = standings.of_account(account_id)
    household_head.remember(account_id)
    return {
        "household": household,
        "the_account": account,
        "standing": standing,
        "customer": {
            "name": household.name,
            "phone": household.phones[0] if household.phones else None,
            "phone_url": url_for("customers.reveal", customer_id=account.customer_id, what="phone"),
            "id": account.customer_id,
        },
        "account": {
            "id": account_id,
            "card_no": household.card_no,
            "place": household.place,
            "url": url_for("customer_card.show", account_id=account_id),
        },
        "chips": household_head.chips(household, standing),
        "notices": [],
        "owed": standing.owed,
        "as_of": standing.on,
        "prepayment": standing.prepayment,
        "counter_url": _counter_url(household),
        "tabs": household_head.tabs(account_id, tab),
    }


def _counter_url(household: Household) -> str | None:
    if household.closed_on or household.is_locked or not current_user.may(Permission.COUNTER):
        return None
    return url_for("counter.show", account_id=household.account_id)
