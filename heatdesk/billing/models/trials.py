"""Tariff trials: drafts tried on the whole register; results of their own, nothing in the books."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Computed, ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.workflow import ShardState, TrialBasis, TrialState
from heatdesk.db import CreatedAt, Model, Money, Pk


class TariffTrial(Model):
    """One trial: which drafts, in which wording, against what, and what came of it."""

    __tablename__ = "tariff_trial"
    __table_args__ = (Index(None, "started_at"),)

    id: Mapped[Pk]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    basis: Mapped[TrialBasis]
    drafts: Mapped[list[Any]] = mapped_column(
        comment="per draft: tariff_id, version, and its parameters as they were tried"
    )
    tariff_ids: Mapped[list[Any]] = mapped_column(comment="the approved versions it was compared with")
    state: Mapped[TrialState] = mapped_column(server_default=TrialState.RUNNING)
    totals: Mapped[dict[str, Any] | None] = mapped_column(
        comment="by branch, class, office and community; by branch, class and step of the difference"
    )
    started_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime | None]


class TrialShard(Model):
    """A range of account ids that is tried in one transaction; done once, whatever is killed."""

    __tablename__ = "trial_shard"

    trial_id: Mapped[int] = mapped_column(
        ForeignKey("tariff_trial.id"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_account_id: Mapped[int]
    last_account_id: Mapped[int]
    state: Mapped[ShardState] = mapped_column(server_default=ShardState.WAITING)
    totals: Mapped[dict[str, Any] | None]
    done_at: Mapped[datetime | None]


class TrialFlat(Model):
    """What one household would pay. Without foreign keys: a million checks cost more than the trial, every row is made
    from an account that was just read, and all rows of a trial go with it.
    """

    __tablename__ = "trial_flat"
    __table_args__ = (
        Index(None, "trial_id", "difference", "account_id"),
        Index(
            "ix_trial_flat_refused",
            "trial_id",
            "account_id",
            postgresql_where=text("message is not null"),
        ),
    )

    trial_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    branch_id: Mapped[int] = mapped_column(BigInteger)
    office_id: Mapped[int] = mapped_column(BigInteger)
    community_id: Mapped[int] = mapped_column(BigInteger)
    use_class: Mapped[UseClass]
    before: Mapped[Money | None] = mapped_column(comment="null where the tariff in force cannot charge it")
    after: Mapped[Money | None] = mapped_column(comment="null where the drafts cannot charge it")
    difference: Mapped[Money | None] = mapped_column(
        Numeric(14, 2), Computed("after - before", persisted=True)
    )
    message: Mapped[str | None] = mapped_column(comment="why it cannot be charged: an English message id")
    values: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", comment="what stands in the places of the message"
    )
