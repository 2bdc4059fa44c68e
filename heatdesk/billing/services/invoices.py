"""Invoices: one for each season that a payment paid, numbered from the book in the issuer's hands, frozen."""

import secrets
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from flask import current_app
from sqlalchemy import select

from heatdesk import audit
from heatdesk.auth.models import Staff
from heatdesk.billing.errors import AlreadyInvoiced, NothingToInvoice, PaymentIsVoid
from heatdesk.billing.models import (
    Account,
    Allocation,
    Charge,
    Invoice,
    NumberBook,
    Payment,
    PaymentVoid,
    Season,
)
from heatdesk.billing.papers.invoice_facts import InvoiceFacts, InvoiceLine, Party
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.workflow import NumberKind
from heatdesk.billing.services import dues, households, number_books
from heatdesk.billing.services.households import Household
from heatdesk.config import Settings
from heatdesk.dates import today
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Missing
from heatdesk.money import ZERO, round_money
from heatdesk.people.models import CustomerKind

HEAT_TAX = Decimal("0.09")
"""Heat is taxed at 9 %; heating of individual residents is exempt until the end of the 2027 season (domain.md §3.3)."""
_ITEM = "*供暖*采暖费"
_PENALTY = "*供暖*违约金"
_UNIT = "㎡"
_TOKEN_BYTES = 12


def issue(payment_id: int, season_id: int, *, by: Staff) -> Invoice:
    """The invoice for what this payment paid for one season.

    Locks the account, then the book. Raises `Missing`, `PaymentIsVoid`, `NothingToInvoice`, `AlreadyInvoiced`,
    `NoNumberBook`.
    """
    payment = get_or_refuse(Payment, payment_id)
    account = get_or_refuse(Account, payment.account_id, lock=True)
    if by.branch_id is not None and account.branch_id != by.branch_id:
        raise Missing
    if db.session.get(PaymentVoid, payment_id) is not None:
        raise PaymentIsVoid
    allocation = db.session.get(Allocation, (payment_id, season_id))
    if allocation is None:
        raise NothingToInvoice
    earlier = db.session.scalar(
        select(Invoice).where(Invoice.payment_id == payment_id, Invoice.season_id == season_id)
    )
    if earlier is not None:
        raise AlreadyInvoiced(number=earlier.written)
    book, number = number_books.take_number(NumberKind.INVOICE, by.id)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    facts = _facts(allocation, book, number, by=by, token=token)
    invoice = Invoice(
        number_book_id=book.id,
        number=number,
        written=book.written(number),
        payment_id=payment_id,
        season_id=season_id,
        token=token,
        facts=facts.to_json(),
        issued_on=facts.issued_on,
    )
    db.session.add(invoice)
    db.session.flush()
    return invoice


def _facts(allocation: Allocation, book: NumberBook, number: int, *, by: Staff, token: str) -> InvoiceFacts:
    settings: Settings = current_app.config["HEATDESK"]
    household = households.read(allocation.account_id)
    season = get_or_refuse(Season, allocation.season_id)
    charges = dues.earning(dues.newest_charges(allocation.account_id, [season.id])[season.id])
    is_exempt = households.use_class_on(allocation.account_id, season.starts_on) is UseClass.RESIDENTIAL
    return InvoiceFacts(
        code=book.prefix,
        number=book.written(number).removeprefix(book.prefix),
        issued_on=today(),
        seller=Party(settings.company, settings.tax_no),
        buyer=_buyer(household),
        card_no=household.card_no,
        address=household.address,
        lines=tuple(_lines(allocation, season.code, charges, is_exempt=is_exempt)),
        payee=by.name,
        issuer=by.name,
        verification_url=f"{settings.public_url}/r/{token}",
    )


def _buyer(household: Household) -> Party:
    """An organisation is named with its tax number; a person's identity number never goes on paper."""
    is_organisation = household.kind is CustomerKind.ORGANISATION
    return Party(household.name, (household.id_number or "") if is_organisation else "")


def _lines(
    allocation: Allocation, season: str, charges: list[Charge], *, is_exempt: bool
) -> Iterator[InvoiceLine]:
    """The fee, and the penalty, which is taxed as the heat it comes with."""
    fee = allocation.amount - allocation.penalty
    if fee:
        quantity = charges[0].quantity_m2 if len(charges) == 1 and charges[0].target == fee else None
        yield _line(_ITEM, fee, season, quantity, is_exempt=is_exempt)
    if allocation.penalty:
        yield _line(_PENALTY, allocation.penalty, season, None, is_exempt=is_exempt)


def _line(item: str, paid: Decimal, season: str, quantity: Decimal | None, *, is_exempt: bool) -> InvoiceLine:
    """What was paid includes the tax: amount = paid ÷ (1 + rate), tax the rest."""
    amount = paid if is_exempt else round_money(Fraction(paid) / (1 + Fraction(HEAT_TAX)))
    return InvoiceLine(
        item=item,
        season=season,
        unit=_UNIT if item == _ITEM else "",
        quantity=quantity,
        price=None,
        amount=amount,
        tax_rate=None if is_exempt else HEAT_TAX,
        tax=ZERO if is_exempt else paid - amount,
    )


def find(invoice_id: int, branch_id: int | None) -> Invoice:
    """An invoice of this branch (None: of any); raises `Missing`."""
    invoice = get_or_refuse(Invoice, invoice_id)
    account = select(Account.branch_id).join(Payment, Payment.account_id == Account.id)
    if (
        branch_id is not None
        and db.session.scalar(account.where(Payment.id == invoice.payment_id)) != branch_id
    ):
        raise Missing
    return invoice


def find_by_token(token: str) -> Invoice | None:
    """The invoice that a QR code names, or None."""
    return db.session.scalar(select(Invoice).where(Invoice.token == token))


def of_payment(payment_id: int) -> dict[int, Invoice]:
    """Season id → the invoice issued for it."""
    found = db.session.scalars(select(Invoice).where(Invoice.payment_id == payment_id))
    return {invoice.season_id: invoice for invoice in found}


def reprint(invoice_id: int, *, by: Staff) -> Invoice:
    """Count another print of the paper and write it into the trail; raises `Missing`."""
    find(invoice_id, by.branch_id)
    invoice = get_or_refuse(Invoice, invoice_id, lock=True)
    invoice.prints += 1
    audit.record(
        "reprint",
        actor_id=by.id,
        subject_table="invoice",
        subject_id=invoice.id,
        after={"number": invoice.written, "copy": invoice.prints},
    )
    return invoice
