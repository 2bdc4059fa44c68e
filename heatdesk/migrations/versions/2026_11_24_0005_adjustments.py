"""Granted adjustments of bills, debts claimed again, subsidies received, and the rule of who withdraws a reduction."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from heatdesk.approvals.rules.defaults import LEVELS, VALID_FROM
from heatdesk.billing.rules.states import Item

revision = "2026_11_24_0005"
down_revision = "2026_11_24_0008"
branch_labels = None
depends_on = None

MONEY = sa.Numeric(14, 2)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    _adjustment()
    _recovery()
    _receipt()
    _withdrawal_rule()
    op.execute((Path(__file__).parents[1] / "sql" / "0005_adjustments.sql").read_text(encoding="utf-8"))


def _adjustment() -> None:
    op.create_table(
        "adjustment",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("season_id", sa.BigInteger(), sa.ForeignKey("season.id"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column(
            "item",
            sa.Enum(*Item, name="item", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "facts",
            sa.dialects.postgresql.JSONB(),
            nullable=False,
            comment="heatdesk.billing.rules.adjustments.FACTS[item]",
        ),
        sa.Column("change_request_id", sa.BigInteger(), sa.ForeignKey("change_request.id"), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False, comment="which part of the request's effect it is"),
        sa.Column("granted_at", TIME, server_default=sa.func.now(), nullable=False),
        sa.Column(
            "withdrawn_by",
            sa.BigInteger(),
            sa.ForeignKey("change_request.id"),
            comment="the request that took it back",
        ),
        sa.UniqueConstraint("change_request_id", "effect"),
        sa.CheckConstraint("withdrawn_by <> change_request_id", name="withdrawn_by_another"),
    )
    op.create_index(None, "adjustment", ["season_id", "account_id"])
    op.create_index(None, "adjustment", ["account_id"])


def _recovery() -> None:
    op.create_table(
        "debt_recovery",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("adjustment_id", sa.BigInteger(), sa.ForeignKey("adjustment.id"), nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("recorded_at", TIME, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
    )
    op.create_index(None, "debt_recovery", ["adjustment_id"])


def _receipt() -> None:
    op.create_table(
        "subsidy_receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("branch_id", sa.BigInteger(), sa.ForeignKey("branch.id"), nullable=False),
        sa.Column("season_id", sa.BigInteger(), sa.ForeignKey("season.id"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False, comment="the bank's number of the transfer"),
        sa.Column("journal_id", sa.BigInteger(), sa.ForeignKey("journal.id"), nullable=False, unique=True),
        sa.Column("recorded_by", sa.BigInteger(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("recorded_at", TIME, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
    )
    op.create_index(None, "subsidy_receipt", ["season_id", "kind"])


def _withdrawal_rule() -> None:
    for number, level in enumerate(LEVELS["withdrawal"], start=1):
        op.execute(
            sa.text(
                "insert into approval_rule (kind, valid_from, level, min_amount, role, department_id) "
                "select 'withdrawal', :day, :level, :amount, :role, department.id from department "
                "where department.code = :department and not exists (select from approval_rule "
                "where kind = 'withdrawal' and valid_from = :day and level = :level and branch_id is null)"
            ).bindparams(
                day=VALID_FROM,
                level=number,
                amount=level.min_amount,
                role=level.role,
                department=level.department,
            )
        )
