"""Connection agreements (入网协议): what joining the network costs, by area, paid in parts."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import Area, CreatedAt, Model, Money, Pk


class ConnectionAgreement(Model):
    """What was agreed with an account; the newest row of an account holds, the others are its history."""

    __tablename__ = "connection_agreement"
    __table_args__ = (
        CheckConstraint("agreed_m2 > 0 and (measured_m2 is null or measured_m2 > 0)", name="areas_positive"),
        CheckConstraint("price >= 0", name="price_not_negative"),
        Index(None, "account_id", "id"),
    )

    id: Mapped[Pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    document_no: Mapped[str] = mapped_column(comment="number of the agreement")
    signed_on: Mapped[date]
    agreed_m2: Mapped[Area]
    measured_m2: Mapped[Area | None]
    price: Mapped[Decimal] = mapped_column(Numeric(10, 4), comment="yuan per m²")
    adjustment: Mapped[Money] = mapped_column(server_default="0")
    instalments: Mapped[list[Any]] = mapped_column(comment="[{due_on, share}], the shares make one")
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), unique=True)
    created_at: Mapped[CreatedAt]
