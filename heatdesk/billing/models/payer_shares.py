"""Payer shares (单位承担): which part of a household's bills an organisation answers for."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import Area, CreatedAt, Model, Money, Pk


class PayerShare(Model):
    """From a season on an organisation's account takes over a share of a household's bills; the newest row of the
    household whose season has begun holds, and a share of zero ends it.
    """

    __tablename__ = "payer_share"
    __table_args__ = (
        CheckConstraint("share between 0 and 1", name="share_of_one"),
        CheckConstraint("account_id <> payer_account_id", name="two_accounts"),
        Index(None, "account_id", "id"),
        Index(None, "payer_account_id"),
    )

    id: Mapped[Pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    payer_account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    share: Mapped[Decimal] = mapped_column(Numeric(7, 6), comment="1 is the whole bill")
    up_to_m2: Mapped[Area | None]
    limit_amount: Mapped[Money | None] = mapped_column(comment="yuan per season at most")
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), comment="holds from this season on")
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"))
    created_at: Mapped[CreatedAt]
