"""Receipts: issued with the payment, frozen, reprinted with a count and a mark."""

import secrets
from collections.abc import Sequence
from decimal import Decimal

from flask import current_app
from sqlalchemy import select

from heatdesk import audit
from heatdesk.auth.models import Staff
from heatdesk.billing.models import Account, Charge, NumberBook, Payment, Receipt, TillShift
from heatdesk.billing.papers.receipt_facts import ReceiptFacts, ReceiptLine, ReceiptTender
from heatdesk.billing.rules.payments import Reckoning
from heatdesk.billing.rules.settlements import Share
from heatdesk.billing.rules.workflow import ShiftState, TenderMethod
from heatdesk.billing.services import dues, explanations, households
from heatdesk.billing.services.standings import SeasonDue, Standing
from heatdesk.config import Settings
from heatdesk.dates import now
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Missing
from heatdesk.i18n import speaking
from heatdesk.money import ZERO

PAPER_LANGUAGE = "zh"
"""Papers are Chinese with English labels, whoever prints them."""

TENDER_NAMES: dict[TenderMethod, str] = {
    TenderMethod.CASH: "现金 Cash",
    TenderMethod.WECHAT: "微信 WeChat",
    TenderMethod.ALIPAY: "支付宝 Alipay",
    TenderMethod.CARD: "刷卡 Card",
    TenderMethod.TRANSFER: "转账 Transfer",
    TenderMethod.CHEQUE: "支票 Cheque",
    TenderMethod.PREPAYMENT: "预存 Prepayment",
}
_PREPAID = "预存 Prepayment"
_PENALTY = "违约金 Penalty"
_DISCOUNT = "提前交费优惠 Early payment"
_TOKEN_BYTES = 12


def issue(
    payment: Payment,
    reckoning: Reckoning,
    shares: Sequence[Share],
    standing: Standing,
    *,
    shift: TillShift,
    by: Staff,
    book: NumberBook,
    number: int,
) -> Receipt:
    """Freeze what the receipt of a payment just booked says; `standing` is the one before it."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    settings: Settings = current_app.config["HEATDESK"]
    household = households.read(payment.account_id)
    ahead = sum(
        (offer.amount for offer in reckoning.tenders if offer.method is TenderMethod.PREPAYMENT), Decimal(0)
    )
    facts = ReceiptFacts(
        company=settings.company,
        branch=household.branch,
        office=household.office,
        number=book.written(number),
        issued_at=now(),
        business_date=shift.business_date,
        cashier=by.name,
        till=shift.till_name,
        card_no=household.card_no,
        customer=household.name,
        address=household.address,
        total=reckoning.amount,
        lines=_lines(payment, shares, standing, reckoning.to_prepayment),
        tenders=tuple(
            ReceiptTender(f"{TENDER_NAMES[offer.method]} {offer.reference}".strip(), offer.amount)
            for offer in reckoning.tenders
        ),
        cash_received=reckoning.cash_received or Decimal("0.00"),
        change=reckoning.change,
        rounding=reckoning.rounding,
        prepayment_before=standing.prepayment,
        prepayment_after=standing.prepayment - ahead + reckoning.to_prepayment,
        balance_after=standing.owed - sum((share.amount + share.discount for share in shares), ZERO),
        verification_url=f"{settings.public_url}/r/{token}",
    )
    receipt = Receipt(
        number_book_id=book.id,
        number=number,
        written=facts.number,
        payment_id=payment.id,
        token=token,
        facts=facts.to_json(),
    )
    db.session.add(receipt)
    db.session.flush()
    return receipt


def _lines(
    payment: Payment, shares: Sequence[Share], standing: Standing, to_prepayment: Decimal
) -> tuple[ReceiptLine, ...]:
    """Per season, newest last: the fee, the discount it earned, the penalty; then what is kept ahead."""
    charges = dues.newest_charges(payment.account_id, [share.season_id for share in shares])
    bills = {bill.season_id: bill for bill in standing.bills}
    lines: list[ReceiptLine] = []
    with speaking(PAPER_LANGUAGE):
        for share in shares:
            bill = bills[share.season_id]
            if share.fee + share.discount:
                lines.append(_fee_line(bill, share, dues.earning(charges[share.season_id])))
            if share.discount and bill.discount:
                reason = explanations.said(bill.discount.step)
                lines.append(ReceiptLine(bill.code, _DISCOUNT, -share.discount, formula=reason))
            if share.penalty:
                reason = dues.newest_penalty(bill)
                lines.append(ReceiptLine(bill.code, _PENALTY, share.penalty, formula=reason))
    if to_prepayment:
        lines.append(ReceiptLine("", _PREPAID, to_prepayment))
    return tuple(lines)


def _fee_line(bill: SeasonDue, share: Share, charges: Sequence[Charge]) -> ReceiptLine:
    return ReceiptLine(
        season=bill.code,
        item=dues.item_label(charges),
        amount=share.fee + share.discount,
        area=charges[0].quantity_m2 if len(charges) == 1 else None,
        price=explanations.price_of(charges[0]) if len(charges) == 1 else None,
        formula="".join(dues.explanation_of(charges)[:1]),
    )


def find(receipt_id: int, branch_id: int | None) -> Receipt:
    """A receipt of this branch (None: of any); raises `Missing`."""
    receipt = get_or_refuse(Receipt, receipt_id)
    if branch_id is not None and _branch_of(receipt) != branch_id:
        raise Missing
    return receipt


def find_by_number(written: str, branch_id: int | None) -> Receipt:
    """The receipt with this number as printed, of this branch (None: of any); raises `Missing`."""
    query = (
        select(Receipt)
        .join(NumberBook, NumberBook.id == Receipt.number_book_id)
        .where(Receipt.written == written.strip())
        .order_by(Receipt.id.desc())
    )
    if branch_id is not None:
        query = query.where(NumberBook.branch_id == branch_id)
    receipt = db.session.scalars(query.limit(1)).first()
    if receipt is None:
        raise Missing(
            "There is no receipt with the number “%(number)s”. Compare it with the paper.", number=written
        )
    return receipt


def find_by_token(token: str) -> Receipt:
    """The receipt that a QR code names; raises `Missing`."""
    receipt = db.session.scalar(select(Receipt).where(Receipt.token == token))
    if receipt is None:
        raise Missing("No receipt belongs to this code. Ask at the counter that gave you the paper.")
    return receipt


def copy_shown(receipt: Receipt, viewer: Staff) -> int:
    """Which copy a look at the paper shows: 0, the original, only to the cashier who took the money, while the till
    is open and before the first reprint.
    """
    shift = db.session.scalars(
        select(TillShift)
        .join(Payment, Payment.till_shift_id == TillShift.id)
        .where(Payment.id == receipt.payment_id)
    ).one()
    fresh = receipt.prints == 0 and shift.staff_id == viewer.id and shift.state == ShiftState.OPEN
    return 0 if fresh else max(receipt.prints, 1)


def reprint(receipt_id: int, *, by: Staff) -> Receipt:
    """Count another print of the paper and write it into the trail; raises `Missing`."""
    find(receipt_id, by.branch_id)
    receipt = get_or_refuse(Receipt, receipt_id, lock=True)
    receipt.prints += 1
    audit.record(
        "reprint",
        actor_id=by.id,
        subject_table="receipt",
        subject_id=receipt.id,
        after={"number": receipt.written, "copy": receipt.prints},
    )
    return receipt


def _branch_of(receipt: Receipt) -> int:
    query = select(Account.branch_id).join(Payment, Payment.account_id == Account.id)
    return db.session.scalars(query.where(Payment.id == receipt.payment_id)).one()
