"""Saved filters per person, sentences of jobs in the reader's language, a till that is being counted.

The guard of journals and days stands in `../sql/0014_tills.sql`.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_0014"
down_revision = "2026_11_24_0008"
branch_labels = None
depends_on = None

_STATES = "ck_till_shift_shiftstate"


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False, comment="which list it narrows: endpoint and noun"),
        sa.Column("name", sa.String(length=90), nullable=False),
        sa.Column("query", sa.Text(), nullable=False, comment="the query string; a date may be «today»"),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_filter_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("staff_id", "list", "name", name=op.f("uq_saved_filter_staff_id_list_name")),
    )
    op.create_index(
        "uq_saved_filter_default",
        "saved_filter",
        ["staff_id", "list"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    for column in ("title_values", "error_values"):
        op.add_column(
            "job",
            sa.Column(column, postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        )
    op.alter_column("job", "title", comment="an English message id")
    op.alter_column("job", "error", comment="why it stopped, an English message id")
    op.drop_constraint(_STATES, "till_shift")
    op.create_check_constraint(op.f(_STATES), "till_shift", "state in ('open', 'counting', 'closed')")
    op.drop_index("uq_till_shift_open", "till_shift")
    op.create_index(
        "uq_till_shift_open",
        "till_shift",
        ["staff_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'closed'"),
    )
    folder = Path(__file__).parent.parent / "sql"
    for part in ("tills", "grants"):
        op.execute((folder / f"0014_{part}.sql").read_text(encoding="utf-8"))
