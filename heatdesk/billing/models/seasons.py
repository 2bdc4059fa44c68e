"""Seasons (采暖期) and tariff versions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.billing.rules.states import SeasonKind, UseClass
from heatdesk.billing.rules.workflow import SeasonState, TariffState
from heatdesk.db import CreatedAt, Model, Pk


class Season(Model):
    """A period that is charged, mostly one heating season; the statutory number of days is a fact of its own
    (domain.md §1.1, conclusion 3).
    """

    __tablename__ = "season"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("statutory_days between 1 and 366", name="statutory_days"),
    )

    id: Mapped[Pk]
    kind: Mapped[SeasonKind] = mapped_column(server_default=SeasonKind.HEATING)
    code: Mapped[str] = mapped_column(unique=True, comment="2026-2027")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    statutory_days: Mapped[int]
    due_on: Mapped[date]
    state: Mapped[SeasonState] = mapped_column(server_default=SeasonState.PLANNED)
    created_at: Mapped[CreatedAt]


class Tariff(Model):
    """A version of the rules for one use class; once approved it is never edited, only followed by another."""

    __tablename__ = "tariff"
    __table_args__ = (
        UniqueConstraint("use_class", "version"),
        Index(
            "uq_tariff_use_class_valid_from",
            "use_class",
            "valid_from",
            unique=True,
            postgresql_where=text("state = 'approved'"),
        ),
        CheckConstraint("approved_by <> drafted_by", name="four_eyes"),
        CheckConstraint("(state = 'approved') = (approved_by is not null)", name="approved_by_somebody"),
    )

    id: Mapped[Pk]
    use_class: Mapped[UseClass]
    version: Mapped[int]
    valid_from: Mapped[date]
    document_no: Mapped[str] = mapped_column(comment="文号: the price document it rests on")
    parameters: Mapped[dict[str, Any]] = mapped_column(comment="heatdesk.billing.rules.tariffs.Tariff")
    state: Mapped[TariffState] = mapped_column(server_default=TariffState.DRAFT)
    drafted_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
