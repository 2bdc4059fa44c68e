"""What the head and the tabs of a customer card show, whichever of its pages is open."""

from typing import Any

from flask import session, url_for
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.words import MODES, STATE_LOOKS, SUPPLY_STATES, USE_CLASSES
from heatdesk.billing.models import SupplyTerm
from heatdesk.billing.services import accounts, households, standings
from heatdesk.billing.services.households import Household
from heatdesk.billing.services.standings import Standing
from heatdesk.dates import today
from heatdesk.i18n import _, lazy

RECENT = 8
_TABS = (
    ("show", lazy("Dues and payments"), Permission.REGISTER_VIEW),
    ("ledger", lazy("Ledger"), Permission.PAYMENT_VIEW),
    ("terms", lazy("Supply"), Permission.REGISTER_VIEW),
    ("papers", lazy("Receipts and invoices"), Permission.PAYMENT_VIEW),
    ("history", lazy("Changes"), Permission.REGISTER_VIEW),
)

Chip = tuple[str, str, str | None, str]


def head(account_id: int, tab: str) -> dict[str, Any]:
    """The context of a page of the card; raises `Missing` outside the reader's branch. Remembers the visit."""
    household = households.read_in(account_id, current_user.branch_id)
    account = accounts.get(account_id, current_user.branch_id)
    standing = standings.of_account(account_id)
    _remember(account_id)
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
            "card_no": household.card_no,
            "place": household.place,
            "url": url_for("customer_card.show", account_id=account_id),
        },
        "chips": chips(household, households.term_on(account_id, today()), standing),
        "notices": [],
        "owed": standing.owed,
        "as_of": today(),
        "prepayment": standing.prepayment,
        "counter_url": _counter_url(household),
        "tabs": [
            {"url": url_for(f"customer_card.{name}", account_id=account_id), "label": label, "count": None,
             "active": name == tab}
            for name, label, permission in _TABS
            if current_user.may(permission)
        ],
    }  # fmt: skip


def chips(household: Household, term: SupplyTerm | None, standing: Standing) -> list[Chip]:
    """The state of a household in a few words, each with an icon."""
    said: list[Chip] = []
    if household.closed_on:
        said.append(("closed", _("closed %(day)s", day=household.closed_on.isoformat()), "archive", "plain"))
    if household.is_locked:
        said.append(("locked", _("locked: no payment"), "lock", "bad"))
    if term is None or (term.ends_on is not None and term.ends_on < today()):
        if not household.closed_on:
            said.append(("no_facts", _("no facts today"), "question-circle", "warn"))
    else:
        icon, tone = STATE_LOOKS[term.state]
        said.append((term.state, str(SUPPLY_STATES[term.state]), icon, tone))
        said.append(("class", f"{USE_CLASSES[term.use_class]} · {MODES[term.mode]}", None, "plain"))
        said.append(("area", f"{term.building_area_m2:,.2f} m²", None, "plain"))
    late = [bill for bill in standing.bills if bill.due and bill.due_on < today()]
    if late:
        said.append(("overdue", _("%(n)s seasons overdue", n=len(late)), "exclamation-triangle", "warn"))
    return said


def _counter_url(household: Household) -> str | None:
    if household.closed_on or household.is_locked or not current_user.may(Permission.COUNTER):
        return None
    return url_for("counter.show", account_id=household.account_id)


def _remember(account_id: int) -> None:
    """The households opened last, newest first, in this browser's session."""
    before = [one for one in session.get("recent", []) if one != account_id]
    session["recent"] = [account_id, *before][:RECENT]
