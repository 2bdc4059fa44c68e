"""Season runs: trial, release by a second person, shards, self-check."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.billing.rules.workflow import ExceptionKind, RunState, ShardState
from heatdesk.db import CreatedAt, Model, Money, Pk


class SeasonRun(Model):
    """`assess` over everyone: first a trial that posts nothing, then released and posted (design decision 5)."""

    __tablename__ = "season_run"
    __table_args__ = (
        CheckConstraint("released_by <> started_by", name="four_eyes"),
        Index(
            "uq_season_run_live",
            "season_id",
            unique=True,
            postgresql_where=text("state in ('trial_running', 'trial_done', 'released')"),
        ),
    )

    id: Mapped[Pk]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    state: Mapped[RunState]
    started_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[CreatedAt]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    released_at: Mapped[datetime | None]
    posted_at: Mapped[datetime | None]
    is_bulk: Mapped[bool] = mapped_column(
        server_default="false",
        comment="the season was empty: shards fill tables that are attached when all are done",
    )
    totals: Mapped[dict[str, Any] | None] = mapped_column(comment="by class, office: accounts, area, amount")
    journal_ids: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", comment="branch id → reserved journal id"
    )
    self_check: Mapped[dict[str, Any] | None]


class RunShard(Model):
    """A range of account ids that is assessed in one transaction; done once per phase, whatever is killed."""

    __tablename__ = "run_shard"

    run_id: Mapped[int] = mapped_column(ForeignKey("season_run.id"), primary_key=True, autoincrement=False)
    phase: Mapped[str] = mapped_column(primary_key=True, comment="trial or post")
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_account_id: Mapped[int]
    last_account_id: Mapped[int]
    state: Mapped[ShardState] = mapped_column(server_default=ShardState.WAITING)
    accounts: Mapped[int] = mapped_column(server_default="0")
    changed: Mapped[int] = mapped_column(server_default="0")
    amount: Mapped[Money] = mapped_column(server_default="0")
    totals: Mapped[dict[str, Any] | None]
    done_at: Mapped[datetime | None]


class RunException(Model):
    """A flat that the run could not charge, or whose charge looks odd, with the reason in words."""

    __tablename__ = "run_exception"
    __table_args__ = (Index(None, "run_id", "kind"),)

    id: Mapped[Pk]
    run_id: Mapped[int] = mapped_column(ForeignKey("season_run.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[ExceptionKind] = mapped_column(
        Text, comment="outlier: charged but far from last season; the others: not charged"
    )
    message: Mapped[str] = mapped_column(comment="an English message id")
    values: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", comment="what stands in the places of the message"
    )
    amount: Mapped[Money | None]
    previous_amount: Mapped[Money | None]
