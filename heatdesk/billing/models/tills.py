"""Till shifts: one drawer, one cashier, one business day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.billing.rules.workflow import ShiftState
from heatdesk.db import CreatedAt, Model, Money, Pk


class TillShift(Model):
    """From the float to the blind count; `over_short` = counted − expected cash, known only after the count."""

    __tablename__ = "till_shift"
    __table_args__ = (
        ForeignKeyConstraint(["branch_id", "business_date"], ["business_day.branch_id", "business_day.day"]),
        Index("uq_till_shift_open", "staff_id", unique=True, postgresql_where=text("state <> 'closed'")),
        Index(None, "branch_id", "business_date"),
        CheckConstraint("float_amount >= 0", name="float_not_negative"),
        CheckConstraint("(state = 'closed') = (counted is not null)", name="closed_is_counted"),
    )

    id: Mapped[Pk]
    branch_id: Mapped[int]
    business_date: Mapped[date]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    till_name: Mapped[str] = mapped_column(comment="3号窗口")
    float_amount: Mapped[Money]
    state: Mapped[ShiftState] = mapped_column(server_default=ShiftState.OPEN)
    opened_at: Mapped[CreatedAt]
    closed_at: Mapped[datetime | None]
    counted: Mapped[dict[str, Any] | None] = mapped_column(
        comment="denominations and methods as counted, blind"
    )
    expected_cash: Mapped[Money | None]
    over_short: Mapped[Money | None]
    over_short_reason: Mapped[str] = mapped_column(server_default="")
