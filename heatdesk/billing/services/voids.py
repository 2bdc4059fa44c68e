"""Voiding a payment on the day it was taken: an exact mirror in the books, the papers marked, once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission
from heatdesk.billing.errors import (
    AlreadyVoid,
    DayIsOver,
    NoReason,
    NotYourTill,
    PrepaymentUsed,
    TillIsCounted,
)
from heatdesk.billing.models import (
    Account,
    BusinessDay,
    Invoice,
    Payment,
    PaymentVoid,
    Prepayment,
    Receipt,
    TillShift,
)
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode, Movement
from heatdesk.billing.rules.workflow import DayState, PaperState, ShiftState
from heatdesk.billing.services import discounts, happenings, ledger, penalties, tills
from heatdesk.billing.services.happenings import Happening, Paid
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Missing, RuleBroken
from heatdesk.i18n import _
from heatdesk.money import ZERO, format_money

OTHER = "other"
_LEAST_LETTERS = 2
_MOST_LETTERS = 200


def reasons() -> list[tuple[str, str]]:
    """The usual reasons, in the reader's language; anything else is written out."""
    return [
        ("wrong_amount", _("Wrong amount")),
        ("wrong_household", _("Wrong household")),
        ("wrong_method", _("Wrong way of payment")),
        ("customer_withdrew", _("The customer withdrew")),
    ]


def reason_label(reason: str) -> str:
    """A stored reason in the reader's language."""
    return dict(reasons()).get(reason, reason)


@dataclass(frozen=True, slots=True)
class Voidable:
    """A payment whose void nothing stands against."""

    payment: Payment
    shift: TillShift
    account: Account


def void(payment_id: int, reason: str, *, by: Staff, request_id: uuid.UUID) -> PaymentVoid:
    """Undo the payment: the mirror of its journal, the reason, its papers void.

    Raises `Missing`, `NoReason`, and what `examine` refuses.
    """
    reason = " ".join(reason.split())[:_MOST_LETTERS]
    if len(reason) < _LEAST_LETTERS:
        raise NoReason
    found = examine(payment_id, by, lock=True)
    mirror = [movement.mirrored() for movement in ledger.movements_of(found.payment.journal_id)]
    _refuse_used_prepayment(found.payment.account_id, mirror)
    penalties.refuse_used(found.payment.account_id, mirror)
    journal = ledger.post(
        JournalKind.PAYMENT_VOID,
        mirror,
        branch_id=found.shift.branch_id,
        by=by.id,
        request_id=request_id,
        reverses=found.payment.journal_id,
        till_shift_id=found.shift.id,
        memo=reason,
    )
    discounts.take_back(found.payment.journal_id, journal.id)
    undone = PaymentVoid(payment_id=payment_id, journal_id=journal.id, reason=reason, voided_by=by.id)
    db.session.add(undone)
    void_papers(payment_id, reason)
    happenings.tell(Happening.PAYMENT_VOIDED, Paid(found.account.id, payment_id), by=by.id)
    return undone


def void_papers(payment_id: int, reason: str) -> None:
    """Receipt and invoices of an undone payment say so."""
    papers: list[Receipt | Invoice] = [
        *db.session.scalars(select(Receipt).where(Receipt.payment_id == payment_id)),
        *db.session.scalars(select(Invoice).where(Invoice.payment_id == payment_id)),
    ]
    for paper in papers:
        paper.state = PaperState.VOID
        paper.void_reason = reason


def examine(payment_id: int, by: Staff, *, lock: bool = False) -> Voidable:
    """The payment when `by` may void it now; raises `Missing`, `AlreadyVoid`, `DayIsOver`, `NotYourTill`,
    `TillIsCounted`, `TillBeingCounted`. With `lock` the till shift and the account are held.
    """
    payment = get_or_refuse(Payment, payment_id)
    held = select(TillShift).where(TillShift.id == payment.till_shift_id)
    if lock:
        held = held.with_for_update(read=True).execution_options(populate_existing=True)
    shift = db.session.scalars(held).one()
    if by.branch_id is not None and by.branch_id != shift.branch_id:
        raise Missing
    account = get_or_refuse(Account, payment.account_id, lock=lock)
    refuse_void(payment)
    if not _day_is_open(shift):
        raise DayIsOver(day=shift.business_date)
    if shift.staff_id != by.id and not by.may(Permission.DAY_CLOSE):
        raise NotYourTill(name=get_or_refuse(Staff, shift.staff_id).name)
    tills.refuse_counting(shift)
    if shift.state is ShiftState.CLOSED:
        raise TillIsCounted
    return Voidable(payment, shift, account)


def is_voidable(payment_id: int, by: Staff) -> bool:
    """Whether to offer it."""
    try:
        examine(payment_id, by)
    except RuleBroken:
        return False
    return True


def refuse_void(payment: Payment) -> None:
    """Raises `AlreadyVoid`, saying by whom and why."""
    row = db.session.execute(
        select(PaymentVoid.reason, Staff.name)
        .join(Staff, Staff.id == PaymentVoid.voided_by)
        .where(PaymentVoid.payment_id == payment.id)
    ).first()
    if row is not None:
        raise AlreadyVoid(name=row.name, reason=reason_label(row.reason))


def _day_is_open(shift: TillShift) -> bool:
    state = db.session.scalar(
        select(BusinessDay.state).where(
            BusinessDay.branch_id == shift.branch_id, BusinessDay.day == shift.business_date
        )
    )
    return state == DayState.OPEN


def _refuse_used_prepayment(account_id: int, mirror: Sequence[Movement]) -> None:
    """What the payment put ahead must still be there to be taken back."""
    taken_back = sum((one.amount for one in mirror if one.debit == LedgerCode.PREPAYMENT), ZERO)
    put_back = sum((one.amount for one in mirror if one.credit == LedgerCode.PREPAYMENT), ZERO)
    balance = db.session.scalar(select(Prepayment.balance).where(Prepayment.account_id == account_id)) or ZERO
    if balance + put_back < taken_back:
        raise PrepaymentUsed(amount=format_money(taken_back))
