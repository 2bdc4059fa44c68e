"""The books for another accountant's tool: an hledger journal or plain CSV, written as a stream."""

import csv
from collections.abc import Iterator
from typing import Any, TextIO

from sqlalchemy import text

from heatdesk.billing.rules.ledger import AccountKind
from heatdesk.db import db

_GROUPS = {
    AccountKind.ASSET: "assets",
    AccountKind.LIABILITY: "liabilities",
    AccountKind.INCOME: "revenues",
    AccountKind.EXPENSE: "expenses",
    AccountKind.EQUITY: "equity",
}
_ROWS_AT_ONCE = 10_000
COLUMNS = (
    "journal", "kind", "branch", "business_date", "recorded_at", "actor", "reverses", "memo",
    "entry", "debit", "credit", "amount", "season", "card_no", "item",
)  # fmt: skip

_ENTRIES = """
    select journal.id as journal, journal.kind, branch.name as branch, journal.business_date, journal.recorded_at,
           staff.login as actor, journal.reverses, journal.memo, entry.id as entry, entry.debit, entry.credit,
           entry.amount, season.code as season, account.card_no, entry.item
      from entry
      join journal on journal.id = entry.journal_id
      join branch on branch.id = journal.branch_id
      join staff on staff.id = journal.actor_id
      left join season on season.id = entry.season_id
      left join account on account.id = entry.account_id
     order by journal.business_date, journal.id, entry.id
"""


def write_csv(out: TextIO) -> int:
    """Every entry with its journal, one a line; returns how many."""
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    count = 0
    for row in _entries():
        writer.writerow([_cell(row[name]) for name in COLUMNS])
        count += 1
    return count


def write_hledger(out: TextIO) -> int:
    """A journal that `hledger check --strict` accepts: each entry is a pair of postings; returns how many entries."""
    names = _account_names()
    out.write("; heatdesk ledger export\ncommodity CNY 1,000.00\n\n")
    out.writelines(f"account {name}\n" for name in names.values())
    count, current = 0, None
    for row in _entries():
        if row["journal"] != current:
            current = row["journal"]
            out.write(f"\n{row['business_date']} ({current}) {row['kind']} {_flat(row['branch'])}\n")
        note = " ".join(filter(None, (row["season"], row["card_no"], row["item"])))
        out.write(f"    {names[row['debit']]}  CNY {row['amount']}  ; {_flat(note)}\n")
        out.write(f"    {names[row['credit']]}  CNY {-row['amount']}\n")
        count += 1
    return count


def _entries() -> Iterator[dict[str, Any]]:
    result = db.session.execute(text(_ENTRIES), execution_options={"yield_per": _ROWS_AT_ONCE})
    yield from result.mappings()  # type: ignore[misc]


def _account_names() -> dict[str, str]:
    """Ledger code → hledger account, such as `assets:1122 heat fee receivable`."""
    rows = db.session.execute(text("select code, kind, name from ledger_account order by code"))
    return {code: f"{_GROUPS[AccountKind(kind)]}:{code} {name.lower()}" for code, kind, name in rows}


def _flat(words: str) -> str:
    """Words on one line without what hledger would read as a comment or tag."""
    return " ".join(words.replace(";", ",").split())


def _cell(value: object) -> str:
    """Text that a spreadsheet will not take for a formula."""
    written = "" if value is None else str(value)
    return f"'{written}" if written.startswith(("=", "+", "-", "@", "\t", "\r")) else written
