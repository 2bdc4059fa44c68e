"""Meters and what they showed."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.billing.rules.energy import MeterFault
from heatdesk.billing.rules.states import Unit
from heatdesk.db import CreatedAt, Model, Pk


class Meter(Model):
    """A meter at an account, from the day it was put in to the day it was taken out."""

    __tablename__ = "meter"
    __table_args__ = (
        Index(None, "account_id"),
        CheckConstraint("removed_on >= installed_on", name="removed_after_installed"),
        CheckConstraint("correction > 0", name="correction_positive"),
        CheckConstraint("minimum >= 0", name="minimum_not_negative"),
    )

    id: Mapped[Pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    serial_no: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[Unit]
    digits: Mapped[int | None] = mapped_column(
        comment="whole places of the counter, after which it starts at zero"
    )
    correction: Mapped[Decimal] = mapped_column(
        Numeric(7, 4), server_default="1", comment="factor of the flat's position (用热量修正系数)"
    )
    minimum: Mapped[Decimal | None] = mapped_column(
        Numeric(14, 3), comment="least quantity agreed per settlement period, for steam and hot water"
    )
    installed_on: Mapped[date]
    removed_on: Mapped[date | None]
    created_at: Mapped[CreatedAt]


class MeterReading(Model):
    """What a meter showed on a day; append-only: a later reading of the same day takes the place of an earlier one."""

    __tablename__ = "meter_reading"
    __table_args__ = (
        Index(None, "meter_id", "read_on", "id"),
        CheckConstraint("shown >= 0", name="shown_not_negative"),
    )

    id: Mapped[Pk]
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    read_on: Mapped[date]
    shown: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    fault: Mapped[MeterFault | None] = mapped_column(comment="why the meter cannot be trusted until this day")
    remark: Mapped[str] = mapped_column(server_default="")
    entered_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    entered_at: Mapped[CreatedAt]
