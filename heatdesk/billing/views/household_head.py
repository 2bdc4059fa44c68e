"""The head of a household, the same at the counter and on the customer card: its state in chips, its pages as tabs."""

from collections.abc import Callable
from typing import Any

from flask import session, url_for
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.services import households, labels
from heatdesk.billing.services.households import Household
from heatdesk.billing.services.standings import Standing
from heatdesk.dates import today
from heatdesk.i18n import _, lazy
from heatdesk.printing import figure

RECENT = 8
"""How many households the start page offers again."""

Chip = tuple[str, str, str | None, str]

TABS = (
    ("show", lazy("Dues and payments"), Permission.REGISTER_VIEW),
    ("ledger", lazy("Ledger"), Permission.PAYMENT_VIEW),
    ("terms", lazy("Supply"), Permission.REGISTER_VIEW),
    ("papers", lazy("Receipts and invoices"), Permission.PAYMENT_VIEW),
    ("valve_jobs", lazy("Valve jobs"), Permission.TICKET_VIEW),
    ("history", lazy("Changes"), Permission.REGISTER_VIEW),
)

Source = Callable[[int], list[Chip]]
_sources: list[Source] = []


def also(source: Source) -> Source:
    """Register what others know of an account at a glance; billing itself does not know them."""
    _sources.append(source)
    return source


def chips(household: Household, standing: Standing) -> list[Chip]:
    """(machine word, label, icon, tone) of each thing to know at a glance."""
    said: list[Chip] = []
    term = households.term_on(household.account_id, today())
    holds = term is not None and (term.ends_on is None or term.ends_on >= today())
    if term is not None and holds:
        label, icon, tone = labels.SUPPLY_STATES[term.state]
        use = f"{labels.USE_CLASSES[term.use_class]} · {labels.MODES[term.mode]}"
        said.append((term.state, str(label), icon, tone))
        said.append((term.use_class, use, None, "plain"))
        said.append(("area", f"{figure(term.building_area_m2)} m²", None, "plain"))
        if term.storey_height_m is not None:
            height = _("storey %(height)s m", height=figure(term.storey_height_m))
            said.append(("height", height, None, "plain"))
    elif household.closed_on is None:
        said.append(("no_facts", _("No supply facts for today"), "question-circle", "warn"))
    late = [bill for bill in standing.bills if bill.owed and bill.due_on < standing.on]
    if late:
        said.append(("overdue", _("Overdue seasons: %(n)s", n=len(late)), "exclamation-triangle", "warn"))
    for source in _sources:
        said += source(household.account_id)
    if household.is_locked:
        said.append(("locked", _("Locked"), "lock", "bad"))
    if household.closed_on is not None:
        said.append(("closed", _("Account closed"), "archive", "bad"))
    return said


def tabs(account_id: int, active: str, *, first: str | None = None) -> list[dict[str, Any]]:
    """The pages of the card that the reader may open; `first` puts another address behind the first of them."""
    shown = [(name, label) for name, label, permission in TABS if current_user.may(permission)]
    return [
        {
            "url": first
            if first and name == "show"
            else url_for(f"customer_card.{name}", account_id=account_id),
            "label": label,
            "count": None,
            "active": name == active,
        }
        for name, label in shown
    ]


def remember(account_id: int) -> None:
    """The households opened last, newest first, in this browser's session."""
    before = [one for one in session.get("recent", []) if one != account_id]
    session["recent"] = [account_id, *before][:RECENT]
