"""Refunds: what households get back, and who decides that an agreed one is taken back."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_0008"
down_revision = "2026_11_24_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False, comment="who gets the money"),
        sa.Column("bank_account", sa.Text(), server_default="", nullable=False),
        sa.Column("change_request_id", sa.BigInteger(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("agreed_journal_id", sa.BigInteger(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "state",
            _choice("refundstate", "agreed", "paid", "withdrawn"),
            server_default="agreed",
            nullable=False,
        ),
        sa.Column("method", _choice("refundmethod", "cash", "transfer"), nullable=True),
        sa.Column(
            "reference", sa.Text(), server_default="", nullable=False, comment="of the bank, for a transfer"
        ),
        sa.Column("paid_journal_id", sa.BigInteger(), nullable=True),
        sa.Column("paid_by", sa.BigInteger(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="the refund sheet as printed",
        ),
        sa.Column("prints", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("withdrawn_journal_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refund_amount_positive")),
        sa.CheckConstraint(
            "(state = 'paid') = (paid_journal_id is not null and paid_by is not null and method is not null)",
            name=op.f("ck_refund_paid_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_journal_id is not null)",
            name=op.f("ck_refund_withdrawn_is_booked"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_refund_{column}_{table}"))
            for column, table in (
                ("branch_id", "branch"),
                ("account_id", "account"),
                ("change_request_id", "change_request"),
                ("agreed_journal_id", "journal"),
                ("paid_journal_id", "journal"),
                ("paid_by", "staff"),
                ("withdrawn_journal_id", "journal"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("agreed_journal_id", name=op.f("uq_refund_agreed_journal_id")),
        sa.UniqueConstraint("paid_journal_id", name=op.f("uq_refund_paid_journal_id")),
        sa.UniqueConstraint("withdrawn_journal_id", name=op.f("uq_refund_withdrawn_journal_id")),
        sa.UniqueConstraint("change_request_id", "effect", name=op.f("uq_refund_change_request_id_effect")),
    )
    op.create_index(op.f("ix_refund_account_id"), "refund", ["account_id"])
    op.create_index(
        "ix_refund_waiting", "refund", ["branch_id", "id"], postgresql_where=sa.text("state = 'agreed'")
    )
    op.execute((Path(__file__).parents[1] / "sql" / "0008_refunds.sql").read_text(encoding="utf-8"))


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
