"""Tariff trials: drafts tried on the whole register, with results of their own (`../sql/0012_tariff_trials.sql`)."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_0012"
down_revision = "2026_11_24_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    op.create_table(
        "tariff_trial",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("season_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(
                "approved",
                "charged",
                name="trialbasis",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "drafts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="per draft: tariff_id, version, and its parameters as they were tried",
        ),
        sa.Column(
            "tariff_ids",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the approved versions it was compared with",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "done",
                "stopped",
                name="trialstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="running",
            nullable=False,
        ),
        sa.Column(
            "totals",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="by branch, class, office and community; by branch, class and step of the difference",
        ),
        sa.Column("started_by", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_tariff_trial_season_id_season")),
        sa.ForeignKeyConstraint(["started_by"], ["staff.id"], name=op.f("fk_tariff_trial_started_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff_trial")),
    )
    op.create_index(op.f("ix_tariff_trial_started_at"), "tariff_trial", ["started_at"])
    op.create_table(
        "trial_shard",
        sa.Column("trial_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_account_id", sa.BigInteger(), nullable=False),
        sa.Column("last_account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting", "done", name="shardstate", native_enum=False, create_constraint=True, length=40
            ),
            server_default="waiting",
            nullable=False,
        ),
        sa.Column("totals", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["tariff_trial.id"], name=op.f("fk_trial_shard_trial_id_tariff_trial")
        ),
        sa.PrimaryKeyConstraint("trial_id", "number", name=op.f("pk_trial_shard")),
    )
    _make_flats()
    script = (Path(__file__).parents[1] / "sql" / "0012_tariff_trials.sql").read_text(encoding="utf-8")
    driver_connection = op.get_bind().connection.driver_connection
    assert driver_connection is not None  # noqa: S101 (a migration runs on a connection)
    with driver_connection.cursor() as cursor:
        cursor.execute(script)


def _make_flats() -> None:
    op.create_table(
        "trial_flat",
        sa.Column("trial_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "use_class",
            sa.Enum(
                "residential",
                "non_residential",
                "public",
                name="useclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "before",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="null where the tariff in force cannot charge it",
        ),
        sa.Column(
            "after",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="null where the drafts cannot charge it",
        ),
        sa.Column(
            "difference",
            sa.Numeric(precision=14, scale=2),
            sa.Computed("after - before", persisted=True),
            nullable=True,
        ),
        sa.Column(
            "message", sa.Text(), nullable=True, comment="why it cannot be charged: an English message id"
        ),
        sa.Column(
            "values",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="what stands in the places of the message",
        ),
        sa.PrimaryKeyConstraint("trial_id", "account_id", name=op.f("pk_trial_flat")),
    )
    op.create_index(
        op.f("ix_trial_flat_trial_id_difference_account_id"),
        "trial_flat",
        ["trial_id", "difference", "account_id"],
    )
    op.create_index(
        "ix_trial_flat_refused",
        "trial_flat",
        ["trial_id", "account_id"],
        postgresql_where=sa.text("message is not null"),
    )
