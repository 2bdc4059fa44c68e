"""Change requests: what people ask for and others decide, the rules of who decides, and the guards of both.

The guards stand in `../sql/0002_*.sql`, the rules a new installation starts with in `approvals/rules/defaults.py`.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from heatdesk.approvals.rules.defaults import DEPARTMENT_OF_ROLE, DEPARTMENTS, LEVELS, VALID_FROM

revision = "2026_11_22_0002"
down_revision = "2026_11_22_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    op.create_table(
        "department",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="a sentence of the catalogue until the utility renames it",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("code", name=op.f("uq_department_code")),
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "change_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=True, comment="none: a matter of head office"),
        sa.Column(
            "target",
            sa.Text(),
            nullable=False,
            comment="what it is about, as one key; one open request per kind and target",
        ),
        sa.Column("target_label", sa.Text(), nullable=False, comment="the same as people read it"),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "rejected",
                "withdrawn",
                "expired",
                "applied",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("applicant_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "payload_hash",
            sa.Text(),
            nullable=True,
            comment="of everything that is decided on, evidence included",
        ),
        sa.Column(
            "preview",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="before and after, as last submitted or approved",
        ),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column(
            "level_amount",
            sa.Numeric(precision=14, scale=2),
            server_default="0",
            nullable=False,
            comment="what it counts as, together with its likes of the last 30 days",
        ),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("row_sum", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column(
            "levels",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
            comment="read from the rules at submission",
        ),
        sa.Column("current_level", sa.BigInteger(), nullable=True),
        sa.Column(
            "waiting_role",
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
            nullable=True,
        ),
        sa.Column("waiting_department_id", sa.BigInteger(), nullable=True),
        sa.Column("took_part", sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'submitted') = (current_level is not null)",
            name=op.f("ck_change_request_level_while_submitted"),
        ),
        sa.CheckConstraint(
            "state in ('draft', 'withdrawn') or payload_hash is not null",
            name=op.f("ck_change_request_hash_frozen"),
        ),
        sa.CheckConstraint("amount >= 0 and level_amount >= amount", name=op.f("ck_change_request_amounts")),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["staff.id"], name=op.f("fk_change_request_applicant_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_change_request_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_change_request_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["waiting_department_id"],
            ["department.id"],
            name=op.f("fk_change_request_waiting_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
        sa.UniqueConstraint("number", name=op.f("uq_change_request_number")),
    )
    op.create_index(
        op.f("ix_change_request_applicant_id_state"),
        "change_request",
        ["applicant_id", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_change_request_branch_id_id"), "change_request", ["branch_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_change_request_kind_customer_id_submitted_at"),
        "change_request",
        ["kind", "customer_id", "submitted_at"],
        unique=False,
    )
    op.create_index(
        "ix_change_request_waiting",
        "change_request",
        ["waiting_role", "waiting_department_id", "branch_id"],
        unique=False,
        postgresql_where=sa.text("state = 'submitted'"),
    )
    op.create_index(
        "uq_change_request_open",
        "change_request",
        ["kind", "target"],
        unique=True,
        postgresql_where=sa.text("state in ('submitted', 'returned')"),
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("kinds", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("max_amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False, comment="the last day, included"),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("granted_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="ended early"),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_delegation_two_people")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_delegation_ends_after_start")),
        sa.ForeignKeyConstraint(["from_id"], ["staff.id"], name=op.f("fk_delegation_from_id_staff")),
        sa.ForeignKeyConstraint(["granted_by"], ["staff.id"], name=op.f("fk_delegation_granted_by_staff")),
        sa.ForeignKeyConstraint(["to_id"], ["staff.id"], name=op.f("fk_delegation_to_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_from_id"), "delegation", ["from_id"], unique=False)
    op.create_index(op.f("ix_delegation_to_id"), "delegation", ["to_id"], unique=False)
    op.create_table(
        "approval_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=True, comment="none: every branch without its own"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("min_amount", sa.Numeric(precision=14, scale=2), nullable=False),
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
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "change_request_id",
            sa.BigInteger(),
            nullable=True,
            comment="the request that brought it; none came with heatdesk",
        ),
        sa.CheckConstraint(
            "role <> 'administrator'", name=op.f("ck_approval_rule_administrator_decides_nothing")
        ),
        sa.CheckConstraint("min_amount >= 0", name=op.f("ck_approval_rule_amount_not_negative")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_approval_rule_branch_id_branch")),
        sa.ForeignKeyConstraint(
            ["change_request_id"],
            ["change_request.id"],
            name=op.f("fk_approval_rule_change_request_id_change_request"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_approval_rule_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_rule")),
        sa.UniqueConstraint(
            "kind",
            "branch_id",
            "valid_from",
            "level",
            name=op.f("uq_approval_rule_kind_branch_id_valid_from_level"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("change_request_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False, comment="which of the kind's kinds of evidence"),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_request_id"],
            ["change_request.id"],
            name=op.f("fk_attachment_change_request_id_change_request"),
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_attachment_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["staff.id"], name=op.f("fk_attachment_uploaded_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint(
            "change_request_id",
            "revision",
            "evidence",
            "sha256",
            name=op.f("uq_attachment_change_request_id_revision_evidence_sha256"),
        ),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("change_request_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger(), nullable=True),
        sa.Column("delegation_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "approve",
                "return",
                "reject",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "verdict = 'approve' or reason <> ''", name=op.f("ck_decision_refusal_has_reason")
        ),
        sa.CheckConstraint(
            "(on_behalf_of is null) = (delegation_id is null)", name=op.f("ck_decision_deputy_has_delegation")
        ),
        sa.ForeignKeyConstraint(
            ["change_request_id"],
            ["change_request.id"],
            name=op.f("fk_decision_change_request_id_change_request"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_decision_decided_by_staff")),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegation.id"], name=op.f("fk_decision_delegation_id_delegation")
        ),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["staff.id"], name=op.f("fk_decision_on_behalf_of_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_decided_by"), "decision", ["decided_by"], unique=False)
    op.create_index("uq_decision_level", "decision", ["change_request_id", "revision", "level"], unique=True)
    op.create_table(
        "request_editor",
        sa.Column("change_request_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_request_id"],
            ["change_request.id"],
            name=op.f("fk_request_editor_change_request_id_change_request"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_request_editor_staff_id_staff")),
        sa.PrimaryKeyConstraint("change_request_id", "revision", "staff_id", name=op.f("pk_request_editor")),
    )
    op.create_table(
        "request_effect",
        sa.Column("change_request_id", sa.BigInteger(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False, comment="«whole», or the row of a batch"),
        sa.Column(
            "amount",
            sa.Numeric(precision=14, scale=2),
            server_default="0",
            nullable=False,
            comment="what bills rose by, signed",
        ),
        sa.Column("left_out", sa.Text(), nullable=True, comment="the refusal, an English message id"),
        sa.Column(
            "left_out_values", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_request_id"],
            ["change_request.id"],
            name=op.f("fk_request_effect_change_request_id_change_request"),
        ),
        sa.PrimaryKeyConstraint("change_request_id", "effect", name=op.f("pk_request_effect")),
    )
    _let_journals_name_their_request()
    _give_staff_departments()
    _load_default_rules()
    for name in ("requests", "grants"):
        script = (Path(__file__).parents[1] / "sql" / f"0002_{name}.sql").read_text(encoding="utf-8")
        driver_connection = op.get_bind().connection.driver_connection
        assert driver_connection is not None  # noqa: S101 (a migration runs on a connection)
        with driver_connection.cursor() as cursor:
            cursor.execute(script)


def _let_journals_name_their_request() -> None:
    """The defaults come after the columns: old rows need no rewriting to stay empty."""
    settings = {"change_request_id": ("change_request", "::bigint"), "effect": ("effect", "")}
    comments = {
        "change_request_id": "on whose authority; set for everything posted while an approved request takes effect",
        "effect": "which part of the request's effect: each part is booked at most once",
    }
    for column, (setting, cast) in settings.items():
        kind = sa.BigInteger() if cast else sa.Text()
        op.add_column("journal", sa.Column(column, kind, nullable=True, comment=comments[column]))
        default = sa.text(f"nullif(current_setting('heatdesk.{setting}', true), ''){cast}")
        op.alter_column("journal", column, server_default=default)
    op.create_unique_constraint(
        op.f("uq_journal_change_request_id_effect"), "journal", ["change_request_id", "effect"]
    )
    op.create_check_constraint(
        op.f("ck_journal_effect_of_request"), "journal", "(change_request_id is null) = (effect is null)"
    )
    op.create_foreign_key(
        op.f("fk_journal_change_request_id_change_request"),
        "journal",
        "change_request",
        ["change_request_id"],
        ["id"],
    )


def _give_staff_departments() -> None:
    op.bulk_insert(
        sa.table("department", sa.column("code"), sa.column("name")),
        [{"code": code, "name": name} for code, name in DEPARTMENTS.items()],
    )
    comment = "left out, a trigger sets the usual department of the role"
    op.add_column("staff", sa.Column("department_id", sa.BigInteger(), nullable=True, comment=comment))
    op.create_foreign_key(
        op.f("fk_staff_department_id_department"), "staff", "department", ["department_id"], ["id"]
    )
    for role, code in DEPARTMENT_OF_ROLE.items():
        op.execute(
            sa.text(
                "update staff set department_id = (select id from department where code = :code) where role = :role"
            ).bindparams(code=code, role=role)
        )


def _load_default_rules() -> None:
    departments: dict[str, int] = dict(
        op.get_bind().execute(sa.text("select code, id from department")).all()
    )
    columns = ("kind", "valid_from", "level", "min_amount", "role", "department_id")
    rows = [
        (kind, VALID_FROM, number, level.min_amount, level.role, departments[level.department])
        for kind, levels in LEVELS.items()
        for number, level in enumerate(levels, start=1)
    ]
    rules = sa.table("approval_rule", *(sa.column(name) for name in columns))
    op.bulk_insert(rules, [dict(zip(columns, row, strict=True)) for row in rows])
