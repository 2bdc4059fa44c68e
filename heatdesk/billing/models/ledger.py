"""The ledger: append-only journals of balanced entries (design decision 4); triggers refuse everything else."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Sequence,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.billing.rules.ledger import AccountKind, BillTotal, JournalKind
from heatdesk.billing.rules.workflow import DayState
from heatdesk.db import CreatedAt, Model, Money


class LedgerAccount(Model):
    """An account of the chart; `general_ledger_code` is what the utility's own ledger calls it."""

    __tablename__ = "ledger_account"

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[AccountKind]
    name: Mapped[str]
    name_zh: Mapped[str]
    bill_total: Mapped[BillTotal] = mapped_column(
        server_default=BillTotal.PAID, comment="what a movement between 1122 and this account does to a bill"
    )
    general_ledger_code: Mapped[str | None]


class BusinessDay(Model):
    """A branch's day of business: opened by a person, closed once, sealed by a hash chained to the day before."""

    __tablename__ = "business_day"
    __table_args__ = (
        Index("uq_business_day_open", "branch_id", unique=True, postgresql_where=text("state = 'open'")),
        CheckConstraint("(state = 'closed') = (seal is not null)", name="closed_is_sealed"),
    )

    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[DayState] = mapped_column(server_default=DayState.OPEN)
    opened_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[CreatedAt]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]
    totals: Mapped[dict[str, Any] | None]
    previous_seal: Mapped[str | None]
    seal: Mapped[str | None]


journal_id_sequence = Sequence("journal_id_seq", metadata=Model.metadata)
entry_id_sequence = Sequence("entry_id_seq", metadata=Model.metadata)


class Journal(Model):
    """What happened, when, by whom, and on whose authority; its entries carry the money."""

    __tablename__ = "journal"
    __table_args__ = (
        ForeignKeyConstraint(["branch_id", "business_date"], ["business_day.branch_id", "business_day.day"]),
        Index(None, "branch_id", "business_date"),
        CheckConstraint("reverses <> id", name="reverses_another"),
        CheckConstraint("(change_request_id is null) = (effect is null)", name="effect_of_request"),
        UniqueConstraint("change_request_id", "effect"),
    )

    id: Mapped[int] = mapped_column(
        journal_id_sequence, primary_key=True, server_default=journal_id_sequence.next_value()
    )
    kind: Mapped[JournalKind]
    branch_id: Mapped[int]
    business_date: Mapped[date]
    actor_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    request_id: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    reverses: Mapped[int | None] = mapped_column(ForeignKey("journal.id"), unique=True)
    till_shift_id: Mapped[int | None] = mapped_column(ForeignKey("till_shift.id"))
    change_request_id: Mapped[int | None] = mapped_column(
        ForeignKey("change_request.id"),
        server_default=text("nullif(current_setting('heatdesk.change_request', true), '')::bigint"),
        comment="on whose authority; set for everything posted while an approved request takes effect",
    )
    effect: Mapped[str | None] = mapped_column(
        server_default=text("nullif(current_setting('heatdesk.effect', true), '')"),
        comment="which part of the request's effect: each part is booked at most once",
    )
    memo: Mapped[str] = mapped_column(server_default="")
    recorded_at: Mapped[CreatedAt]
    transaction_id: Mapped[int] = mapped_column(
        server_default=text("(pg_current_xact_id()::text)::bigint"),
        comment="entries may only be added by the transaction that wrote the journal",
    )


class Entry(Model):
    """One movement of money, partitioned by season; `season_id` is null for what belongs to no season."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("season_id", "id", postgresql_nulls_not_distinct=True),
        ForeignKeyConstraint(["season_id", "account_id"], ["bill.season_id", "bill.account_id"]),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        CheckConstraint(
            "(debit <> '1122' and credit <> '1122') or (season_id is not null and account_id is not null)",
            name="receivable_has_bill",
        ),
        CheckConstraint(
            "(debit <> '1123' and credit <> '1123') or (season_id is not null and account_id is not null)",
            name="penalty_has_bill",
        ),
        CheckConstraint(
            "(debit <> '2203' and credit <> '2203') or account_id is not null", name="prepayment_has_account"
        ),
        Index(None, "journal_id"),
        Index(None, "account_id"),
        {"postgresql_partition_by": "LIST (season_id)"},
    )

    id: Mapped[int] = mapped_column(server_default=entry_id_sequence.next_value())
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"))
    season_id: Mapped[int | None] = mapped_column(ForeignKey("season.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    debit: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"))
    credit: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"))
    amount: Mapped[Money]
    item: Mapped[str | None]

    __mapper_args__ = {"primary_key": ["id"]}


class Prepayment(Model):
    """What an account has paid ahead; kept by a trigger from the entries on 2203, never below zero."""

    __tablename__ = "prepayment"
    __table_args__ = (CheckConstraint("balance >= 0", name="never_negative"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    balance: Mapped[Money] = mapped_column(server_default="0")
