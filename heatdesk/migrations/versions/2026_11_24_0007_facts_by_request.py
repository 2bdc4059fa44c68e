"""Facts by request need a clearing account, card-number rules, deciders of closings, guarded settings."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from heatdesk.approvals.rules.defaults import LEVELS, VALID_FROM
from heatdesk.billing.rules.ledger import CHART, LedgerCode

revision = "2026_11_24_0007"
down_revision = "2026_11_24_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    op.add_column(
        "branch",
        sa.Column(
            "card_prefix",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="what new card numbers begin with",
        ),
    )
    op.add_column(
        "branch",
        sa.Column(
            "card_digits",
            sa.BigInteger(),
            server_default="10",
            nullable=False,
            comment="how many digits of a new card number follow its prefix",
        ),
    )
    op.create_check_constraint("card_digits_sensible", "branch", "card_digits between 4 and 16")
    op.execute(
        sa.text(
            "insert into ledger_account (code, kind, name, name_zh, bill_total) "
            "values (:code, :kind, :name, :name_zh, :bill_total) on conflict (code) do nothing"
        ).bindparams(code=LedgerCode.OWNER_CLEARING, **CHART[LedgerCode.OWNER_CLEARING]._asdict())
    )
    for number, level in enumerate(LEVELS["closing"], start=1):
        op.execute(
            sa.text(
                "insert into approval_rule (kind, valid_from, level, min_amount, role, department_id) "
                "select 'closing', :day, :level, :amount, :role, department.id from department "
                "where department.code = :department and not exists (select from approval_rule "
                "where kind = 'closing' and valid_from = :day and level = :level and branch_id is null)"
            ).bindparams(
                day=VALID_FROM,
                level=number,
                amount=level.min_amount,
                role=level.role,
                department=level.department,
            )
        )
    op.execute((Path(__file__).parents[1] / "sql" / "0007_settings.sql").read_text(encoding="utf-8"))
