"""The customer card's lists as workbooks: payments, the ledger, papers, changes."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.billing.services import account_books, accounts, labels, voids
from heatdesk.desk import changes
from heatdesk.i18n import _
from heatdesk.sheets.writing import Value
from heatdesk.web.exports import all_rows, as_file, workbook
from heatdesk.web.guards import requires

bp = Blueprint("card_exports", __name__, url_prefix="/households/<int:account_id>")

_Cells = Callable[[Any], Sequence[Value]]


@bp.get("/payments.xlsx")
@requires(Permission.REGISTER_VIEW)
def payments(account_id: int) -> ResponseReturnValue:
    header = [
        _("Taken at"),
        _("Receipt no."),
        _("Paid by"),
        _("Cashier"),
        _("To prepayment"),
        _("Amount"),
        _("State"),
    ]
    return _workbook(account_id, "payment", account_books.payments(account_id), header, _payment)


@bp.get("/ledger.xlsx")
@requires(Permission.PAYMENT_VIEW)
def ledger(account_id: int) -> ResponseReturnValue:
    header = [_("Journal"), _("Business day"), _("What"), _("Item"), _("Season"), _("Who")]
    header += [_("Charged"), _("Taken"), _("Balance"), _("Remark")]
    return _workbook(account_id, "entry", account_books.entries(account_id), header, _entry)


@bp.get("/papers.xlsx")
@requires(Permission.PAYMENT_VIEW)
def papers(account_id: int) -> ResponseReturnValue:
    header = [_("Paper"), _("Number"), _("Issued at"), _("State"), _("Reason"), _("Reprints"), _("Amount")]
    return _workbook(account_id, "receipt", account_books.papers(account_id), header, _paper)


@bp.get("/changes.xlsx")
@requires(Permission.REGISTER_VIEW)
def history(account_id: int) -> ResponseReturnValue:
    account = accounts.get(account_id, current_user.branch_id)
    _record(account_id, "audit_entry")
    return changes_file(changes.entries().where(changes.about(account)), name="changes")


def changes_file(query: Select[Any], *, name: str) -> Response:
    """Rows of the audit trail, one line for each column that changed."""
    header = [_("When"), _("Who"), _("Deed"), _("What"), _("Number"), _("Column"), _("Before"), _("After")]
    told = changes.in_words(all_rows(query))
    lines = (
        (one.at, one.who, one.verb, one.subject, one.subject_id, line.label, line.before, line.after)
        for one in told
        for line in one.lines or (changes.Line("", "", ""),)
    )
    return as_file(lines, header, name=name)


def _workbook(account_id: int, table: str, query: Select[Any], header: list[str], cells: _Cells) -> Response:
    accounts.get(account_id, current_user.branch_id)
    _record(account_id, table)
    return workbook(query, header, cells, name=f"{table}-{account_id}")


def _record(account_id: int, what: str) -> None:
    audit.record(
        "export",
        actor_id=current_user.id,
        subject_table="account",
        subject_id=account_id,
        after={"list": what},
    )


def _payment(row: Any) -> Sequence[Value]:
    methods = ", ".join(str(labels.TENDERS[TenderMethod(method)]) for method in row.methods or [])
    state = _("void") if row.void_reason else _("taken")
    return row.taken_at, row.receipt, methods, row.who, row.to_prepayment, row.amount, state


def _entry(row: Any) -> Sequence[Value]:
    moved = (row.moved, None) if row.moved > 0 else (None, -row.moved)
    what = str(labels.JOURNALS[row.kind])
    item = str(labels.ITEMS.get(row.item, row.item or ""))
    return row.journal_id, row.business_date, what, item, row.season, row.who, *moved, row.balance, row.memo


def _paper(row: Any) -> Sequence[Value]:
    kind = _("receipt") if row.kind == "receipt" else _("invoice")
    state = _("void") if row.state == "void" else _("issued")
    reason = voids.reason_label(row.void_reason) if row.void_reason else ""
    return kind, row.written, row.issued_at, state, reason, row.prints, row.amount
