"""Refunds: agreed by request (2203 → 2241.2), paid out by somebody else (2241.2 → cash or bank), or given up again."""

import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from heatdesk import audit
from heatdesk.approvals.kinds import Effect
from heatdesk.approvals.models import ChangeRequest, Decision, RequestEditor
from heatdesk.auth.models import Staff
from heatdesk.billing.errors import (
    MoreThanPrepaid,
    NoBankReference,
    PaysOwnRefund,
    RefundIsOver,
    TooLittleInTill,
)
from heatdesk.billing.models import Account, Prepayment, Refund
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode, Movement
from heatdesk.billing.rules.workflow import RefundMethod, RefundState
from heatdesk.billing.services import ledger, refund_sheets, takings, tills
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Missing
from heatdesk.i18n import lazy
from heatdesk.money import ZERO, format_money
from heatdesk.people.models import Customer

STATES = {
    RefundState.AGREED: (lazy("To be paid out"), "hourglass-split", "info"),
    RefundState.PAID: (lazy("paid out"), "check-circle", "good"),
    RefundState.WITHDRAWN: (lazy("withdrawn"), "dash-circle", "plain"),
}
"""Label, icon, tone."""


def refundable(account_id: int) -> Decimal:
    """What the household has ahead, yuan ≥ 0."""
    balance = db.session.scalar(select(Prepayment.balance).where(Prepayment.account_id == account_id))
    return balance or ZERO


def refuse_beyond(account_id: int, amount: Decimal) -> None:
    """Raises `MoreThanPrepaid`."""
    there = refundable(account_id)
    if amount > there:
        raise MoreThanPrepaid(there=format_money(there), amount=format_money(amount))


def agree(
    account: Account, movements: list[Movement], *, payee: str, bank_account: str, effect: Effect, part: str
) -> Refund:
    """Owe the household what `movements` put on 2241.2, in a part of the request's effect. The account is locked."""
    amount = sum((one.amount for one in movements if one.credit == LedgerCode.REFUNDS_PAYABLE), ZERO)
    with effect.part(part):
        journal = ledger.post(
            JournalKind.REFUND, movements, branch_id=account.branch_id, by=effect.by, memo=effect.number
        )
    refund = Refund(
        branch_id=account.branch_id,
        account_id=account.id,
        amount=amount,
        payee=payee,
        bank_account=bank_account,
        change_request_id=effect.request_id,
        effect=part,
        agreed_journal_id=journal.id,
    )
    db.session.add(refund)
    db.session.flush()
    return refund


def pay_out(
    refund_id: int, method: RefundMethod, reference: str, *, by: Staff, request_id: uuid.UUID
) -> Refund:
    """Hand the money out: from the cashier's own till, or by a transfer of the bank, once.

    Locks till shift, then refund. Raises `Missing` (another branch), `RefundIsOver`, `PaysOwnRefund`, `NoOpenTill`,
    `TooLittleInTill`, `NoBankReference`, `DayNotOpen`.
    """
    shift = tills.current_shift(by.id) if method is RefundMethod.CASH else None
    refund = get(refund_id, by, lock=True)
    refuse_over(refund)
    refuse_own(refund, by)
    if method is RefundMethod.TRANSFER and not reference:
        raise NoBankReference
    if shift is not None and takings.cash_in_till(shift) < refund.amount:
        raise TooLittleInTill(amount=format_money(refund.amount))
    paid_from = LedgerCode.BANK if shift is None else LedgerCode.CASH_IN_TILL
    journal = ledger.post(
        JournalKind.REFUND,
        [ledger.movement(LedgerCode.REFUNDS_PAYABLE, paid_from, refund.amount, account_id=refund.account_id)],
        branch_id=refund.branch_id,
        by=by.id,
        request_id=request_id,
        till_shift_id=None if shift is None else shift.id,
    )
    sheet = refund_sheets.facts_of(refund, method, reference, journal=journal, by=by)
    refund.state, refund.method, refund.reference = RefundState.PAID, method, reference
    refund.paid_journal_id, refund.paid_by, refund.paid_at = journal.id, by.id, sheet.paid_at
    refund.facts = sheet.to_json()
    db.session.flush()
    return refund


def reprint(refund_id: int, *, by: Staff) -> Refund:
    """Count one more printing of the sheet of a paid refund; raises `Missing`."""
    refund = get(refund_id, by, lock=True)
    if refund.facts is None:
        raise Missing
    refund.prints += 1
    audit.record("reprint", actor_id=by.id, subject_table="refund", subject_id=refund.id)
    return refund


def withdraw(refund: Refund, *, effect: Effect) -> None:
    """Put the money back where it was agreed from: the exact mirror of the agreement. The refund is locked."""
    refuse_over(refund)
    mirror = [one.mirrored() for one in ledger.movements_of(refund.agreed_journal_id)]
    with effect.part("withdrawal"):
        journal = ledger.post(
            JournalKind.REFUND,
            mirror,
            branch_id=refund.branch_id,
            by=effect.by,
            reverses=refund.agreed_journal_id,
            memo=effect.number,
        )
    refund.state, refund.withdrawn_journal_id = RefundState.WITHDRAWN, journal.id
    db.session.flush()


def get(refund_id: int, reader: Staff | None, *, lock: bool = False) -> Refund:
    """The refund, if it is in the reader's branch (None: of any); raises `Missing`."""
    refund = get_or_refuse(Refund, refund_id, lock=lock)
    if reader is not None and reader.branch_id not in (None, refund.branch_id):
        raise Missing
    return refund


def refuse_over(refund: Refund) -> None:
    """Raises `RefundIsOver` unless it waits to be paid."""
    if refund.state != RefundState.AGREED:
        raise RefundIsOver(state=STATES[refund.state][0])


def refuse_own(refund: Refund, by: Staff) -> None:
    """Raises `PaysOwnRefund` for whoever asked for it or decided on it (reliability.md §5, posting 15)."""
    request = get_or_refuse(ChangeRequest, refund.change_request_id)
    involved = select(RequestEditor.staff_id).where(RequestEditor.change_request_id == request.id)
    deciders = select(Decision.decided_by).where(Decision.change_request_id == request.id)
    if by.id in {request.applicant_id, *db.session.scalars(involved), *db.session.scalars(deciders)}:
        raise PaysOwnRefund


def select_refunds(state: str, card_no: str, *conditions: Any) -> Select[Any]:
    """Rows (refund, card number, customer, request number, who paid it out), what waits first, then the newest."""
    columns: tuple[Any, ...] = (
        Refund,
        Account.card_no,
        Customer.name,
        ChangeRequest.number,
        Staff.name.label("payer"),
    )
    query = (
        select(*columns)
        .join(Account, Account.id == Refund.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(ChangeRequest, ChangeRequest.id == Refund.change_request_id)
        .outerjoin(Staff, Staff.id == Refund.paid_by)
        .where(*conditions)
        .order_by((Refund.state != RefundState.AGREED), Refund.id.desc())
    )
    if state in set(RefundState):
        query = query.where(Refund.state == state)
    return query.where(Account.card_no == card_no) if card_no else query


def request_number(refund: Refund) -> str:
    """Under which number the refund was agreed."""
    return get_or_refuse(ChangeRequest, refund.change_request_id).number


def payer_name(refund: Refund) -> str:
    """Who paid it out; empty while it waits."""
    return "" if refund.paid_by is None else get_or_refuse(Staff, refund.paid_by).name


def count_waiting(reader: Staff) -> int:
    """How many refunds of the reader's branch wait to be paid out."""
    query = select(func.count()).select_from(Refund).where(Refund.state == RefundState.AGREED)
    if reader.branch_id is not None:
        query = query.where(Refund.branch_id == reader.branch_id)
    return db.session.scalar(query) or 0
