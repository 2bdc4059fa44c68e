"""Payments with their tenders and what they were allocated to; append-only."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.db import CreatedAt, Model, Money, Pk


class Payment(Model):
    """Money taken at the counter in one go: `amount` = Σ allocations + `to_prepayment` = Σ tenders − `rounding`."""

    __tablename__ = "payment"
    __table_args__ = (
        Index(None, "account_id", "id"),
        Index(None, "till_shift_id", "id"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("to_prepayment >= 0", name="to_prepayment_positive"),
    )

    id: Mapped[Pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), unique=True)
    till_shift_id: Mapped[int] = mapped_column(ForeignKey("till_shift.id"))
    amount: Mapped[Money] = mapped_column(comment="what the customer is credited with")
    to_prepayment: Mapped[Money] = mapped_column(server_default="0")
    rounding: Mapped[Money] = mapped_column(
        server_default="0", comment="cash taken above (+) or below (−) the amount"
    )
    cash_received: Mapped[Money | None]
    change_given: Mapped[Money] = mapped_column(server_default="0")
    taken_at: Mapped[CreatedAt]

    tenders: Mapped[list["Tender"]] = relationship(lazy="raise", order_by="Tender.id")
    allocations: Mapped[list["Allocation"]] = relationship(lazy="raise", order_by="Allocation.season_id")


class Tender(Model):
    """One way in which part of a payment was made; cash is what stayed in the till."""

    __tablename__ = "tender"
    __table_args__ = (Index(None, "payment_id"), CheckConstraint("amount > 0", name="amount_positive"))

    id: Mapped[Pk]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    method: Mapped[TenderMethod]
    amount: Mapped[Money]
    reference: Mapped[str] = mapped_column(server_default="", comment="trade, slip or cheque number")


class Allocation(Model):
    """The part of a payment that settles one bill, `penalty` of it the penalty and the rest the fee."""

    __tablename__ = "allocation"
    __table_args__ = (
        ForeignKeyConstraint(["season_id", "account_id"], ["bill.season_id", "bill.account_id"]),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("penalty between 0 and amount", name="penalty_is_part"),
    )

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), primary_key=True, autoincrement=False)
    season_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int]
    amount: Mapped[Money]
    penalty: Mapped[Money] = mapped_column(
        server_default="0", comment="the part of the amount that paid penalty"
    )


class PaymentVoid(Model):
    """A payment undone on the day it was taken: the mirror journal and the reason."""

    __tablename__ = "payment_void"
    __table_args__ = (CheckConstraint("length(btrim(reason)) >= 2", name="reason_given"),)

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), primary_key=True, autoincrement=False)
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), unique=True)
    reason: Mapped[str]
    voided_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    voided_at: Mapped[CreatedAt]
