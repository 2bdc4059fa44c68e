"""The seal of a closed day: a hash over its figures and its books, chained to the seal of the day before (I3).

    digest of a table = sha256 over the sha256 of every 10,000 rows in order of id, in hexadecimal
    seal = sha256 over the canonical JSON of {branch, day, previous, totals, journals, entries}

The database hashes; a day with a million entries (a season run) never travels to the application. Each row is written
as a PostgreSQL record of named columns, so a column added later does not change an old seal, and instants as seconds
since 1970, so neither does the time zone of whoever checks.
"""

import hashlib
import json
from datetime import date
from typing import Any

from sqlalchemy import select, text

from heatdesk.billing.models import BusinessDay
from heatdesk.db import db, get_or_refuse

FIRST_SEAL = "0" * 64
"""What the first day of a branch follows."""

_ROWS_PER_HASH = 10_000

_JOURNALS = """
    select j.id, row(j.id, j.kind, j.branch_id, to_char(j.business_date, 'YYYY-MM-DD'), j.actor_id, j.request_id,
                     j.reverses, j.till_shift_id, j.memo, extract(epoch from j.recorded_at))::text as line
      from journal j where j.branch_id = :branch and j.business_date = :day
"""

_ENTRIES = """
    select e.id, row(e.id, e.journal_id, e.season_id, e.account_id, e.debit, e.credit, e.amount, e.item)::text as line
      from entry e join journal j on j.id = e.journal_id
     where j.branch_id = :branch and j.business_date = :day
"""

_DIGEST = """
    with numbered as (
        select id, line, (row_number() over (order by id) - 1) / {rows} as part from ({lines}) as lines
    ), parts as (
        select part, encode(sha256(convert_to(string_agg(line, E'\\n' order by id), 'UTF8')), 'hex') as hash
          from numbered group by part
    )
    select encode(sha256(convert_to(coalesce(string_agg(hash, '' order by part), ''), 'UTF8')), 'hex') from parts
"""


def previous_seal(branch_id: int, day: date) -> str:
    """The stored seal of the branch's last business day before `day`."""
    query = (
        select(BusinessDay.seal)
        .where(BusinessDay.branch_id == branch_id, BusinessDay.day < day)
        .order_by(BusinessDay.day.desc())
        .limit(1)
    )
    return db.session.scalar(query) or FIRST_SEAL


def seal_of(branch_id: int, day: date, totals: dict[str, Any]) -> str:
    """The seal that the books of the day give, with these totals."""
    sealed = {
        "branch": branch_id,
        "day": day.isoformat(),
        "previous": previous_seal(branch_id, day),
        "totals": totals,
        "journals": _digest(_JOURNALS, branch_id, day),
        "entries": _digest(_ENTRIES, branch_id, day),
    }
    return hashlib.sha256(canonical(sealed).encode()).hexdigest()


def recompute_seal(branch_id: int, day: date) -> str:
    """The seal of a closed day from its stored totals and the books as they are now; equal to the stored seal unless
    somebody reached past the guards. Raises `Missing` for a day that never was.
    """
    return seal_of(branch_id, day, get_or_refuse(BusinessDay, (branch_id, day)).totals or {})


def canonical(value: Any) -> str:
    """JSON with sorted keys and no blanks: one spelling for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _digest(lines: str, branch_id: int, day: date) -> str:
    query = text(_DIGEST.format(rows=_ROWS_PER_HASH, lines=lines))
    return str(db.session.scalar(query, {"branch": branch_id, "day": day}))
