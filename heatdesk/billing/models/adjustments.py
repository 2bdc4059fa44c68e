"""Granted adjustments of bills, debts claimed again, and what an authority paid towards its subsidies."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.billing.rules.states import Item
from heatdesk.db import CreatedAt, Model, Money, Pk


class Adjustment(Model):
    """A dated fact that lowers or raises a bill; the amount follows from it each time the bill is assessed.

    Only an applied request grants one, and only another applied request withdraws it (decision 0133).
    """

    __tablename__ = "adjustment"
    __table_args__ = (
        UniqueConstraint("change_request_id", "effect"),
        Index(None, "season_id", "account_id"),
        Index(None, "account_id"),
        CheckConstraint("withdrawn_by <> change_request_id", name="withdrawn_by_another"),
    )

    id: Mapped[Pk]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    item: Mapped[Item]
    facts: Mapped[dict[str, Any]] = mapped_column(comment="heatdesk.billing.rules.adjustments.FACTS[item]")
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"))
    effect: Mapped[str] = mapped_column(comment="which part of the request's effect it is")
    granted_at: Mapped[CreatedAt]
    withdrawn_by: Mapped[int | None] = mapped_column(
        ForeignKey("change_request.id"), comment="the request that took it back"
    )


class DebtRecovery(Model):
    """A part of a written-off debt that is claimed again because somebody pays it (posting 20); append-only."""

    __tablename__ = "debt_recovery"
    __table_args__ = (
        Index(None, "adjustment_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    id: Mapped[Pk]
    adjustment_id: Mapped[int] = mapped_column(ForeignKey("adjustment.id"))
    amount: Mapped[Money]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[CreatedAt]


class SubsidyReceipt(Model):
    """Money that an authority paid towards one kind of subsidy of one season (posting 23); append-only."""

    __tablename__ = "subsidy_receipt"
    __table_args__ = (
        Index(None, "season_id", "kind"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    id: Mapped[Pk]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    kind: Mapped[str]
    amount: Mapped[Money]
    reference: Mapped[str] = mapped_column(comment="the bank's number of the transfer")
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), unique=True)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[CreatedAt]
