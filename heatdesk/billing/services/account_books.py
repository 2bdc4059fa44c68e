"""What the books say about one account: entries with a running balance, payments, papers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, case, func, literal, or_, select, union_all

from heatdesk.auth.models import Staff
from heatdesk.billing.models import (
    Allocation,
    Entry,
    Invoice,
    Journal,
    Payment,
    PaymentVoid,
    Receipt,
    Season,
    Tender,
    TillShift,
)
from heatdesk.billing.rules.ledger import LedgerCode
from heatdesk.db import db
from heatdesk.errors import Missing

_THEIRS = [LedgerCode.RECEIVABLE, LedgerCode.PENALTY_RECEIVABLE, LedgerCode.PREPAYMENT]
"""Where a household's money stands; the rounding of the drawer's cash is the utility's."""

_OWES = case((Entry.debit.in_(_THEIRS), Entry.amount), else_=literal(0)) - case(
    (Entry.credit.in_(_THEIRS), Entry.amount), else_=literal(0)
)
"""What an entry adds to what the household owes: a charge adds, money taken and prepayment take away."""


def entries(account_id: int) -> Select[Any]:
    """Rows of (id, journal_id, kind, business_date, recorded_at, season, item, debit, credit, amount, moved, balance,
    who, memo, reverses), newest first; `balance` is owed minus prepaid after the entry.
    """
    query: Any = (
        select(
            Entry.id,
            Entry.journal_id,
            Journal.kind,
            Journal.business_date,
            Journal.recorded_at,
            Season.code.label("season"),
            Entry.item,
            Entry.debit,
            Entry.credit,
            Entry.amount,
            _OWES.label("moved"),
            func.sum(_OWES).over(order_by=Entry.id).label("balance"),
            Staff.name.label("who"),
            Journal.memo,
            Journal.reverses,
        )
        .join(Journal, Journal.id == Entry.journal_id)
        .join(Staff, Staff.id == Journal.actor_id)
        .outerjoin(Season, Season.id == Entry.season_id)
        .where(Entry.account_id == account_id, or_(Entry.debit.in_(_THEIRS), Entry.credit.in_(_THEIRS)))
        .order_by(Entry.id.desc())
    )
    return query  # type: ignore[no-any-return]


def of_journal(account_id: int, journal_id: int) -> Sequence[Row[Any]]:
    """The entries that one journal has for this account, in the order written; raises `Missing` for none."""
    rows = entries(account_id).subquery()
    found = db.session.execute(select(rows).where(rows.c.journal_id == journal_id).order_by(rows.c.id)).all()
    if not found:
        raise Missing
    return found


def payments(account_id: int) -> Select[Any]:
    """Rows of (id, taken_at, amount, to_prepayment, methods, receipt, void_reason, who, journal_id), newest first."""
    methods = (
        select(func.array_agg(Tender.method))
        .where(Tender.payment_id == Payment.id)
        .correlate(Payment)
        .scalar_subquery()
    )
    return (
        select(
            Payment.id,
            Payment.taken_at,
            Payment.amount,
            Payment.to_prepayment,
            methods.label("methods"),
            Receipt.written.label("receipt"),
            PaymentVoid.reason.label("void_reason"),
            Staff.name.label("who"),
            Payment.journal_id,
        )
        .join(TillShift, TillShift.id == Payment.till_shift_id)
        .join(Staff, Staff.id == TillShift.staff_id)
        .outerjoin(Receipt, Receipt.payment_id == Payment.id)
        .outerjoin(PaymentVoid, PaymentVoid.payment_id == Payment.id)
        .where(Payment.account_id == account_id)
        .order_by(Payment.id.desc())
    )


def papers(account_id: int) -> Select[Any]:
    """Rows of (kind, id, written, amount, state, void_reason, prints, issued_at, token), newest first.

    An invoice is for the one season of its payment.
    """
    invoiced = (
        select(Allocation.amount)
        .where(Allocation.payment_id == Invoice.payment_id, Allocation.season_id == Invoice.season_id)
        .scalar_subquery()
    )
    parts = [
        select(
            literal(kind).label("kind"),
            table.id,
            table.written,
            amount.label("amount"),
            table.state,
            table.void_reason,
            table.prints,
            table.issued_at,
            table.token,
        )
        .join(Payment, Payment.id == table.payment_id)
        .where(Payment.account_id == account_id)
        for kind, table, amount in (
            ("receipt", Receipt, Payment.amount),
            ("invoice", Invoice, invoiced),
        )
    ]
    both = union_all(*parts).subquery()
    return select(both).order_by(both.c.issued_at.desc(), both.c.id.desc())
