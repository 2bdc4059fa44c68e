"""Penalties (违约金) frozen as lines of their own when money moved; append-only."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import CreatedAt, Model, Money, Pk


class Penalty(Model):
    """What days of late payment came to for one bill; it stands as long as its journal is not reversed."""

    __tablename__ = "penalty"
    __table_args__ = (
        ForeignKeyConstraint(["season_id", "account_id"], ["bill.season_id", "bill.account_id"]),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("days > 0", name="days_positive"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index(None, "account_id", "season_id"),
        Index(None, "journal_id"),
    )

    id: Mapped[Pk]
    season_id: Mapped[int]
    account_id: Mapped[int]
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(comment="the day on which it was frozen")
    days: Mapped[int]
    amount: Mapped[Money]
    steps: Mapped[list[Any]] = mapped_column(comment="base, rate and days, each with its document")
    recorded_at: Mapped[CreatedAt]
