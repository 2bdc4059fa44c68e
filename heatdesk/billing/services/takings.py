"""What came in and went back: by shift, by day, by method, read from payments, voids and the entries on 1001."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, Subquery, any_, case, func, literal, or_, select, union_all

from heatdesk.billing.models import Entry, Journal, Payment, PaymentVoid, Tender, TillShift
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.db import db
from heatdesk.money import ZERO


def journals_of_day(branch_id: int, day: date) -> tuple[Any, ...]:
    """Conditions on `Journal` that an index answers."""
    return Journal.branch_id == branch_id, Journal.business_date == day


def entries_of_day(branch_id: int, day: date) -> Any:
    """The condition on `Entry`: its journals by number, for a join would read the entries of all branches."""
    numbers = select(Journal.id).where(*journals_of_day(branch_id, day)).correlate(None).scalar_subquery()
    return Entry.journal_id == any_(func.array(numbers, type_=ARRAY(BigInteger)))


def journals_of_shift(shift: TillShift) -> tuple[Any, ...]:
    return (*journals_of_day(shift.branch_id, shift.business_date), Journal.till_shift_id == shift.id)


def tender_flows(*conditions: Any) -> Subquery:
    """Each tender taken (`taken`) or given back (`voided`), with its shift, for the journals under `conditions`.

    A reversal after the day gives nothing back by itself: a refund or the bank does.
    """
    taken = _flows(Payment, Payment.id, Tender.amount, literal(ZERO)).where(*conditions)
    given_back = Journal.kind == JournalKind.PAYMENT_VOID
    voided = _flows(PaymentVoid, PaymentVoid.payment_id, literal(ZERO), Tender.amount).where(
        given_back, *conditions
    )
    return union_all(taken, voided).subquery("tender_flow")


def _flows(table: type[Payment | PaymentVoid], payment_id: Any, taken: Any, voided: Any) -> Select[Any]:
    return (
        select(
            payment_id.label("payment_id"),
            Journal.till_shift_id.label("till_shift_id"),
            Tender.method.label("method"),
            taken.label("taken"),
            voided.label("voided"),
        )
        .select_from(Journal)
        .join(table, table.journal_id == Journal.id)
        .join(Tender, Tender.payment_id == payment_id)
    )


def cash_in_till(shift: TillShift) -> Decimal:
    """What the books say lies in the drawer: the float, the cash taken, less what was given back."""
    signed = case((Entry.debit == LedgerCode.CASH_IN_TILL, Entry.amount), else_=-Entry.amount)
    query = (
        select(func.coalesce(func.sum(signed), ZERO))
        .join(Journal, Journal.id == Entry.journal_id)
        .where(
            *journals_of_shift(shift),
            or_(Entry.debit == LedgerCode.CASH_IN_TILL, Entry.credit == LedgerCode.CASH_IN_TILL),
        )
    )
    return db.session.scalar(query) or ZERO


def expected(shift: TillShift) -> dict[TenderMethod, Decimal]:
    """What a count of the shift should find, by method: cash from account 1001, the others from their tenders."""
    flows = tender_flows(*journals_of_shift(shift))
    query = select(flows.c.method, func.sum(flows.c.taken - flows.c.voided)).group_by(flows.c.method)
    sums: dict[TenderMethod, Decimal] = dict(db.session.execute(query).all())
    return {**sums, TenderMethod.CASH: cash_in_till(shift)}


def receipts_of(shift: TillShift) -> int:
    """How many payments were taken in the shift, voided ones included."""
    query = select(func.count()).select_from(Payment).where(Payment.till_shift_id == shift.id)
    return db.session.scalar(query) or 0
