"""Whom: the persons and organisations heat is sold to."""

import enum

from sqlalchemy import ARRAY, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import CreatedAt, Model, Pk


class CustomerKind(enum.StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


class Customer(Model):
    """A person or organisation; the name's pinyin initials are stored because search runs on them."""

    __tablename__ = "customer"
    __table_args__ = (
        Index(None, "name"),
        Index("ix_customer_organisation", "id", postgresql_where=text("kind = 'organisation'")),
    )

    id: Mapped[Pk]
    kind: Mapped[CustomerKind]
    name: Mapped[str]
    name_initials: Mapped[str] = mapped_column(
        server_default="", comment="every reading, separated by a space"
    )
    phones: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    id_number: Mapped[str | None] = mapped_column(comment="identity card or unified social credit code")
    remark: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]
