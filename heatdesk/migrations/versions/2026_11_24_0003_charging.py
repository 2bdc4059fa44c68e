"""What charging beyond the season's fee needs: accounts, kinds of journals, kinds of seasons, rules of who decides."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from heatdesk.approvals.rules.defaults import LEVELS, VALID_FROM
from heatdesk.billing.rules.ledger import CHART, BillTotal, JournalKind
from heatdesk.billing.rules.states import SeasonKind

revision = "2026_11_24_0003"
down_revision = "2026_11_22_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    op.add_column(
        "ledger_account",
        sa.Column(
            "bill_total",
            sa.Enum(*BillTotal, name="billtotal", native_enum=False, create_constraint=True, length=40),
            server_default="paid",
            nullable=False,
            comment="what a movement between 1122 and this account does to a bill",
        ),
    )
    op.add_column(
        "season",
        sa.Column(
            "kind",
            sa.Enum(*SeasonKind, name="seasonkind", native_enum=False, create_constraint=True, length=40),
            server_default="heating",
            nullable=False,
        ),
    )
    _complete_chart()
    allowed = ", ".join(f"'{kind}'" for kind in JournalKind)
    op.drop_constraint("ck_journal_journalkind", "journal")
    op.create_check_constraint("journalkind", "journal", f"kind in ({allowed})")
    _complete_rules()
    op.execute((Path(__file__).parents[1] / "sql" / "0003_totals.sql").read_text(encoding="utf-8"))


def _complete_chart() -> None:
    for code, facts in CHART.items():
        op.execute(
            sa.text(
                "insert into ledger_account (code, kind, name, name_zh, bill_total) "
                "values (:code, :kind, :name, :name_zh, :bill_total) "
                "on conflict (code) do update set bill_total = excluded.bill_total"
            ).bindparams(code=code, **facts._asdict())
        )


def _complete_rules() -> None:
    """Rules for the kinds that came since; those a utility has changed meanwhile stay."""
    for kind, levels in LEVELS.items():
        for number, level in enumerate(levels, start=1):
            op.execute(
                sa.text(
                    "insert into approval_rule (kind, valid_from, level, min_amount, role, department_id) "
                    "select :kind, :day, :level, :amount, :role, department.id from department "
                    "where department.code = :department and not exists (select from approval_rule "
                    "where kind = :kind and valid_from = :day and level = :level and branch_id is null)"
                ).bindparams(
                    kind=kind,
                    day=VALID_FROM,
                    level=number,
                    amount=level.min_amount,
                    role=level.role,
                    department=level.department,
                )
            )
