"""Refunds: money of a household that it gets back, from the agreement to the hand that took it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.billing.rules.workflow import RefundMethod, RefundState
from heatdesk.db import CreatedAt, Model, Money, Pk


class Refund(Model):
    """An agreed refund waits on 2241.2 until another than its applicant pays it out (postings 14 and 15)."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("change_request_id", "effect"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint(
            "(state = 'paid') = (paid_journal_id is not null and paid_by is not null and method is not null)",
            name="paid_by_somebody",
        ),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_journal_id is not null)", name="withdrawn_is_booked"
        ),
        Index(None, "account_id"),
        Index("ix_refund_waiting", "branch_id", "id", postgresql_where=text("state = 'agreed'")),
    )

    id: Mapped[Pk]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    amount: Mapped[Money]
    payee: Mapped[str] = mapped_column(comment="who gets the money")
    bank_account: Mapped[str] = mapped_column(server_default="")
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"))
    effect: Mapped[str]
    agreed_journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), unique=True)
    agreed_at: Mapped[CreatedAt]
    state: Mapped[RefundState] = mapped_column(server_default=RefundState.AGREED)
    method: Mapped[RefundMethod | None]
    reference: Mapped[str] = mapped_column(server_default="", comment="of the bank, for a transfer")
    paid_journal_id: Mapped[int | None] = mapped_column(ForeignKey("journal.id"), unique=True)
    paid_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    paid_at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any] | None] = mapped_column(comment="the refund sheet as printed")
    prints: Mapped[int] = mapped_column(server_default="0")
    withdrawn_journal_id: Mapped[int | None] = mapped_column(ForeignKey("journal.id"), unique=True)
