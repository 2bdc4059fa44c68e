"""Payments as lists and one payment with everything that belongs to it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select

from heatdesk.auth.models import Staff
from heatdesk.billing.models import (
    Account,
    Allocation,
    BusinessDay,
    Invoice,
    Payment,
    PaymentVoid,
    Receipt,
    Season,
    Tender,
    TillShift,
)
from heatdesk.billing.rules.workflow import PaperState, TenderMethod
from heatdesk.billing.services import invoices
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Missing
from heatdesk.money import ZERO
from heatdesk.people.models import Customer


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What a list is narrowed to; None and '' leave a thing open."""

    branch_id: int | None = None
    day: date | None = None
    cashier_id: int | None = None
    method: TenderMethod | None = None
    number: str = ""
    card_no: str = ""
    till_shift_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """For a query over payment, till_shift, account and receipt."""
        found: list[ColumnElement[bool]] = []
        if self.branch_id is not None:
            found.append(TillShift.branch_id == self.branch_id)
        if self.day is not None:
            found.append(TillShift.business_date == self.day)
        if self.cashier_id is not None:
            found.append(TillShift.staff_id == self.cashier_id)
        if self.till_shift_id is not None:
            found.append(Payment.till_shift_id == self.till_shift_id)
        if self.method is not None:
            used = select(Tender.id).where(Tender.payment_id == Payment.id, Tender.method == self.method)
            found.append(used.exists())
        if self.number:
            found.append(Receipt.written == self.number)
        if self.card_no:
            found.append(Account.card_no == self.card_no)
        return found


def listed(narrowed: PaymentFilter) -> Select[Any]:
    """Rows for the list, newest first."""
    methods = select(func.array_agg(Tender.method)).where(Tender.payment_id == Payment.id).scalar_subquery()
    query: Select[Any] = _joined(
        select(
            Payment.id,
            Payment.taken_at,
            Payment.amount,
            Payment.change_given,
            TillShift.business_date,
            TillShift.till_name,
            TillShift.id.label("shift_id"),
            Staff.name.label("cashier"),
            Account.card_no,
            Customer.name.label("customer"),
            Receipt.written.label("receipt"),
            (Receipt.state == PaperState.VOID).label("is_void"),
            methods.label("methods"),
        ),
        narrowed,
    )
    return query.order_by(Payment.id.desc())


def totals(narrowed: PaymentFilter) -> tuple[int, Decimal, int]:
    """Standing payments, what they come to, and how many were voided."""
    stands = Receipt.state == PaperState.ISSUED
    query = select(
        func.count().filter(stands),
        func.coalesce(func.sum(Payment.amount).filter(stands), ZERO),
        func.count().filter(~stands),
    )
    row = db.session.execute(_narrowed(query, narrowed)).one()
    return row[0], row[1], row[2]


def matching(narrowed: PaymentFilter) -> Select[Any]:
    """The ids of all rows in no order, for counting them."""
    return _narrowed(select(Payment.id), narrowed)  # type: ignore[no-any-return]


def touches(narrowed: PaymentFilter, shift_id: int) -> bool:
    """Whether the list holds a payment of this shift."""
    query = _joined(select(Payment.id), narrowed).where(Payment.till_shift_id == shift_id).limit(1)
    return db.session.scalar(query) is not None


def _joined(query: Any, narrowed: PaymentFilter) -> Any:
    return (
        query.select_from(Payment)
        .join(TillShift, TillShift.id == Payment.till_shift_id)
        .join(Staff, Staff.id == TillShift.staff_id)
        .join(Account, Account.id == Payment.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Receipt, Receipt.payment_id == Payment.id)
        .where(*narrowed.conditions())
    )


def _narrowed(query: Any, narrowed: PaymentFilter) -> Any:
    """With the tables alone that the conditions look at."""
    query = (
        query.select_from(Payment)
        .join(TillShift, TillShift.id == Payment.till_shift_id)
        .join(Receipt, Receipt.payment_id == Payment.id)
    )
    if narrowed.card_no:
        query = query.join(Account, Account.id == Payment.account_id)
    return query.where(*narrowed.conditions())


def newest_day(branch_id: int | None) -> date | None:
    """The branch's newest business day: what a list of payments shows at first."""
    query = select(func.max(BusinessDay.day))
    return db.session.scalar(query if branch_id is None else query.where(BusinessDay.branch_id == branch_id))


def cashiers(branch_id: int | None) -> list[tuple[int, str]]:
    """Who has ever had a till in this branch."""
    had_till = select(TillShift.id).where(TillShift.staff_id == Staff.id)
    if branch_id is not None:
        had_till = had_till.where(TillShift.branch_id == branch_id)
    rows = db.session.execute(select(Staff.id, Staff.name).where(had_till.exists()).order_by(Staff.name))
    return [(row.id, row.name) for row in rows]


@dataclass(frozen=True, slots=True)
class PaidSeason:
    """What a payment paid for one season, `penalty` of it the penalty, with its invoice."""

    season_id: int
    code: str
    amount: Decimal
    penalty: Decimal
    invoice: Invoice | None


@dataclass(frozen=True, slots=True)
class PaymentSheet:
    """One payment with its papers; `voided` names who undid it, why and when."""

    payment: Payment
    account: Account
    customer: Customer
    shift: TillShift
    cashier: str
    receipt: Receipt
    tenders: list[Tender]
    seasons: list[PaidSeason]
    voided: tuple[str, str, datetime] | None


def sheet(payment_id: int, branch_id: int | None) -> PaymentSheet:
    """The payment of this branch (None: of any); raises `Missing`."""
    row = db.session.execute(
        select(Payment, Account, Customer, TillShift, Staff.name, Receipt)
        .join(Account, Account.id == Payment.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(TillShift, TillShift.id == Payment.till_shift_id)
        .join(Staff, Staff.id == TillShift.staff_id)
        .join(Receipt, Receipt.payment_id == Payment.id)
        .where(Payment.id == payment_id)
    ).first()
    if row is None or (branch_id is not None and row.TillShift.branch_id != branch_id):
        raise Missing
    tenders = list(
        db.session.scalars(select(Tender).where(Tender.payment_id == payment_id).order_by(Tender.id))
    )
    return PaymentSheet(*row, tenders, _seasons(payment_id), _voided(payment_id))


def _seasons(payment_id: int) -> list[PaidSeason]:
    issued = invoices.of_payment(payment_id)
    rows = db.session.execute(
        select(Season.id, Season.code, Allocation.amount, Allocation.penalty)
        .join(Allocation, Allocation.season_id == Season.id)
        .where(Allocation.payment_id == payment_id)
        .order_by(Season.starts_on)
    )
    return [PaidSeason(*row, issued.get(row.id)) for row in rows]


def _voided(payment_id: int) -> tuple[str, str, datetime] | None:
    undone = db.session.get(PaymentVoid, payment_id)
    if undone is None:
        return None
    return get_or_refuse(Staff, undone.voided_by).name, undone.reason, undone.voided_at


class LastPaid(NamedTuple):
    """What the counter keeps in sight of the payment before."""

    payment: Payment
    customer: Customer
    receipt: Receipt


def last_of(staff_id: int) -> LastPaid | None:
    """The newest standing payment of a cashier's open till, or None."""
    row = db.session.execute(
        select(Payment, Customer, Receipt)
        .join(TillShift, TillShift.id == Payment.till_shift_id)
        .join(Account, Account.id == Payment.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Receipt, Receipt.payment_id == Payment.id)
        .where(
            TillShift.staff_id == staff_id,
            TillShift.state == "open",
            ~select(PaymentVoid.payment_id).where(PaymentVoid.payment_id == Payment.id).exists(),
        )
        .order_by(Payment.id.desc())
        .limit(1)
    ).first()
    return None if row is None else LastPaid(*row)
