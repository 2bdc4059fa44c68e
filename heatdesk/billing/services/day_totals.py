"""The figures of a branch's day, added up by the database from the books; plain JSON, sums as text with two places."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Subquery, and_, func, select, union_all
from sqlalchemy.orm import aliased

from heatdesk.auth.models import Staff
from heatdesk.billing.models import (
    Entry,
    Invoice,
    Journal,
    LedgerAccount,
    NumberBook,
    Payment,
    PaymentVoid,
    Receipt,
    TillShift,
)
from heatdesk.billing.rules.tills import COUNTED_METHODS
from heatdesk.billing.rules.workflow import NumberKind, TenderMethod
from heatdesk.billing.services.takings import entries_of_day, journals_of_day, tender_flows
from heatdesk.db import db
from heatdesk.money import ZERO

Totals = dict[str, Any]


def compute(branch_id: int, day: date) -> Totals:
    """All figures of the day as the books stand; equal for equal books, so a closed day can be computed again (I19)."""
    tills = _tills(branch_id, day)
    moved = _moved(branch_id, day)
    return {
        "books": _books(branch_id, day, entries=sum(row.entries for row in moved)),
        "accounts": _accounts(moved),
        "methods": _methods(branch_id, day, tills),
        "tills": tills,
        "cashiers": _cashiers(branch_id, day),
        "number_books": [*_receipts(branch_id, day), *_invoices(branch_id, day)],
        "voids": _voids(branch_id, day),
    }


def _books(branch_id: int, day: date, *, entries: int) -> Totals:
    """How many journals and entries, and the range of journal ids: nothing can be slipped in later (I4)."""
    first, last, count = db.session.execute(
        select(func.min(Journal.id), func.max(Journal.id), func.count()).where(
            *journals_of_day(branch_id, day)
        )
    ).one()
    return {"journals": count, "first_journal": first, "last_journal": last, "entries": entries}


def _moved(branch_id: int, day: date) -> Sequence[Row[Any]]:
    """Σ of the entries by debit and credit, in one pass: a season run leaves a million of them."""
    columns: tuple[Any, ...] = (
        Entry.debit,
        Entry.credit,
        func.sum(Entry.amount).label("amount"),
        func.count().label("entries"),
    )
    return db.session.execute(
        select(*columns).where(entries_of_day(branch_id, day)).group_by(Entry.debit, Entry.credit)
    ).all()


def _accounts(moved: Sequence[Row[Any]]) -> list[Totals]:
    """Turnover of every ledger account that moved, by code."""
    debits, credits_ = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for row in moved:
        debits[row.debit] += row.amount
        credits_[row.credit] += row.amount
    chart = db.session.scalars(
        select(LedgerAccount)
        .where(LedgerAccount.code.in_(debits.keys() | credits_.keys()))
        .order_by(LedgerAccount.code)
    )
    return [
        {
            "code": account.code,
            "name": account.name,
            "name_zh": account.name_zh,
            "debit": _text(debits[account.code]),
            "credit": _text(credits_[account.code]),
        }
        for account in chart
    ]


def _methods(branch_id: int, day: date, tills: list[Totals]) -> list[Totals]:
    """By method: taken, given back, and what the tills counted of it; cash without the floats."""
    flows = tender_flows(*journals_of_day(branch_id, day))
    rows = {
        row.method: row
        for row in db.session.execute(
            select(
                flows.c.method,
                func.count(flows.c.payment_id.distinct()).filter(flows.c.taken > 0).label("payments"),
                func.sum(flows.c.taken).label("taken"),
                func.sum(flows.c.voided).label("voided"),
            ).group_by(flows.c.method)
        )
    }
    floats = sum((Decimal(till["float"]) for till in tills), ZERO)
    counted = {
        method: sum((Decimal(till["counted"].get(method.value, "0")) for till in tills), ZERO)
        for method in COUNTED_METHODS
    }
    counted[TenderMethod.CASH] -= sum((Decimal(till["float"]) for till in tills if till["counted"]), ZERO)
    return [
        {
            "method": method.value,
            "payments": rows[method].payments if method in rows else 0,
            "taken": _text(rows[method].taken if method in rows else ZERO),
            "voided": _text(rows[method].voided if method in rows else ZERO),
            "counted": _text(counted[method]) if method in counted else None,
        }
        for method in TenderMethod
        if method in rows or counted.get(method) or (method is TenderMethod.CASH and floats)
    ]


def _tills(branch_id: int, day: date) -> list[Totals]:
    payments = (
        select(
            Payment.till_shift_id, func.count().label("payments"), func.sum(Payment.amount).label("amount")
        )
        .group_by(Payment.till_shift_id)
        .join(TillShift, TillShift.id == Payment.till_shift_id)
        .where(TillShift.branch_id == branch_id, TillShift.business_date == day)
        .subquery()
    )
    rows = db.session.execute(
        select(TillShift, Staff.name, func.coalesce(payments.c.payments, 0))
        .join(Staff, Staff.id == TillShift.staff_id)
        .outerjoin(payments, payments.c.till_shift_id == TillShift.id)
        .where(TillShift.branch_id == branch_id, TillShift.business_date == day)
        .order_by(TillShift.id)
    )
    return [_till(shift, name, count) for shift, name, count in rows]


def _till(shift: TillShift, name: str, payments: int) -> Totals:
    methods: dict[str, dict[str, str]] = (shift.counted or {}).get("methods", {})
    return {
        "shift": shift.id,
        "till": shift.till_name,
        "staff": shift.staff_id,
        "cashier": name,
        "payments": payments,
        "float": _text(shift.float_amount),
        "expected": {method: sums["expected"] for method, sums in methods.items()},
        "counted": {method: sums["counted"] for method, sums in methods.items()},
        "over_short": None if shift.over_short is None else _text(shift.over_short),
        "reason": shift.over_short_reason,
    }


def _cashiers(branch_id: int, day: date) -> list[Totals]:
    """What each cashier credited to customers and took back, payments and voids by whose shift they fell into."""
    taken = (
        select(Journal.till_shift_id, Payment.amount.label("taken"), (Payment.amount * 0).label("voided"))
        .join(Payment, Payment.journal_id == Journal.id)
        .where(*journals_of_day(branch_id, day))
    )
    voided = (
        select(Journal.till_shift_id, Payment.amount * 0, Payment.amount)
        .join(PaymentVoid, PaymentVoid.journal_id == Journal.id)
        .join(Payment, Payment.id == PaymentVoid.payment_id)
        .where(*journals_of_day(branch_id, day))
    )
    flows = union_all(taken, voided).subquery()
    rows = db.session.execute(
        select(
            Staff.id,
            Staff.name,
            func.count().filter(flows.c.taken > 0).label("payments"),
            func.sum(flows.c.taken),
            func.count().filter(flows.c.voided > 0).label("voids"),
            func.sum(flows.c.voided),
        )
        .join(TillShift, TillShift.id == flows.c.till_shift_id)
        .join(Staff, Staff.id == TillShift.staff_id)
        .group_by(Staff.id, Staff.name)
        .order_by(Staff.id)
    )
    return [
        {
            "staff": staff_id,
            "name": name,
            "payments": payments,
            "taken": _text(took),
            "voids": voids,
            "voided": _text(back),
        }
        for staff_id, name, payments, took, voids, back in rows
    ]


def _receipts(branch_id: int, day: date) -> list[Totals]:
    papers = (
        select(Receipt.number_book_id, Receipt.number, Receipt.payment_id)
        .join(Payment, Payment.id == Receipt.payment_id)
        .join(Journal, Journal.id == Payment.journal_id)
        .where(*journals_of_day(branch_id, day))
        .subquery()
    )
    return _numbers(papers, NumberKind.RECEIPT, branch_id, day)


def _invoices(branch_id: int, day: date) -> list[Totals]:
    papers = (
        select(Invoice.number_book_id, Invoice.number, Invoice.payment_id)
        .join(NumberBook, NumberBook.id == Invoice.number_book_id)
        .where(NumberBook.branch_id == branch_id, Invoice.issued_on == day)
        .subquery()
    )
    return _numbers(papers, NumberKind.INVOICE, branch_id, day)


def _numbers(papers: Subquery, kind: NumberKind, branch_id: int, day: date) -> list[Totals]:
    """From–to, used and void on that day, by book; a payment void on a later day does not change this one."""
    undone = aliased(PaymentVoid)
    void_journal = aliased(Journal)
    rows = db.session.execute(
        select(
            NumberBook,
            func.min(papers.c.number),
            func.max(papers.c.number),
            func.count(),
            func.count(void_journal.id),
        )
        .join(papers, papers.c.number_book_id == NumberBook.id)
        .outerjoin(undone, undone.payment_id == papers.c.payment_id)
        .outerjoin(
            void_journal,
            and_(
                void_journal.id == undone.journal_id,
                void_journal.branch_id == branch_id,
                void_journal.business_date == day,
            ),
        )
        .group_by(NumberBook.id)
        .order_by(NumberBook.id)
    )
    return [
        {
            "book": book.id,
            "kind": kind.value,
            "staff": book.staff_id,
            "first": book.written(first),
            "last": book.written(last),
            "used": used,
            "voided": voided,
        }
        for book, first, last, used, voided in rows
    ]


def _voids(branch_id: int, day: date) -> list[Totals]:
    rows = db.session.execute(
        select(
            PaymentVoid.payment_id,
            Receipt.written,
            Payment.amount,
            PaymentVoid.voided_at,
            Staff.name,
            PaymentVoid.reason,
        )
        .join(Journal, Journal.id == PaymentVoid.journal_id)
        .join(Payment, Payment.id == PaymentVoid.payment_id)
        .join(Staff, Staff.id == PaymentVoid.voided_by)
        .outerjoin(Receipt, Receipt.payment_id == Payment.id)
        .where(*journals_of_day(branch_id, day))
        .order_by(PaymentVoid.payment_id)
    )
    return [
        {
            "payment": payment_id,
            "number": written or "",
            "amount": _text(amount),
            "at": at.isoformat(),
            "by": name,
            "reason": reason,
        }
        for payment_id, written, amount, at, name, reason in rows
    ]


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"
