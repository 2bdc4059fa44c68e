"""Valve jobs, the first tickets of the service desk: their history, photos and guards, and the roles that move them."""

from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from heatdesk.approvals.rules.defaults import DEPARTMENTS, LEVELS, VALID_FROM
from heatdesk.auth.permissions import Role
from heatdesk.service.rules.states import Cause, TicketState, TicketType, Verb

revision = "2026_11_24_0006"
down_revision = "2026_11_24_0007"
branch_labels = None
depends_on = None

_ROLES = {"staff": "role", "change_request": "role", "approval_rule": "role"}
"""Tables with a column of a role, and what their constraint is called."""


def upgrade() -> None:
    op.execute("set local lock_timeout = '4s'")
    _complete_roles()
    op.add_column(
        "request_effect",
        sa.Column(
            "is_later",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="not with the approval, but when the field carried it out",
        ),
    )
    _make_tickets()
    op.execute((Path(__file__).parents[1] / "sql" / "0006_tickets.sql").read_text(encoding="utf-8"))


def _complete_roles() -> None:
    allowed = ", ".join(f"'{role}'" for role in Role)
    for table, name in _ROLES.items():
        column = "waiting_role" if table == "change_request" else "role"
        op.drop_constraint(f"ck_{table}_{name}", table)
        op.create_check_constraint(name, table, f"{column} in ({allowed})")
    for code, name in DEPARTMENTS.items():
        op.execute(
            sa.text(
                "insert into department (code, name) values (:code, :name) on conflict do nothing"
            ).bindparams(code=code, name=name)
        )
    for kind in ("reconnection", "supply_list"):
        for number, level in enumerate(LEVELS[kind], start=1):
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


def _choice(values: type[StrEnum], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _reference(table: str, column: str, to: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=op.f(f"fk_{table}_{column}_{to}"))


def _make_tickets() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("type", _choice(TicketType, "tickettype"), nullable=False),
        sa.Column("cause", _choice(Cause, "cause"), nullable=False),
        sa.Column("state", _choice(TicketState, "ticketstate"), server_default="new", nullable=False),
        sa.Column(
            "version", sa.BigInteger(), server_default="1", nullable=False, comment="how many events it has"
        ),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("premises_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("card_no", sa.Text(), nullable=False),
        sa.Column("change_request_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "wanted_on",
            sa.Date(),
            nullable=False,
            comment="from when on it was asked for; not executed earlier",
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "order",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="what whoever made the job wants to know again when it is carried out",
        ),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("executed_on", sa.Date(), nullable=True),
        sa.Column("executed_by", sa.BigInteger(), nullable=True),
        sa.Column("seal_number", sa.Text(), nullable=True),
        sa.Column(
            "obstacle", sa.Text(), nullable=True, comment="why it could not be carried out, while it waits"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_ticket_version_positive")),
        sa.CheckConstraint(
            "state not in ('resolved', 'closed') or (executed_on is not null and executed_by is not null)",
            name=op.f("ck_ticket_executed_by_somebody"),
        ),
        _reference("ticket", "account_id", "account"),
        _reference("ticket", "assignee_id", "staff"),
        _reference("ticket", "branch_id", "branch"),
        _reference("ticket", "change_request_id", "change_request"),
        _reference("ticket", "customer_id", "customer"),
        _reference("ticket", "executed_by", "staff"),
        _reference("ticket", "premises_id", "premises"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
    )
    still_open = sa.text("state in ('new', 'assigned', 'waiting')")
    op.create_index(
        "uq_ticket_open_valve_job", "ticket", ["account_id", "type"], unique=True, postgresql_where=still_open
    )
    op.create_index("ix_ticket_open", "ticket", ["branch_id", "due_on"], postgresql_where=still_open)
    for columns in (["account_id"], ["premises_id"], ["branch_id", "id"], ["change_request_id"]):
        op.create_index(op.f(f"ix_ticket_{'_'.join(columns)}"), "ticket", columns)
    op.create_table(
        "ticket_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("verb", _choice(Verb, "verb"), nullable=False),
        sa.Column("from_state", _choice(TicketState, "fromstate"), nullable=True),
        sa.Column("to_state", _choice(TicketState, "ticketstate"), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "transaction_id", sa.BigInteger(), server_default=sa.text("txid_current()"), nullable=False
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _reference("ticket_event", "actor_id", "staff"),
        _reference("ticket_event", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_event")),
        sa.UniqueConstraint("ticket_id", "number", name=op.f("uq_ticket_event_ticket_id_number")),
    )
    op.create_table(
        "ticket_photo",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _reference("ticket_photo", "sha256", "stored_file", "sha256"),
        _reference("ticket_photo", "taken_by", "staff"),
        _reference("ticket_photo", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_photo")),
        sa.UniqueConstraint("ticket_id", "sha256", name=op.f("uq_ticket_photo_ticket_id_sha256")),
    )
