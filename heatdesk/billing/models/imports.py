"""Register files that were brought in: what was found, what was done with it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, deferred, mapped_column

from heatdesk.billing.rules.workflow import ImportState
from heatdesk.db import CreatedAt, Model, Pk


class ImportBatch(Model):
    """One file: kept until applied, so that what was checked is what is imported, and longer if rows stayed out."""

    __tablename__ = "import_batch"
    __table_args__ = (Index(None, "file_hash"),)

    id: Mapped[Pk]
    file_name: Mapped[str]
    file_hash: Mapped[str] = mapped_column(comment="sha256; the same file twice is recognised")
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    mapping: Mapped[dict[str, Any] | None] = mapped_column(comment="column → field as the clerk confirmed it")
    effective_on: Mapped[date] = mapped_column(
        comment="new supply terms start here unless the row has a date"
    )
    state: Mapped[ImportState] = mapped_column(server_default=ImportState.UPLOADED)
    report: Mapped[dict[str, Any] | None] = mapped_column(
        comment="counts, control totals, faults by row and column"
    )
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[CreatedAt]
    applied_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    applied_at: Mapped[datetime | None]
