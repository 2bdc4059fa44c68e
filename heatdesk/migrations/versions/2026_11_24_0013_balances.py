"""Balances and figures of places, kept by difference, so that no page adds up a million bills (decision 0150).

The triggers stand in `../sql/0013_balances.sql`; what the books hold already is counted once here.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_0013"
down_revision = "2026_11_24_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    op.create_table(
        "account_balance",
        _key("account_id"),
        _key("branch_id"),
        _key("building_id"),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        _money("owed"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_balance")),
    )
    op.create_index(op.f("ix_account_balance_owed_account_id"), "account_balance", ["owed", "account_id"])
    op.create_index(
        op.f("ix_account_balance_branch_id_owed_account_id"),
        "account_balance",
        ["branch_id", "owed", "account_id"],
    )
    op.create_index(op.f("ix_account_balance_building_id"), "account_balance", ["building_id"])
    op.create_table(
        "building_figures",
        _key("building_id"),
        _key("branch_id"),
        _count("accounts"),
        _count("owing"),
        _money("owed"),
        sa.PrimaryKeyConstraint("building_id", "branch_id", name=op.f("pk_building_figures")),
    )
    op.create_table(
        "building_area",
        _key("building_id"),
        _key("branch_id"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("area_m2", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.PrimaryKeyConstraint("building_id", "branch_id", "day", name=op.f("pk_building_area")),
    )
    op.create_table(
        "building_season",
        _key("season_id"),
        _key("building_id"),
        _key("branch_id"),
        _count("bills"),
        _money("charged"),
        _money("reduced"),
        _money("paid"),
        sa.PrimaryKeyConstraint("season_id", "building_id", "branch_id", name=op.f("pk_building_season")),
    )
    _index_lists()
    script = Path(__file__).parents[1] / "sql" / "0013_balances.sql"
    driver_connection: Any = op.get_bind().connection.driver_connection
    with driver_connection.cursor() as cursor:
        cursor.execute(script.read_text(encoding="utf-8"))
    op.execute("select rebuild_balances()")


def _index_lists() -> None:
    """What lists are sorted and narrowed by."""
    op.drop_index(op.f("ix_account_branch_id_id"), "account")
    op.create_index(op.f("ix_account_branch_id_card_no"), "account", ["branch_id", "card_no"])
    op.create_index("ix_account_locked", "account", ["id"], postgresql_where=sa.text("is_locked"))
    op.create_index(op.f("ix_audit_entry_actor_id_id"), "audit_entry", ["actor_id", "id"])
    op.create_index(op.f("ix_premises_address_id"), "premises", ["address", "id"])
    op.create_index(
        "ix_account_search_addresses",
        "account_search",
        [sa.text("(branch_id + 0)"), "address", "account_id"],
    )
    op.create_index(
        op.f("ix_supply_term_building_area_m2_account_id"), "supply_term", ["building_area_m2", "account_id"]
    )
    for name, table, column, where in (
        ("ix_supply_term_unusual_state", "supply_term", "state", "state <> 'supplied'"),
        ("ix_supply_term_unusual_mode", "supply_term", "mode", "mode <> 'area'"),
        ("ix_customer_organisation", "customer", "id", "kind = 'organisation'"),
    ):
        op.create_index(name, table, [column], postgresql_where=sa.text(where))


def _key(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _money(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Numeric(precision=14, scale=2), server_default="0", nullable=False)
