"""Meters and their readings."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_0010"
down_revision = "2026_11_24_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    op.create_table(
        "meter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("serial_no", sa.Text(), nullable=False),
        sa.Column("unit", _choice("unit", "m2", "kwh", "gj", "t", "yuan"), nullable=False),
        sa.Column(
            "digits",
            sa.BigInteger(),
            nullable=True,
            comment="whole places of the counter, after which it starts at zero",
        ),
        sa.Column(
            "correction",
            sa.Numeric(precision=7, scale=4),
            server_default="1",
            nullable=False,
            comment="factor of the flat's position (用热量修正系数)",
        ),
        sa.Column(
            "minimum",
            sa.Numeric(precision=14, scale=3),
            nullable=True,
            comment="least quantity agreed per settlement period, for steam and hot water",
        ),
        sa.Column("installed_on", sa.Date(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("correction > 0", name=op.f("ck_meter_correction_positive")),
        sa.CheckConstraint("minimum >= 0", name=op.f("ck_meter_minimum_not_negative")),
        sa.CheckConstraint("removed_on >= installed_on", name=op.f("ck_meter_removed_after_installed")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_meter_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter")),
        sa.UniqueConstraint("serial_no", name=op.f("uq_meter_serial_no")),
    )
    op.create_index(op.f("ix_meter_account_id"), "meter", ["account_id"])
    op.create_table(
        "meter_reading",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("meter_id", sa.BigInteger(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("shown", sa.Numeric(precision=14, scale=3), nullable=False),
        sa.Column(
            "fault",
            _choice("meterfault", "meter", "user"),
            nullable=True,
            comment="why the meter cannot be trusted until this day",
        ),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("shown >= 0", name=op.f("ck_meter_reading_shown_not_negative")),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_meter_reading_meter_id_meter")),
        sa.ForeignKeyConstraint(["entered_by"], ["staff.id"], name=op.f("fk_meter_reading_entered_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter_reading")),
    )
    op.create_index(
        op.f("ix_meter_reading_meter_id_read_on_id"), "meter_reading", ["meter_id", "read_on", "id"]
    )
    op.execute((Path(__file__).parents[1] / "sql" / "0010_meters.sql").read_text(encoding="utf-8"))


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
