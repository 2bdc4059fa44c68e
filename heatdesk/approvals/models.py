"""Change requests, the rules they follow, and what was decided; decisions and effects are append-only."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, deferred, mapped_column

from heatdesk.approvals.rules.states import RequestState, Verdict
from heatdesk.auth.permissions import Role
from heatdesk.db import CreatedAt, Model, Money, Pk

_IS_OPEN = text("state in ('submitted', 'returned')")


class ChangeRequest(Model):
    """What somebody asks for and others decide; its contents are frozen from submission on (a trigger sees to it)."""

    __tablename__ = "change_request"
    __table_args__ = (
        Index("uq_change_request_open", "kind", "target", unique=True, postgresql_where=_IS_OPEN),
        Index(
            "ix_change_request_waiting",
            "waiting_role",
            "waiting_department_id",
            "branch_id",
            postgresql_where=text("state = 'submitted'"),
        ),
        Index(None, "branch_id", "id"),
        Index(None, "applicant_id", "state"),
        Index(None, "kind", "customer_id", "submitted_at"),
        CheckConstraint("amount >= 0 and level_amount >= amount", name="amounts"),
        CheckConstraint("(state = 'submitted') = (current_level is not null)", name="level_while_submitted"),
        CheckConstraint("state in ('draft', 'withdrawn') or payload_hash is not null", name="hash_frozen"),
    )

    id: Mapped[Pk]
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    branch_id: Mapped[int | None] = mapped_column(
        ForeignKey("branch.id"), comment="none: a matter of head office"
    )
    target: Mapped[str] = mapped_column(
        comment="what it is about, as one key; one open request per kind and target"
    )
    target_label: Mapped[str] = mapped_column(comment="the same as people read it")
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    state: Mapped[RequestState] = mapped_column(server_default=RequestState.DRAFT)
    revision: Mapped[int] = mapped_column(server_default="1")
    applicant_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str]
    payload: Mapped[dict[str, Any]]
    payload_hash: Mapped[str | None] = mapped_column(
        comment="of everything that is decided on, evidence included"
    )
    preview: Mapped[dict[str, Any] | None] = mapped_column(
        comment="before and after, as last submitted or approved"
    )
    amount: Mapped[Money] = mapped_column(server_default="0")
    level_amount: Mapped[Money] = mapped_column(
        server_default="0", comment="what it counts as, together with its likes of the last 30 days"
    )
    row_count: Mapped[int | None]
    row_sum: Mapped[Money | None]
    levels: Mapped[list[Any]] = mapped_column(
        server_default="[]", comment="read from the rules at submission"
    )
    current_level: Mapped[int | None]
    waiting_role: Mapped[Role | None]
    waiting_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    took_part: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    created_at: Mapped[CreatedAt]
    submitted_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RequestEditor(Model):
    """Who wrote a revision: all of them are its applicants. A new revision inherits those of the one before."""

    __tablename__ = "request_editor"

    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    edited_at: Mapped[CreatedAt]


class ApprovalRule(Model):
    """One level of one kind from one day on; never edited, only followed by a set that starts later."""

    __tablename__ = "approval_rule"
    __table_args__ = (
        UniqueConstraint("kind", "branch_id", "valid_from", "level", postgresql_nulls_not_distinct=True),
        CheckConstraint("min_amount >= 0", name="amount_not_negative"),
        CheckConstraint("role <> 'administrator'", name="administrator_decides_nothing"),
    )

    id: Mapped[Pk]
    kind: Mapped[str]
    branch_id: Mapped[int | None] = mapped_column(
        ForeignKey("branch.id"), comment="none: every branch without its own"
    )
    valid_from: Mapped[date]
    level: Mapped[int]
    min_amount: Mapped[Money]
    role: Mapped[Role]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    change_request_id: Mapped[int | None] = mapped_column(
        ForeignKey("change_request.id"), comment="the request that brought it; none came with heatdesk"
    )


class Delegation(Model):
    """Who may decide in whose name: kinds (none named: all), amount and days are limits."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="two_people"),
        CheckConstraint("valid_to >= valid_from", name="ends_after_start"),
        Index(None, "to_id"),
        Index(None, "from_id"),
    )

    id: Mapped[Pk]
    from_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    max_amount: Mapped[Money | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date] = mapped_column(comment="the last day, included")
    reason: Mapped[str] = mapped_column(server_default="")
    granted_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None] = mapped_column(comment="ended early")


class Decision(Model):
    """What one person decided on one level of one revision, for himself or as a deputy; append-only."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("uq_decision_level", "change_request_id", "revision", "level", unique=True),
        CheckConstraint("(on_behalf_of is null) = (delegation_id is null)", name="deputy_has_delegation"),
        CheckConstraint("verdict = 'approve' or reason <> ''", name="refusal_has_reason"),
        Index(None, "decided_by"),
    )

    id: Mapped[Pk]
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"))
    revision: Mapped[int]
    level: Mapped[int]
    decided_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    verdict: Mapped[Verdict]
    payload_hash: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[CreatedAt]


class StoredFile(Model):
    """The contents of an attached file under its SHA-256; one content is kept once."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    size: Mapped[int]


class Attachment(Model):
    """A file as evidence of one revision; it can be dropped only while that revision is a draft."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("change_request_id", "revision", "evidence", "sha256"),)

    id: Mapped[Pk]
    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"))
    revision: Mapped[int]
    evidence: Mapped[str] = mapped_column(comment="which of the kind's kinds of evidence")
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str]
    media_type: Mapped[str]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[CreatedAt]


class RequestEffect(Model):
    """What an applied request did, part by part: the amount moved, or why the part was left out; append-only."""

    __tablename__ = "request_effect"

    change_request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), primary_key=True)
    effect: Mapped[str] = mapped_column(primary_key=True, comment="«whole», or the row of a batch")
    amount: Mapped[Money] = mapped_column(server_default="0", comment="what bills rose by, signed")
    left_out: Mapped[str | None] = mapped_column(comment="the refusal, an English message id")
    left_out_values: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    is_later: Mapped[bool] = mapped_column(
        server_default="false", comment="not with the approval, but when the field carried it out"
    )
    recorded_at: Mapped[CreatedAt]
