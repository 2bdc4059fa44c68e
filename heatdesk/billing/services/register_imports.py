"""Bringing a register in: upload, say the columns, check, apply; nothing or all of it in one transaction.

An import adds households and never changes one that the register knows by its card number, but for a missing telephone.
So the same file twice changes nothing.
"""

import hashlib
from dataclasses import asdict
from datetime import date
from pathlib import PurePath
from typing import Any

from sqlalchemy import ColumnElement, Select, select, text, true

from heatdesk import audit
from heatdesk.auth.models import Staff
from heatdesk.billing.errors import (
    ImportApplied,
    ImportNotChecked,
    ImportUnderWay,
    ImportWithdrawn,
    RegisterHasErrors,
    RegisterMoved,
)
from heatdesk.billing.models import Account, ImportBatch, SupplyTerm
from heatdesk.billing.rules.register_columns import ColumnMapping
from heatdesk.billing.rules.workflow import ImportState
from heatdesk.billing.services import register_opening as opening, register_writing as writing
from heatdesk.billing.services.register_examination import Progress, examine
from heatdesk.billing.services.register_files import (
    confirmed_mapping,
    facts_of,
    open_sheet,
    remember,
    usual_first_day,
)
from heatdesk.billing.services.register_opening import ControlTotals
from heatdesk.billing.services.register_reports import days_for, report_of, totals_in
from heatdesk.dates import now
from heatdesk.db import db
from heatdesk.errors import Missing
from heatdesk.jobs import Job, JobState
from heatdesk.network.models import Branch, Premises
from heatdesk.people.models import Customer

CHECK_JOB = "billing.import_check"
APPLY_JOB = "billing.import_apply"
DIRECT_ROWS = 5_000
"""Up to so many rows a person waits for the answer; more is background work."""

_ONE_AT_A_TIME = 4_860_220
"""Advisory lock: two imports that made the same buildings at once would stand in each other's way half-way."""


def listing(staff: Staff) -> Select[Any]:
    """Batches of the own branch's people, newest first, without what is in them; head office sees all."""
    query: Select[Any] = (
        select(
            ImportBatch.id,
            ImportBatch.file_name,
            ImportBatch.state,
            ImportBatch.created_at,
            ImportBatch.report["file"]["rows"].as_integer().label("rows"),
            ImportBatch.report["applied"]["accounts"].as_integer().label("accounts"),
            Staff.name,
        )
        .join(Staff, Staff.id == ImportBatch.created_by)
        .where(_visible_to(staff))
        .order_by(ImportBatch.id.desc())
    )
    return query


def get(batch_id: int, staff: Staff, *, lock: bool = False) -> ImportBatch:
    """The batch; raises `Missing` when another branch uploaded it."""
    query = (
        select(ImportBatch)
        .join(Staff, Staff.id == ImportBatch.created_by)
        .where(ImportBatch.id == batch_id, _visible_to(staff))
    )
    if lock:
        query = query.with_for_update(of=ImportBatch).execution_options(populate_existing=True)
    batch = db.session.scalar(query)
    if batch is None:
        raise Missing
    return batch


def _visible_to(staff: Staff) -> ColumnElement[bool]:
    return true() if staff.branch_id is None else Staff.branch_id == staff.branch_id


def upload(file_name: str, content: bytes, by: Staff) -> ImportBatch:
    """Keep a file and what its first rows look like; raises `BadInput` where it is no table."""
    batch = ImportBatch(
        file_name=PurePath(file_name.replace("\\", "/")).name,
        file_hash=hashlib.sha256(content).hexdigest(),
        content=content,
        effective_on=usual_first_day(),
        created_by=by.id,
    )
    batch.report = {"file": facts_of(open_sheet(batch))}
    batch.mapping = None
    db.session.add(batch)
    db.session.flush()
    return batch


def choose_sheet(batch: ImportBatch, sheet_name: str) -> None:
    """Read another sheet of the workbook; its columns are to be said anew. Raises `BadInput` if there is none."""
    refuse_finished(batch)
    batch.report = {"file": facts_of(open_sheet(batch, sheet_name))}
    batch.mapping = None
    batch.state = ImportState.UPLOADED


def applied_before(batch: ImportBatch) -> ImportBatch | None:
    """An earlier batch of the very same file that was applied."""
    return db.session.scalar(
        select(ImportBatch)
        .where(
            ImportBatch.file_hash == batch.file_hash,
            ImportBatch.id != batch.id,
            ImportBatch.state == ImportState.APPLIED,
        )
        .order_by(ImportBatch.id.desc())
        .limit(1)
    )


def confirm_mapping(batch: ImportBatch, mapping: ColumnMapping, effective_on: date) -> None:
    """Keep the columns as the clerk said them; what was checked with others is forgotten."""
    refuse_finished(batch)
    file_facts = (batch.report or {})["file"]
    remember(batch, mapping, file_facts["sheet"], effective_on)
    batch.report = {"file": file_facts}
    batch.state = ImportState.UPLOADED


def check(batch: ImportBatch, by: Staff, progress: Progress = lambda _: None) -> dict[str, Any]:
    """Check the file by the columns confirmed and keep the report; writes nothing else."""
    refuse_finished(batch)
    found = examine(open_sheet(batch), confirmed_mapping(batch), batch.effective_on, by, progress)
    batch.report = report_of(found, (batch.report or {})["file"], usual_branch(by))
    batch.state = ImportState.CHECKED
    db.session.flush()
    return batch.report


def refuse_unfit(batch: ImportBatch, *, only_good_rows: bool, confirmed: ControlTotals) -> None:
    """What the report already tells against applying: errors, control totals, closed days.

    Raises `ImportNotChecked`, `RegisterHasErrors`, `ArrearsDiffer`, `PrepaymentsDiffer`, `NoDayForOpening`.
    """
    refuse_finished(batch)
    if batch.state is not ImportState.CHECKED or batch.report is None:
        raise ImportNotChecked
    errors = batch.report["counts"]["errors"]
    if errors and not only_good_rows:
        raise RegisterHasErrors(errors=errors)
    opening.check_totals(confirmed, totals_in(batch.report))
    opening.refuse_closed(opening.Days(**batch.report["days"]))


def apply(
    batch: ImportBatch,
    *,
    only_good_rows: bool,
    confirmed: ControlTotals,
    by: Staff,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Bring the new households in; the batch is locked. Everything is checked again on the way.

    Raises what `refuse_unfit` raises, and `RegisterMoved` when others changed the register since the check.
    """
    refuse_unfit(batch, only_good_rows=only_good_rows, confirmed=confirmed)
    db.session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    report = dict(batch.report or {})
    found = examine(open_sheet(batch), confirmed_mapping(batch), batch.effective_on, by, progress)
    expected, errors = report["counts"]["new"], report["counts"]["errors"]
    if len(found.new) != expected or found.errors != errors:
        raise RegisterMoved(then=expected, now=len(found.new))
    opening.check_totals(confirmed, found.totals)
    days = days_for(found.new, usual_branch(by))
    opening.refuse_closed(days)
    written = writing.write(f"{_mark(batch)}:")
    progress(95)
    journals = opening.post(days, by=by, memo=_mark(batch)) if written.accounts else []
    report["applied"] = {**asdict(written), "journals": journals}
    batch.report, batch.state = report, ImportState.APPLIED
    batch.applied_by, batch.applied_at = by.id, now()
    if not report["counts"]["left_out"]:
        batch.content = None
    db.session.flush()
    _record("register_import", batch, by)
    return report


def withdraw(batch: ImportBatch, by: Staff) -> None:
    """Give a file up before it is applied: its content and the faults that quote it are deleted."""
    refuse_finished(batch)
    batch.state, batch.content, batch.report = ImportState.WITHDRAWN, None, None
    _record("register_import_withdrawn", batch, by)


def refuse_finished(batch: ImportBatch) -> None:
    """Raises `ImportApplied` or `ImportWithdrawn`."""
    if batch.state is ImportState.APPLIED:
        raise ImportApplied(name=batch.file_name)
    if batch.state is ImportState.WITHDRAWN:
        raise ImportWithdrawn(name=batch.file_name)


def needs_job(batch: ImportBatch) -> bool:
    """Whether the file is too long for a person to wait."""
    return bool((batch.report or {})["file"]["rows"] > DIRECT_ROWS)


def newest_job(batch: ImportBatch) -> Job | None:
    """The last background work on this batch."""
    return db.session.scalar(
        select(Job)
        .where(Job.kind.in_((CHECK_JOB, APPLY_JOB)), Job.arguments["batch_id"].as_integer() == batch.id)
        .order_by(Job.id.desc())
        .limit(1)
    )


def refuse_under_way(batch: ImportBatch) -> None:
    """Raises `ImportUnderWay` while a job works on the batch."""
    job = newest_job(batch)
    if job is not None and job.state in (JobState.QUEUED, JobState.RUNNING):
        raise ImportUnderWay


def usual_branch(staff: Staff) -> str:
    """The branch of rows that name none: the clerk's own; head office has none."""
    if staff.branch_id is None:
        return ""
    return db.session.scalar(select(Branch.name).where(Branch.id == staff.branch_id)) or ""


def new_accounts(batch: ImportBatch) -> Select[Any]:
    """The accounts that the batch made: id, card number, name, address."""
    applied = (batch.report or {}).get("applied") or {}
    made_here = (
        select(SupplyTerm)
        .where(SupplyTerm.account_id == Account.id, SupplyTerm.reason.startswith(_mark(batch) + ":"))
        .exists()
    )
    columns: list[Any] = [Account.id, Account.card_no, Customer.name, Premises.address]
    return (
        select(*columns)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
        .where(Account.id.between(applied.get("first_account_id"), applied.get("last_account_id")), made_here)
        .order_by(Account.id)
    )


def _mark(batch: ImportBatch) -> str:
    """How supply terms and journals name the import they came from."""
    return f"#{batch.id} {batch.file_name}"


def _record(verb: str, batch: ImportBatch, by: Staff) -> None:
    audit.record(
        verb,
        actor_id=by.id,
        subject_table="import_batch",
        subject_id=batch.id,
        after={"file": batch.file_name, "sha256": batch.file_hash, **(batch.report or {}).get("applied", {})},
    )
