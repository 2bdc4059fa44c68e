"""Who did what: database triggers record every change of a row, `record()` the deeds that change no row."""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import CreatedAt, Model, Pk, db
from heatdesk.i18n import lazy

TABLE_LABELS: dict[str, Any] = {
    "account": lazy("account"),
    "area_part": lazy("part of the area"),
    "branch": lazy("branch"),
    "building": lazy("building"),
    "business_day": lazy("business day"),
    "community": lazy("community"),
    "customer": lazy("customer"),
    "district": lazy("district"),
    "heat_source": lazy("heat source"),
    "import_batch": lazy("register file"),
    "invoice": lazy("invoice"),
    "ledger_account": lazy("ledger account"),
    "meter": lazy("meter"),
    "number_book": lazy("number book"),
    "office": lazy("office"),
    "premises": lazy("premises"),
    "receipt": lazy("receipt"),
    "refund": lazy("refund"),
    "season": lazy("season"),
    "season_run": lazy("season run"),
    "staff": lazy("member of staff"),
    "station": lazy("heat station"),
    "supply_term": lazy("supply term"),
    "tariff": lazy("tariff"),
    "ticket": lazy("job"),
    "till_shift": lazy("till shift"),
}
"""What people call the tables whose changes are recorded."""


class AuditEntry(Model):
    """One deed; append-only (a trigger refuses update and delete)."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "subject_table", "subject_id"),
        Index(None, "recorded_at"),
        Index(None, "actor_id", "id"),
    )

    id: Mapped[Pk]
    recorded_at: Mapped[CreatedAt]
    actor_id: Mapped[int | None]
    verb: Mapped[str]
    subject_table: Mapped[str | None]
    subject_id: Mapped[str | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    address: Mapped[str | None] = mapped_column(comment="network address the request came from")


def record(
    verb: str,
    *,
    actor_id: int | None,
    subject_table: str | None = None,
    subject_id: object = None,
    after: dict[str, Any] | None = None,
    address: str | None = None,
) -> None:
    """Write a deed that is no change of a row (a login, an export, a reprint) into the trail."""
    db.session.add(
        AuditEntry(
            verb=verb,
            actor_id=actor_id,
            subject_table=subject_table,
            subject_id=None if subject_id is None else str(subject_id),
            after=after,
            address=address,
        )
    )
