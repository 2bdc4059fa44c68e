"""Bills: one per account and season, its charges with their explanations."""

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import CreatedAt, Model, Money, Pk


class Bill(Model):
    """Totals of one account in one season, kept by triggers from the entries on 1122 and 1123 (invariants I5, I6)."""

    __tablename__ = "bill"
    __table_args__ = (
        CheckConstraint("charged - reduced - paid >= 0", name="not_overpaid"),
        CheckConstraint("penalty >= 0", name="penalty_not_negative"),
        Index(None, "account_id"),
        Index(
            "ix_bill_open",
            "season_id",
            "account_id",
            postgresql_include=["charged", "reduced", "paid"],
            postgresql_where=text("charged - reduced - paid > 0"),
        ),
        {"postgresql_partition_by": "LIST (season_id)"},
    )

    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    charged: Mapped[Money] = mapped_column(server_default="0")
    reduced: Mapped[Money] = mapped_column(server_default="0")
    paid: Mapped[Money] = mapped_column(server_default="0")
    penalty: Mapped[Money] = mapped_column(
        server_default="0", comment="frozen on 1123 and neither paid nor waived"
    )

    @property
    def due(self) -> Decimal:
        """What is still owed of the fee, without penalty, yuan ≥ 0."""
        return self.charged - self.reduced - self.paid


class ChargeBasis(Model):
    """The explanation that many flats share: everything but the area (design decision 6)."""

    __tablename__ = "charge_basis"

    id: Mapped[Pk]
    digest: Mapped[str] = mapped_column(unique=True, comment="sha256 of the explanation")
    explanation: Mapped[dict[str, Any]]


class Charge(Model):
    """What an assessment moved a bill by, per item; `target` is the item's whole amount after it."""

    __tablename__ = "charge"
    __table_args__ = (
        ForeignKeyConstraint(["season_id", "account_id"], ["bill.season_id", "bill.account_id"]),
        CheckConstraint("(basis_id is null) <> (explanation is null)", name="explained_once"),
        CheckConstraint("revision > 0", name="revision_positive"),
        {"postgresql_partition_by": "LIST (season_id)"},
    )

    season_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"))
    amount: Mapped[Money] = mapped_column(comment="the difference posted, signed")
    target: Mapped[Money]
    quantity_m2: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    basis_id: Mapped[int | None] = mapped_column(ForeignKey("charge_basis.id"))
    figures: Mapped[list[int] | None] = mapped_column(
        ARRAY(BigInteger), comment="what the basis leaves open: areas in 0.01 m2, amounts in fen, days"
    )
    explanation: Mapped[dict[str, Any] | None]
    recorded_at: Mapped[CreatedAt]
