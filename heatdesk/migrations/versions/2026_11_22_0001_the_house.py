"""The house: every table of the counter, the guards of the ledger, the search table, the queue.

What SQL says better than Alembic stands in `../sql/0001_*.sql`.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

from heatdesk.billing.rules.ledger import CHART

revision = "2026_11_22_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    op.execute("create extension if not exists btree_gist")
    op.execute("create sequence journal_id_seq")
    op.execute("create sequence entry_id_seq")
    op.create_table(
        "account_search",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("card_no", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("digits", sa.Text(), nullable=False, comment="card number and phones, separated by spaces"),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_search")),
    )
    op.create_index(
        "ix_account_search_card_no",
        "account_search",
        ["branch_id", "card_no"],
        unique=False,
        postgresql_ops={"card_no": "text_pattern_ops"},
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("subject_table", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("address", sa.Text(), nullable=True, comment="network address the request came from"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_recorded_at"), "audit_entry", ["recorded_at"], unique=False)
    op.create_index(
        op.f("ix_audit_entry_subject_table_subject_id"),
        "audit_entry",
        ["subject_table", "subject_id"],
        unique=False,
    )
    op.create_table(
        "branch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column(
            "cash_rounding",
            sa.Text(),
            server_default="fen",
            nullable=False,
            comment="to what cash is rounded: fen (not at all), jiao, yuan",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
        sa.UniqueConstraint("name", name=op.f("uq_branch_name")),
    )
    op.create_table(
        "charge_basis",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="sha256 of the explanation"),
        sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_basis")),
        sa.UniqueConstraint("digest", name=op.f("uq_charge_basis_digest")),
    )
    op.create_table(
        "counter",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_counter")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "person",
                "organisation",
                name="customerkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "name_initials",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="every reading, separated by a space",
        ),
        sa.Column("phones", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "id_number", sa.Text(), nullable=True, comment="identity card or unified social credit code"
        ),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )
    op.create_index(op.f("ix_customer_name"), "customer", ["name"], unique=False)
    op.create_table(
        "district",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("name", name=op.f("uq_district_name")),
    )
    op.create_table(
        "heat_source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heat_source")),
        sa.UniqueConstraint("name", name=op.f("uq_heat_source_name")),
    )
    op.create_table(
        "ledger_account",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "asset",
                "liability",
                "income",
                "expense",
                "equity",
                name="accountkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("general_ledger_code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ledger_account")),
    )
    op.create_table(
        "login_failure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    op.create_index(
        op.f("ix_login_failure_address_failed_at"), "login_failure", ["address", "failed_at"], unique=False
    )
    op.create_index(
        op.f("ix_login_failure_login_failed_at"), "login_failure", ["login", "failed_at"], unique=False
    )
    op.create_table(
        "request_key",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_request_key")),
    )
    op.create_table(
        "season",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="2026-2027"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("statutory_days", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "billed",
                "closed",
                name="seasonstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="planned",
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_season_ends_after_start")),
        sa.CheckConstraint("statutory_days between 1 and 366", name=op.f("ck_season_statutory_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season")),
        sa.UniqueConstraint("code", name=op.f("uq_season_code")),
    )
    op.create_table(
        "community",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_initials", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_community_district_id_district")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint("district_id", "name", name=op.f("uq_community_district_id_name")),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_office_branch_id_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("branch_id", "name", name=op.f("uq_office_branch_id_name")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "cashier",
                "billing_clerk",
                "supervisor",
                "finance",
                "manager",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("branch_id", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True, comment="zh or en; none follows the browser"),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="own printer, paper, saved filters",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_staff_branch_id_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_table(
        "station",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("heat_source_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["heat_source_id"], ["heat_source.id"], name=op.f("fk_station_heat_source_id_heat_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("heat_source_id", "name", name=op.f("uq_station_heat_source_id_name")),
    )
    op.create_table(
        "building",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("station_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "building_type",
            sa.Text(),
            nullable=True,
            comment="multi_storey, mid_rise, high_rise (Luoyang factor)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_building_community_id_community")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_building_office_id_office")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_building_station_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint("community_id", "name", name=op.f("uq_building_community_id_name")),
    )
    op.create_index(op.f("ix_building_office_id"), "building", ["office_id"], unique=False)
    op.create_index(op.f("ix_building_station_id"), "building", ["station_id"], unique=False)
    op.create_table(
        "business_day",
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "closed", name="daystate", native_enum=False, create_constraint=True, length=40),
            server_default="open",
            nullable=False,
        ),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totals", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("previous_seal", sa.Text(), nullable=True),
        sa.Column("seal", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (seal is not null)", name=op.f("ck_business_day_closed_is_sealed")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_business_day_branch_id_branch")),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.id"], name=op.f("fk_business_day_closed_by_staff")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_business_day_opened_by_staff")),
        sa.PrimaryKeyConstraint("branch_id", "day", name=op.f("pk_business_day")),
    )
    op.create_index(
        "uq_business_day_open",
        "business_day",
        ["branch_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column(
            "file_hash", sa.Text(), nullable=False, comment="sha256; the same file twice is recognised"
        ),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column(
            "mapping",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="column → field as the clerk confirmed it",
        ),
        sa.Column(
            "effective_on",
            sa.Date(),
            nullable=False,
            comment="new supply terms start here unless the row has a date",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "uploaded",
                "checked",
                "applied",
                "withdrawn",
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="uploaded",
            nullable=False,
        ),
        sa.Column(
            "report",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="counts, control totals, faults by row and column",
        ),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("applied_by", sa.BigInteger(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["applied_by"], ["staff.id"], name=op.f("fk_import_batch_applied_by_staff")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_import_batch_created_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_file_hash"), "import_batch", ["file_hash"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="queued",
            nullable=False,
        ),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True, comment="the page that shows what the work is about"),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_job_created_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_created_by_id"), "job", ["created_by", "id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_login_session_staff_id_staff")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_staff_id"), "login_session", ["staff_id"], unique=False)
    op.create_table(
        "number_book",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "receipt", "invoice", name="numberkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("prefix", sa.Text(), server_default="", nullable=False),
        sa.Column("digits", sa.BigInteger(), server_default="7", nullable=False),
        sa.Column("first_number", sa.BigInteger(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "first_number >= 0 and next_number between first_number and last_number + 1",
            name=op.f("ck_number_book_range"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_number_book_branch_id_branch")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_number_book_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_book")),
    )
    op.create_index(
        "uq_number_book_active",
        "number_book",
        ["staff_id", "kind"],
        unique=True,
        postgresql_where=sa.text("is_active and staff_id is not null"),
    )
    op.create_table(
        "season_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("season_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "trial_running",
                "trial_done",
                "released",
                "posted",
                "held",
                "withdrawn",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_by", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("released_by", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "is_bulk",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="the season was empty: shards fill tables that are attached when all are done",
        ),
        sa.Column(
            "totals",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="by class, office: accounts, area, amount",
        ),
        sa.Column(
            "journal_ids",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="branch id → reserved journal id",
        ),
        sa.Column("self_check", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("released_by <> started_by", name=op.f("ck_season_run_four_eyes")),
        sa.ForeignKeyConstraint(["released_by"], ["staff.id"], name=op.f("fk_season_run_released_by_staff")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_season_run_season_id_season")),
        sa.ForeignKeyConstraint(["started_by"], ["staff.id"], name=op.f("fk_season_run_started_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_run")),
    )
    op.create_index(
        "uq_season_run_live",
        "season_run",
        ["season_id"],
        unique=True,
        postgresql_where=sa.text("state in ('trial_running', 'trial_done', 'released')"),
    )
    op.create_table(
        "tariff",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
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
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False, comment="文号: the price document it rests on"),
        sa.Column(
            "parameters",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="heatdesk.billing.rules.tariffs.Tariff",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "approved",
                "withdrawn",
                name="tariffstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("drafted_by", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(state = 'approved') = (approved_by is not null)", name=op.f("ck_tariff_approved_by_somebody")
        ),
        sa.CheckConstraint("approved_by <> drafted_by", name=op.f("ck_tariff_four_eyes")),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name=op.f("fk_tariff_approved_by_staff")),
        sa.ForeignKeyConstraint(["drafted_by"], ["staff.id"], name=op.f("fk_tariff_drafted_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff")),
        sa.UniqueConstraint("use_class", "version", name=op.f("uq_tariff_use_class_version")),
    )
    op.create_index(
        "uq_tariff_use_class_valid_from",
        "tariff",
        ["use_class", "valid_from"],
        unique=True,
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_table(
        "premises",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False, comment="community building unit room, as printed"),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_premises_building_id_building")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premises")),
        sa.UniqueConstraint("building_id", "unit", "room", name=op.f("uq_premises_building_id_unit_room")),
    )
    op.create_table(
        "run_shard",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False, comment="trial or post"),
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
        sa.Column("accounts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column("totals", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["season_run.id"], name=op.f("fk_run_shard_run_id_season_run")),
        sa.PrimaryKeyConstraint("run_id", "phase", "number", name=op.f("pk_run_shard")),
    )
    op.create_table(
        "till_shift",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("till_name", sa.Text(), nullable=False, comment="3号窗口"),
        sa.Column("float_amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "closed", name="shiftstate", native_enum=False, create_constraint=True, length=40
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "counted",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="denominations and methods as counted, blind",
        ),
        sa.Column("expected_cash", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("over_short", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("over_short_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (counted is not null)", name=op.f("ck_till_shift_closed_is_counted")
        ),
        sa.CheckConstraint("float_amount >= 0", name=op.f("ck_till_shift_float_not_negative")),
        sa.ForeignKeyConstraint(
            ["branch_id", "business_date"],
            ["business_day.branch_id", "business_day.day"],
            name=op.f("fk_till_shift_branch_id_business_date_business_day"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_till_shift_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_shift")),
    )
    op.create_index(
        op.f("ix_till_shift_branch_id_business_date"),
        "till_shift",
        ["branch_id", "business_date"],
        unique=False,
    )
    op.create_index(
        "uq_till_shift_open",
        "till_shift",
        ["staff_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("card_no", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("premises_id", sa.BigInteger(), nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column(
            "is_locked",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="takes no payment until unlocked",
        ),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("closed_on >= opened_on", name=op.f("ck_account_closed_after_opened")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_account_branch_id_branch")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_account_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["premises_id"], ["premises.id"], name=op.f("fk_account_premises_id_premises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("card_no", name=op.f("uq_account_card_no")),
    )
    op.create_index(op.f("ix_account_branch_id_id"), "account", ["branch_id", "id"], unique=False)
    op.create_index(op.f("ix_account_customer_id"), "account", ["customer_id"], unique=False)
    op.create_index(op.f("ix_account_premises_id"), "account", ["premises_id"], unique=False)
    op.create_index(
        "uq_account_open_premises",
        "account",
        ["premises_id"],
        unique=True,
        postgresql_where=sa.text("closed_on is null"),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("nextval('journal_id_seq')"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "opening",
                "season_charge",
                "assessment",
                "payment",
                "payment_void",
                "till_float",
                "till_close",
                name="journalkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("till_shift_id", sa.BigInteger(), nullable=True),
        sa.Column("memo", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "transaction_id",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
            comment="entries may only be added by the transaction that wrote the journal",
        ),
        sa.CheckConstraint("reverses <> id", name=op.f("ck_journal_reverses_another")),
        sa.ForeignKeyConstraint(["actor_id"], ["staff.id"], name=op.f("fk_journal_actor_id_staff")),
        sa.ForeignKeyConstraint(
            ["branch_id", "business_date"],
            ["business_day.branch_id", "business_day.day"],
            name=op.f("fk_journal_branch_id_business_date_business_day"),
        ),
        sa.ForeignKeyConstraint(["reverses"], ["journal.id"], name=op.f("fk_journal_reverses_journal")),
        sa.ForeignKeyConstraint(
            ["till_shift_id"], ["till_shift.id"], name=op.f("fk_journal_till_shift_id_till_shift")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("request_id", name=op.f("uq_journal_request_id")),
        sa.UniqueConstraint("reverses", name=op.f("uq_journal_reverses")),
    )
    op.create_index(
        op.f("ix_journal_branch_id_business_date"), "journal", ["branch_id", "business_date"], unique=False
    )
    op.create_table(
        "bill",
        sa.Column("season_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("charged", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column("reduced", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column("paid", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.CheckConstraint("charged - reduced - paid >= 0", name=op.f("ck_bill_not_overpaid")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bill_account_id_account")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_bill_season_id_season")),
        sa.PrimaryKeyConstraint("season_id", "account_id", name=op.f("pk_bill")),
        postgresql_partition_by="LIST (season_id)",
    )
    op.create_index(op.f("ix_bill_account_id"), "bill", ["account_id"], unique=False)
    op.create_index(
        "ix_bill_open",
        "bill",
        ["season_id", "account_id"],
        unique=False,
        postgresql_include=["charged", "reduced", "paid"],
        postgresql_where=sa.text("charged - reduced - paid > 0"),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=False),
        sa.Column("till_shift_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "amount",
            sa.Numeric(precision=14, scale=2),
            nullable=False,
            comment="what the customer is credited with",
        ),
        sa.Column("to_prepayment", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column(
            "rounding",
            sa.Numeric(precision=14, scale=2),
            server_default="0",
            nullable=False,
            comment="cash taken above (+) or below (−) the amount",
        ),
        sa.Column("cash_received", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("change_given", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount_positive")),
        sa.CheckConstraint("to_prepayment >= 0", name=op.f("ck_payment_to_prepayment_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_payment_account_id_account")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_payment_journal_id_journal")),
        sa.ForeignKeyConstraint(
            ["till_shift_id"], ["till_shift.id"], name=op.f("fk_payment_till_shift_id_till_shift")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("journal_id", name=op.f("uq_payment_journal_id")),
    )
    op.create_index(op.f("ix_payment_account_id_id"), "payment", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_payment_till_shift_id_id"), "payment", ["till_shift_id", "id"], unique=False)
    op.create_table(
        "prepayment",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("balance", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_prepayment_never_negative")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_prepayment_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_prepayment")),
    )
    op.create_table(
        "run_exception",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="outlier: charged but far from last season; the others: not charged",
        ),
        sa.Column("message", sa.Text(), nullable=False, comment="an English message id"),
        sa.Column(
            "values",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="what stands in the places of the message",
        ),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("previous_amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_run_exception_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["season_run.id"], name=op.f("fk_run_exception_run_id_season_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_exception")),
    )
    op.create_index(op.f("ix_run_exception_run_id_kind"), "run_exception", ["run_id", "kind"], unique=False)
    op.create_table(
        "supply_term",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "mode",
            sa.Enum(
                "area",
                "metered",
                "steam",
                "minimum",
                name="supplymode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
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
            "state",
            sa.Enum(
                "supplied",
                "suspended",
                "cut",
                "demolished",
                name="supplystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("building_area_m2", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("inner_area_m2", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("usable_area_m2", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("storey_height_m", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column(
            "reason",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="where the fact comes from: file, request, form",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("account_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_supply_term_overlap",
        ),
        sa.CheckConstraint("building_area_m2 > 0", name=op.f("ck_supply_term_area_positive")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_supply_term_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_supply_term_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_term")),
    )
    op.create_index(
        op.f("ix_supply_term_account_id_starts_on"), "supply_term", ["account_id", "starts_on"], unique=False
    )
    op.create_table(
        "allocation",
        sa.Column("payment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("season_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_allocation_amount_positive")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_allocation_payment_id_payment")
        ),
        sa.ForeignKeyConstraint(
            ["season_id", "account_id"],
            ["bill.season_id", "bill.account_id"],
            name=op.f("fk_allocation_season_id_account_id_bill"),
        ),
        sa.PrimaryKeyConstraint("payment_id", "season_id", name=op.f("pk_allocation")),
    )
    op.create_table(
        "area_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("supply_term_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "balcony",
                "attic",
                "basement",
                name="areapartkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("area_m2", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("net_height_m", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("heated", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_area_part_area_positive")),
        sa.ForeignKeyConstraint(
            ["supply_term_id"],
            ["supply_term.id"],
            name=op.f("fk_area_part_supply_term_id_supply_term"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_part")),
    )
    op.create_index(op.f("ix_area_part_supply_term_id"), "area_part", ["supply_term_id"], unique=False)
    op.create_table(
        "charge",
        sa.Column("season_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "amount",
            sa.Numeric(precision=14, scale=2),
            nullable=False,
            comment="the difference posted, signed",
        ),
        sa.Column("target", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("quantity_m2", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("basis_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "figures",
            sa.ARRAY(sa.BigInteger()),
            nullable=True,
            comment="what the basis leaves open: areas in 0.01 m2, amounts in fen, days",
        ),
        sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(basis_id is null) <> (explanation is null)", name=op.f("ck_charge_explained_once")
        ),
        sa.CheckConstraint("revision > 0", name=op.f("ck_charge_revision_positive")),
        sa.ForeignKeyConstraint(
            ["basis_id"], ["charge_basis.id"], name=op.f("fk_charge_basis_id_charge_basis")
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_charge_journal_id_journal")),
        sa.ForeignKeyConstraint(
            ["season_id", "account_id"],
            ["bill.season_id", "bill.account_id"],
            name=op.f("fk_charge_season_id_account_id_bill"),
        ),
        sa.PrimaryKeyConstraint("season_id", "account_id", "item", "revision", name=op.f("pk_charge")),
        postgresql_partition_by="LIST (season_id)",
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("nextval('entry_id_seq')"), nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=False),
        sa.Column("season_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("debit", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(debit <> '1122' and credit <> '1122') or (season_id is not null and account_id is not null)",
            name=op.f("ck_entry_receivable_has_bill"),
        ),
        sa.CheckConstraint(
            "(debit <> '2203' and credit <> '2203') or account_id is not null",
            name=op.f("ck_entry_prepayment_has_account"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_entry_amount_positive")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_entry_two_accounts")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_entry_account_id_account")),
        sa.ForeignKeyConstraint(
            ["credit"], ["ledger_account.code"], name=op.f("fk_entry_credit_ledger_account")
        ),
        sa.ForeignKeyConstraint(
            ["debit"], ["ledger_account.code"], name=op.f("fk_entry_debit_ledger_account")
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_entry_journal_id_journal")),
        sa.ForeignKeyConstraint(
            ["season_id", "account_id"],
            ["bill.season_id", "bill.account_id"],
            name=op.f("fk_entry_season_id_account_id_bill"),
        ),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_entry_season_id_season")),
        sa.UniqueConstraint(
            "season_id", "id", name=op.f("uq_entry_season_id_id"), postgresql_nulls_not_distinct=True
        ),
        postgresql_partition_by="LIST (season_id)",
    )
    op.create_index(op.f("ix_entry_account_id"), "entry", ["account_id"], unique=False)
    op.create_index(op.f("ix_entry_journal_id"), "entry", ["journal_id"], unique=False)
    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number_book_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("season_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issued", "void", name="paperstate", native_enum=False, create_constraint=True, length=40
            ),
            server_default="issued",
            nullable=False,
        ),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("prints", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(state = 'void') = (void_reason is not null)", name=op.f("ck_invoice_void_has_reason")
        ),
        sa.ForeignKeyConstraint(
            ["number_book_id"], ["number_book.id"], name=op.f("fk_invoice_number_book_id_number_book")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_invoice_payment_id_payment")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_invoice_season_id_season")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number_book_id", "number", name=op.f("uq_invoice_number_book_id_number")),
        sa.UniqueConstraint("payment_id", "season_id", name=op.f("uq_invoice_payment_id_season_id")),
        sa.UniqueConstraint("token", name=op.f("uq_invoice_token")),
    )
    op.create_table(
        "payment_void",
        sa.Column("payment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("voided_by", sa.BigInteger(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(btrim(reason)) >= 2", name=op.f("ck_payment_void_reason_given")),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journal.id"], name=op.f("fk_payment_void_journal_id_journal")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_payment_void_payment_id_payment")
        ),
        sa.ForeignKeyConstraint(["voided_by"], ["staff.id"], name=op.f("fk_payment_void_voided_by_staff")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_payment_void")),
        sa.UniqueConstraint("journal_id", name=op.f("uq_payment_void_journal_id")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number_book_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False, comment="the number as printed"),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False, comment="names the public page that the QR code opens"),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issued", "void", name="paperstate", native_enum=False, create_constraint=True, length=40
            ),
            server_default="issued",
            nullable=False,
        ),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("prints", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(state = 'void') = (void_reason is not null)", name=op.f("ck_receipt_void_has_reason")
        ),
        sa.ForeignKeyConstraint(
            ["number_book_id"], ["number_book.id"], name=op.f("fk_receipt_number_book_id_number_book")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_receipt_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("number_book_id", "number", name=op.f("uq_receipt_number_book_id_number")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_receipt_payment_id")),
        sa.UniqueConstraint("token", name=op.f("uq_receipt_token")),
    )
    op.create_index("ix_receipt_written", "receipt", ["written"], unique=False)
    op.create_table(
        "tender",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "cash",
                "wechat",
                "alipay",
                "card",
                "transfer",
                "cheque",
                "prepayment",
                name="tendermethod",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column(
            "reference", sa.Text(), server_default="", nullable=False, comment="trade, slip or cheque number"
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_tender_amount_positive")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_tender_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender")),
    )
    op.create_index(op.f("ix_tender_payment_id"), "tender", ["payment_id"], unique=False)
    _run_sql(SchemaManager.get_schema())
    op.bulk_insert(
        sa.table("ledger_account", *(sa.column(name) for name in ("code", "kind", "name", "name_zh"))),
        [
            {"code": code, "kind": facts.kind, "name": facts.name, "name_zh": facts.name_zh}
            for code, facts in CHART.items()
        ],
    )
    for name in ("ledger", "tills", "seasons", "search", "audit", "grants"):
        _run_sql((Path(__file__).parents[1] / "sql" / f"0001_{name}.sql").read_text(encoding="utf-8"))


def _run_sql(script: str) -> None:
    """Send a script of several statements as it is: no parameters, so no percent sign is looked at."""
    driver_connection: Any = op.get_bind().connection.driver_connection
    with driver_connection.cursor() as cursor:
        cursor.execute(script)
