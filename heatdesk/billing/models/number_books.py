"""Number books and the numbered papers taken from them."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.billing.rules.workflow import NumberKind, PaperState
from heatdesk.db import CreatedAt, Model, Pk


class NumberBook(Model):
    """A range of numbers in one cashier's hands; the row lock makes them gapless (invariant I17)."""

    __tablename__ = "number_book"
    __table_args__ = (
        CheckConstraint(
            "first_number >= 0 and next_number between first_number and last_number + 1", name="range"
        ),
        Index(
            "uq_number_book_active",
            "staff_id",
            "kind",
            unique=True,
            postgresql_where=text("is_active and staff_id is not null"),
        ),
    )

    id: Mapped[Pk]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    kind: Mapped[NumberKind]
    prefix: Mapped[str] = mapped_column(server_default="")
    digits: Mapped[int] = mapped_column(server_default="7")
    first_number: Mapped[int]
    last_number: Mapped[int]
    next_number: Mapped[int]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    is_active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[CreatedAt]

    @property
    def left(self) -> int:
        return self.last_number - self.next_number + 1

    def written(self, number: int) -> str:
        """The number as printed: prefix and leading zeros."""
        return f"{self.prefix}{number:0{self.digits}d}"


class Receipt(Model):
    """A receipt: the printable facts are frozen at issue, a reprint draws the same facts and counts itself."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("number_book_id", "number"),
        Index("ix_receipt_written", "written"),
        CheckConstraint("(state = 'void') = (void_reason is not null)", name="void_has_reason"),
    )

    id: Mapped[Pk]
    number_book_id: Mapped[int] = mapped_column(ForeignKey("number_book.id"))
    number: Mapped[int]
    written: Mapped[str] = mapped_column(comment="the number as printed")
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), unique=True)
    token: Mapped[str] = mapped_column(unique=True, comment="names the public page that the QR code opens")
    facts: Mapped[dict[str, Any]]
    state: Mapped[PaperState] = mapped_column(server_default=PaperState.ISSUED)
    void_reason: Mapped[str | None]
    prints: Mapped[int] = mapped_column(server_default="0")
    issued_at: Mapped[CreatedAt]


class Invoice(Model):
    """An invoice for one bill of a payment; numbered and frozen like a receipt."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("number_book_id", "number"),
        UniqueConstraint("payment_id", "season_id"),
        CheckConstraint("(state = 'void') = (void_reason is not null)", name="void_has_reason"),
    )

    id: Mapped[Pk]
    number_book_id: Mapped[int] = mapped_column(ForeignKey("number_book.id"))
    number: Mapped[int]
    written: Mapped[str]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    token: Mapped[str] = mapped_column(unique=True)
    facts: Mapped[dict[str, Any]]
    state: Mapped[PaperState] = mapped_column(server_default=PaperState.ISSUED)
    void_reason: Mapped[str | None]
    prints: Mapped[int] = mapped_column(server_default="0")
    issued_on: Mapped[date]
    issued_at: Mapped[CreatedAt]
