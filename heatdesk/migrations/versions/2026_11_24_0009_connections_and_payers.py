"""Connection agreements and payer shares: facts that bills beside the season's own follow from."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_0009"
down_revision = "2026_11_24_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    op.create_table(
        "connection_agreement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False, comment="number of the agreement"),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("agreed_m2", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("measured_m2", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("price", sa.Numeric(precision=10, scale=4), nullable=False, comment="yuan per m²"),
        sa.Column("adjustment", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column(
            "instalments",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="[{due_on, share}], the shares make one",
        ),
        sa.Column("change_request_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "agreed_m2 > 0 and (measured_m2 is null or measured_m2 > 0)",
            name=op.f("ck_connection_agreement_areas_positive"),
        ),
        sa.CheckConstraint("price >= 0", name=op.f("ck_connection_agreement_price_not_negative")),
        _reference("connection_agreement", "account_id", "account"),
        _reference("connection_agreement", "change_request_id", "change_request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_agreement")),
        sa.UniqueConstraint("change_request_id", name=op.f("uq_connection_agreement_change_request_id")),
    )
    op.create_index(
        op.f("ix_connection_agreement_account_id_id"), "connection_agreement", ["account_id", "id"]
    )
    op.create_table(
        "payer_share",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("payer_account_id", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.Numeric(precision=7, scale=6), nullable=False, comment="1 is the whole bill"),
        sa.Column("up_to_m2", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column(
            "limit_amount",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="yuan per season at most",
        ),
        sa.Column("season_id", sa.BigInteger(), nullable=False, comment="holds from this season on"),
        sa.Column("change_request_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("share between 0 and 1", name=op.f("ck_payer_share_share_of_one")),
        sa.CheckConstraint("account_id <> payer_account_id", name=op.f("ck_payer_share_two_accounts")),
        _reference("payer_share", "account_id", "account"),
        _reference("payer_share", "payer_account_id", "account"),
        _reference("payer_share", "season_id", "season"),
        _reference("payer_share", "change_request_id", "change_request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_share")),
    )
    op.create_index(op.f("ix_payer_share_account_id_id"), "payer_share", ["account_id", "id"])
    op.create_index(op.f("ix_payer_share_payer_account_id"), "payer_share", ["payer_account_id"])
    op.execute((Path(__file__).parents[1] / "sql" / "0009_connections.sql").read_text(encoding="utf-8"))


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
