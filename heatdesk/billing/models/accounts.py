"""Accounts (用户) and the dated facts they are billed from."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from heatdesk.billing.rules.states import AreaPartKind, SupplyMode, SupplyState, UseClass
from heatdesk.db import Area, CreatedAt, Height, Model, Pk
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer


class Account(Model):
    """A customer responsible for a premises; the books follow the account, the card number names it at the counter."""

    __tablename__ = "account"
    __table_args__ = (
        Index(
            "uq_account_open_premises", "premises_id", unique=True, postgresql_where=text("closed_on is null")
        ),
        Index(None, "customer_id"),
        Index(None, "premises_id"),
        Index(None, "branch_id", "card_no"),
        Index("ix_account_locked", "id", postgresql_where=text("is_locked")),
        CheckConstraint("closed_on >= opened_on", name="closed_after_opened"),
    )

    id: Mapped[Pk]
    card_no: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    is_locked: Mapped[bool] = mapped_column(server_default="false", comment="takes no payment until unlocked")
    remark: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]

    customer: Mapped[Customer] = relationship(lazy="raise")
    premises: Mapped[Premises] = relationship(lazy="raise")


class SupplyTerm(Model):
    """How a flat is supplied from one day to another (both included); no two terms of an account overlap."""

    __tablename__ = "supply_term"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("building_area_m2 > 0", name="area_positive"),
        ExcludeConstraint(
            ("account_id", "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_supply_term_overlap",
        ),
        Index(None, "account_id", "starts_on"),
        Index(None, "building_area_m2", "account_id"),
        Index("ix_supply_term_unusual_state", "state", postgresql_where=text("state <> 'supplied'")),
        Index("ix_supply_term_unusual_mode", "mode", postgresql_where=text("mode <> 'area'")),
    )

    id: Mapped[Pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    mode: Mapped[SupplyMode]
    use_class: Mapped[UseClass]
    state: Mapped[SupplyState]
    building_area_m2: Mapped[Area]
    inner_area_m2: Mapped[Area | None]
    usable_area_m2: Mapped[Area | None]
    storey_height_m: Mapped[Height | None]
    reason: Mapped[str] = mapped_column(
        server_default="", comment="where the fact comes from: file, request, form"
    )
    created_at: Mapped[CreatedAt]

    parts: Mapped[list["AreaPart"]] = relationship(lazy="raise")


class AreaPart(Model):
    """A part of the area with a coefficient of its own: balcony, attic, basement (domain.md §1.2, §1.7)."""

    __tablename__ = "area_part"
    __table_args__ = (Index(None, "supply_term_id"), CheckConstraint("area_m2 > 0", name="area_positive"))

    id: Mapped[Pk]
    supply_term_id: Mapped[int] = mapped_column(ForeignKey("supply_term.id", ondelete="CASCADE"))
    kind: Mapped[AreaPartKind]
    area_m2: Mapped[Area]
    net_height_m: Mapped[Height | None]
    heated: Mapped[bool] = mapped_column(server_default="false")
