"""What the counter's page shows; the contract stands at the top of templates/billing/counter/show.html."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import request, url_for
from flask_login import current_user

from heatdesk.billing.errors import NoNumberBook, NoOpenTill, TillBeingCounted
from heatdesk.billing.forms.papers import SHORT_LABELS
from heatdesk.billing.forms.payments import Typed
from heatdesk.billing.papers.receipts import ReceiptSize
from heatdesk.billing.rules.payments import CASH_STEPS
from heatdesk.billing.rules.workflow import NumberKind, TenderMethod
from heatdesk.billing.services import (
    dues,
    labels,
    number_books,
    paper_settings,
    payment_lists,
    standings,
    tills,
    voids,
)
from heatdesk.billing.services.households import Household
from heatdesk.billing.views import household_head
from heatdesk.i18n import _
from heatdesk.money import capitals

_KEYS = (
    (TenderMethod.CASH, "F1"),
    (TenderMethod.WECHAT, "F2"),
    (TenderMethod.ALIPAY, "F3"),
    (TenderMethod.CARD, "F4"),
    (TenderMethod.TRANSFER, "F5"),
    (TenderMethod.PREPAYMENT, "F6"),
    (TenderMethod.CHEQUE, "F10"),
)


@dataclass(frozen=True, slots=True)
class LastPayment:
    """The cashier's newest payment, kept in sight after the customer has gone."""

    receipt_number: str
    name: str
    amount: Decimal
    change: Decimal
    paper_url: str
    reprint_url: str
    void_url: str
    voidable: bool


def empty() -> dict[str, Any]:
    """The counter while nobody is at the window."""
    return {"customer": None, "notices": _till_notices(), **_frame()}


def of(household: Household, *, typed: Typed | None = None, fault: str | None = None) -> dict[str, Any]:
    """The counter for one household; `typed` and `fault` show a refused form again."""
    standing = standings.of_account(household.account_id)
    household_head.remember(household.account_id)
    typed = typed or Typed()
    owing = frozenset(bill.season_id for bill in standing.bills if bill.due)
    selected = owing if typed.season_ids is None else typed.season_ids & owing
    total_due = standing.due_of(selected)
    return {
        "customer": _customer(household),
        "account": _account(household),
        "chips": household_head.chips(household, standing),
        "notices": [*_till_notices(), *_account_notices(household)],
        "tabs": household_head.tabs(household.account_id, "show", first="#dues"),
        "dues": dues.rows_of(household.account_id, standing),
        "selected": selected,
        "total_due": total_due,
        "owed": standing.owed,
        "capitals": capitals(total_due),
        "as_of": standing.on,
        "prepayment": standing.prepayment,
        "tenders": [_tender(method, key, typed) for method, key in _KEYS],
        "cash_step": CASH_STEPS[household.cash_rounding],
        "action": url_for("counter.pay", account_id=household.account_id),
        "seen": standings.token(household.account_id, standing),
        "pay_fault": fault,
        "part": typed.part,
        "keep": typed.keep_surplus,
        **_frame(),
    }


def _frame() -> dict[str, Any]:
    """What stands on the page with or without a customer."""
    printed = request.args.get("printed", "")
    return {
        "search_url": url_for("counter.search"),
        "empty_url": url_for("counter.index"),
        "paper_settings_url": url_for("papers.edit"),
        "paper_label": SHORT_LABELS[ReceiptSize(paper_settings.of(current_user).size)],
        "receipt_number_next": _next_number(),
        "last_payment": _last_payment(),
        "void_reasons": voids.reasons(),
        "printed": url_for("receipts.paper", receipt_id=int(printed)) if printed.isdecimal() else None,
    }


def _next_number() -> str | None:
    try:
        book = number_books.current_book(NumberKind.RECEIPT, current_user.id)
    except NoNumberBook:
        return None
    return book.written(book.next_number)


def _last_payment() -> LastPayment | None:
    found = payment_lists.last_of(current_user.id)
    if found is None:
        return None
    return LastPayment(
        receipt_number=found.receipt.written,
        name=found.customer.name,
        amount=found.payment.amount,
        change=found.payment.change_given,
        paper_url=url_for("receipts.paper", receipt_id=found.receipt.id),
        reprint_url=url_for("receipts.reprint", receipt_id=found.receipt.id),
        void_url=url_for("payments.void", payment_id=found.payment.id),
        voidable=voids.is_voidable(found.payment.id, current_user),
    )


def _customer(household: Household) -> dict[str, Any]:
    shown = household.phones[0] if household.phones else None
    url = url_for("counter.phone", account_id=household.account_id) if shown else None
    return {"name": household.name, "phone": shown, "phone_url": url}


def _account(household: Household) -> dict[str, Any]:
    url = url_for("customer_card.show", account_id=household.account_id)
    return {"id": household.account_id, "card_no": household.card_no, "place": household.place, "url": url}


def _till_notices() -> list[dict[str, Any]]:
    """Why no money can be taken at this window now, before anybody types."""
    try:
        tills.current_shift(current_user.id)
    except (NoOpenTill, TillBeingCounted) as refusal:
        sentence = _(refusal.message, **refusal.values)
        link = (url_for("tills.index"), _("To your till"))
        return [_notice("bad", _("No money can be taken"), sentence, link)]
    return []


def _account_notices(household: Household) -> list[dict[str, Any]]:
    notices = []
    if household.is_locked:
        sentence = _("It takes no payment. Ask the billing clerk why, and to unlock it.")
        notices.append(_notice("bad", _("This account is locked"), sentence))
    if household.closed_on is not None:
        sentence = _("Since %(day)s. Search for the flat's open account.", day=household.closed_on)
        notices.append(_notice("bad", _("This account is closed"), sentence))
    return notices


def _notice(tone: str, title: str, text: str, link: tuple[str, str] | None = None) -> dict[str, Any]:
    return {"tone": tone, "title": title, "text": text, "link": link}


def _tender(method: TenderMethod, key: str, typed: Typed) -> dict[str, Any]:
    reference = labels.REFERENCES.get(method)
    return {
        "method": method.value,
        "label": str(labels.TENDERS[method]),
        "key": key,
        "value": typed.amounts.get(method, ""),
        "reference_label": None if reference is None else str(reference),
        "reference": typed.references.get(method, ""),
    }
