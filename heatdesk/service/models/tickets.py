"""Tickets (工单) and their history. The row says how it stands, the events say how it came to that."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Enum, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from heatdesk.db import CreatedAt, Model, Pk
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer
from heatdesk.service.rules.states import Cause, TicketState, TicketType, Verb

_IS_OPEN = text("state in ('new', 'assigned', 'waiting')")


class Ticket(Model):
    """A job in the field. Account and card number are billing's; the desk keeps them to find the flat again."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("uq_ticket_open_valve_job", "account_id", "type", unique=True, postgresql_where=_IS_OPEN),
        Index("ix_ticket_open", "branch_id", "due_on", postgresql_where=_IS_OPEN),
        Index(None, "account_id"),
        Index(None, "premises_id"),
        Index(None, "branch_id", "id"),
        Index(None, "change_request_id"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint(
            "state not in ('resolved', 'closed') or (executed_on is not null and executed_by is not null)",
            name="executed_by_somebody",
        ),
    )

    id: Mapped[Pk]
    number: Mapped[str] = mapped_column(unique=True)
    type: Mapped[TicketType]
    cause: Mapped[Cause]
    state: Mapped[TicketState] = mapped_column(server_default=TicketState.NEW)
    version: Mapped[int] = mapped_column(server_default="1", comment="how many events it has")
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    card_no: Mapped[str]
    change_request_id: Mapped[int | None] = mapped_column(ForeignKey("change_request.id"))
    wanted_on: Mapped[date] = mapped_column(comment="from when on it was asked for; not executed earlier")
    due_on: Mapped[date]
    order: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", comment="what whoever made the job wants to know again when it is carried out"
    )
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    executed_on: Mapped[date | None]
    executed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    seal_number: Mapped[str | None]
    obstacle: Mapped[str | None] = mapped_column(comment="why it could not be carried out, while it waits")
    created_at: Mapped[CreatedAt]

    premises: Mapped[Premises] = relationship(lazy="raise")
    customer: Mapped[Customer] = relationship(lazy="raise")


class TicketEvent(Model):
    """One move of a ticket; append-only, numbered without gaps, written in the transaction that moves the ticket."""

    __tablename__ = "ticket_event"
    __table_args__ = (UniqueConstraint("ticket_id", "number"),)

    id: Mapped[Pk]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    number: Mapped[int]
    verb: Mapped[Verb]
    from_state: Mapped[TicketState | None] = mapped_column(
        Enum(TicketState, name="fromstate", native_enum=False, create_constraint=True, length=40,
             values_callable=lambda states: [state.value for state in states])
    )  # fmt: skip
    to_state: Mapped[TicketState]
    actor_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str] = mapped_column(server_default="")
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    transaction_id: Mapped[int] = mapped_column(BigInteger, server_default=text("txid_current()"))
    recorded_at: Mapped[CreatedAt]


class TicketPhoto(Model):
    """A photo of the work, drawn anew on arrival so that it tells neither place nor device; append-only."""

    __tablename__ = "ticket_photo"
    __table_args__ = (UniqueConstraint("ticket_id", "sha256"),)

    id: Mapped[Pk]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    taken_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[CreatedAt]
