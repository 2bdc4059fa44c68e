"""Late payment at the counter: frozen penalties, what of them is unpaid, what a payment paid of them."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_0004"
down_revision = "2026_11_24_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    op.add_column(
        "bill",
        sa.Column(
            "penalty",
            sa.Numeric(precision=14, scale=2),
            server_default="0",
            nullable=False,
            comment="frozen on 1123 and neither paid nor waived",
        ),
    )
    op.create_check_constraint("penalty_not_negative", "bill", "penalty >= 0")
    op.create_check_constraint(
        "penalty_has_bill",
        "entry",
        "(debit <> '1123' and credit <> '1123') or (season_id is not null and account_id is not null)",
    )
    op.add_column(
        "allocation",
        sa.Column(
            "penalty",
            sa.Numeric(precision=14, scale=2),
            server_default="0",
            nullable=False,
            comment="the part of the amount that paid penalty",
        ),
    )
    op.create_check_constraint("penalty_is_part", "allocation", "penalty between 0 and amount")
    _create_penalty()
    op.execute((Path(__file__).parents[1] / "sql" / "0004_penalties.sql").read_text(encoding="utf-8"))


def _create_penalty() -> None:
    op.create_table(
        "penalty",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("season_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="the day on which it was frozen"),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column(
            "steps",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="base, rate and days, each with its document",
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_penalty_amount_positive")),
        sa.CheckConstraint("days > 0", name=op.f("ck_penalty_days_positive")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_penalty_ends_after_start")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_penalty_journal_id_journal")),
        sa.ForeignKeyConstraint(
            ["season_id", "account_id"],
            ["bill.season_id", "bill.account_id"],
            name=op.f("fk_penalty_season_id_account_id_bill"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty")),
    )
    op.create_index(op.f("ix_penalty_account_id_season_id"), "penalty", ["account_id", "season_id"])
    op.create_index(op.f("ix_penalty_journal_id"), "penalty", ["journal_id"])
