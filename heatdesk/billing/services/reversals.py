"""Reversals after the day: the exact mirror of a payment on today's business day, and where its money goes then.

The mirror takes the money out of the books as it came in (posting 12). As the utility still holds it, a second journal
books it back: owed to the household until it is paid out, or ahead on the card where it belonged. Only what the bank
took back itself (a bounced cheque, a charged-back card, posting 13) stays out.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from heatdesk.approvals.kinds import Effect
from heatdesk.billing.errors import DayStillRuns, MoneyIsOut, NoSuchReceipt, NothingCameBack
from heatdesk.billing.models import (
    Account,
    BusinessDay,
    Payment,
    PaymentVoid,
    Prepayment,
    Receipt,
    Tender,
    TillShift,
)
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode, Movement
from heatdesk.billing.rules.payments import DEBITED
from heatdesk.billing.rules.workflow import DayState, ReversedMoney, TenderMethod
from heatdesk.billing.services import discounts, happenings, ledger, penalties, refunds, voids
from heatdesk.billing.services.happenings import Happening, Paid
from heatdesk.db import db, get_or_refuse
from heatdesk.money import ZERO, format_money
from heatdesk.people.models import Customer


@dataclass(frozen=True, slots=True)
class Reversible:
    """A payment of an earlier day that stands."""

    payment: Payment
    shift: TillShift
    receipt: Receipt
    tenders: tuple[Tender, ...]
    mirror: tuple[Movement, ...]
    """What undoes the payment's journal: its money, the penalty it froze, the discount it earned."""

    @property
    def fees(self) -> dict[int, Decimal]:
        """Season id → yuan of its fee that are owed again."""
        return _by_season(one for one in self.mirror if one.debit == LedgerCode.RECEIVABLE)

    @property
    def frozen(self) -> dict[int, Decimal]:
        """Season id → yuan of penalty that the payment booked; its days are counted anew."""
        return _by_season(one for one in self.mirror if one.debit == LedgerCode.PENALTY_INCOME)

    @property
    def moved(self) -> Decimal:
        """By how much bills rise besides the money: discounts that are lost, less penalty not booked any more."""
        lost = sum((one.amount for one in self.mirror if one.credit == LedgerCode.REDUCTION), ZERO)
        return lost - sum(self.frozen.values(), ZERO)

    @property
    def money(self) -> Decimal:
        """What came in from outside, yuan: not what was prepayment before."""
        return sum((one.amount for one in self.tenders if one.method is not TenderMethod.PREPAYMENT), ZERO)

    @property
    def from_prepayment(self) -> Decimal:
        return sum((one.amount for one in self.tenders if one.method is TenderMethod.PREPAYMENT), ZERO)


def find_payment(number: str, branch_id: int | None) -> int:
    """The id of the payment with the newest receipt of this number; raises `NoSuchReceipt`."""
    query = (
        select(Receipt.payment_id)
        .join(Payment, Payment.id == Receipt.payment_id)
        .join(TillShift, TillShift.id == Payment.till_shift_id)
        .where(Receipt.written == number)
        .order_by(Receipt.id.desc())
        .limit(1)
    )
    if branch_id is not None:
        query = query.where(TillShift.branch_id == branch_id)
    payment_id = db.session.scalar(query)
    if payment_id is None:
        raise NoSuchReceipt(number=number)
    return payment_id


def receipt_of(payment_id: int) -> Receipt:
    return db.session.scalars(select(Receipt).where(Receipt.payment_id == payment_id)).one()


def examine(payment_id: int) -> Reversible:
    """The payment when nothing stands against its reversal; raises `AlreadyVoid`, `DayStillRuns`, `MoneyIsOut`."""
    payment = get_or_refuse(Payment, payment_id)
    shift = get_or_refuse(TillShift, payment.till_shift_id)
    voids.refuse_void(payment)
    day = db.session.get_one(BusinessDay, (shift.branch_id, shift.business_date))
    if day.state == DayState.OPEN:
        raise DayStillRuns
    tenders = db.session.scalars(select(Tender).where(Tender.payment_id == payment_id).order_by(Tender.id))
    mirror = tuple(one.mirrored() for one in ledger.movements_of(payment.journal_id))
    found = Reversible(payment, shift, receipt_of(payment_id), tuple(tenders), mirror)
    _refuse_used(found)
    penalties.refuse_used(payment.account_id, mirror)
    return found


def reverse(payment_id: int, money: ReversedMoney, other: Account | None, *, effect: Effect) -> Decimal:
    """Undo the payment on today's day and send its money where the request says; the accounts are locked here. Returns
    by how much bills rose besides the money.

    Raises what `examine` raises, `NothingCameBack` and `DayNotOpen`.
    """
    account = get_or_refuse(Account, get_or_refuse(Payment, payment_id).account_id, lock=True)
    found = examine(payment_id)
    with effect.part("reversal"):
        journal = ledger.post(
            JournalKind.REVERSAL,
            found.mirror,
            branch_id=account.branch_id,
            by=effect.by,
            reverses=found.payment.journal_id,
            memo=effect.number,
        )
    discounts.take_back(found.payment.journal_id, journal.id)
    db.session.add(
        PaymentVoid(payment_id=payment_id, journal_id=journal.id, reason=effect.number, voided_by=effect.by)
    )
    voids.void_papers(payment_id, effect.number)
    happenings.tell(Happening.PAYMENT_VOIDED, Paid(account.id, payment_id), by=effect.by)
    if money is ReversedMoney.RETURNED_BY_BANK:
        return found.moved
    movements = _money(found, other)
    if other is None:
        payee = get_or_refuse(Customer, account.customer_id).name
        refunds.agree(account, movements, payee=payee, bank_account="", effect=effect, part="refund")
        return found.moved
    with effect.part("transfer"):
        ledger.post(
            JournalKind.TRANSFER, movements, branch_id=account.branch_id, by=effect.by, memo=effect.number
        )
    return found.moved


def _by_season(movements: Iterable[Movement]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for one in movements:
        if one.season_id is not None:
            found[one.season_id] += one.amount
    return dict(found)


def _money(found: Reversible, other: Account | None) -> list[Movement]:
    """Each tender from outside, back where the utility still holds it: owed (2241.2), or ahead on the right card."""
    if not found.money:
        raise NothingCameBack
    credit = LedgerCode.REFUNDS_PAYABLE if other is None else LedgerCode.PREPAYMENT
    account_id = found.payment.account_id if other is None else other.id
    return [
        ledger.movement(DEBITED[one.method], credit, one.amount, account_id=account_id)
        for one in found.tenders
        if one.method is not TenderMethod.PREPAYMENT
    ]


def _refuse_used(found: Reversible) -> None:
    """What the payment put ahead must still be there to be taken back."""
    balance = db.session.scalar(
        select(Prepayment.balance).where(Prepayment.account_id == found.payment.account_id)
    )
    lacking = found.payment.to_prepayment - found.from_prepayment - (balance or ZERO)
    if lacking > 0:
        raise MoneyIsOut(amount=format_money(lacking))
