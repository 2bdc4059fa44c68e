"""Number books: who holds which numbers, and the life of every one of them."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms.fields import SelectChoice

from heatdesk import audit
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.number_books import KIND_LABELS, HandOnForm, IssueBookForm
from heatdesk.billing.models import NumberBook
from heatdesk.billing.rules.workflow import NumberKind, PaperState
from heatdesk.billing.services import number_books, voids
from heatdesk.db import get_or_refuse
from heatdesk.errors import Missing
from heatdesk.i18n import _
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import (
    flash_done,
    in_scope,
    paginate,
    refused_on_form,
    scope_branch,
    whole_argument,
)

bp = Blueprint("number_books", __name__, url_prefix="/billing/number-books")


@bp.get("")
@requires(Permission.NUMBER_BOOK)
def index() -> ResponseReturnValue:
    return render_template(
        "billing/number_books/index.html",
        page=paginate(number_books.select_books(*_asked_for())),
        holders=_holders(),
        kinds=KIND_LABELS,
        running_low=number_books.RUNNING_LOW,
    )


@bp.get("/export.xlsx")
@requires(Permission.NUMBER_BOOK)
def export() -> ResponseReturnValue:
    audit.record(
        "export", actor_id=current_user.id, subject_table="number_book", after=request.args.to_dict()
    )
    return workbook(
        number_books.select_books(*_asked_for()),
        [
            _("Kind"),
            _("First number"),
            _("Last number"),
            _("Next number"),
            _("Left"),
            _("Cashier"),
            _("In use"),
        ],
        lambda row: (
            str(KIND_LABELS[row[0].kind]),
            row[0].written(row[0].first_number),
            row[0].written(row[0].last_number),
            row[0].written(row[0].next_number) if row[0].left else "",
            row[0].left,
            row[1],
            row[0].is_active,
        ),
        name="number-books",
    )


@bp.route("/issue", methods=["GET", "POST"])
@requires(Permission.NUMBER_BOOK)
def issue() -> ResponseReturnValue:
    holders = _holders()
    form = IssueBookForm(request.form or request.args)
    form.holder.choices = _choices(holders)
    if not form.is_submitted():
        _suggest(form, holders)
    if form.validate_on_submit():
        with refused_on_form(form):
            book = number_books.issue(
                NumberKind(form.kind.data),
                next(one for one in holders if one.id == form.holder.data),
                prefix=form.prefix.data or "",
                first_number=int(form.first_number.data),
                last_number=int(form.last_number.data),
                digits=form.digits,
            )
            flash_done(_("%(count)s numbers were issued.", count=f"{book.left:,}"))
            return redirect(url_for("number_books.show", book_id=book.id))
    return render_template("billing/number_books/issue.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/<int:book_id>")
@requires(Permission.NUMBER_BOOK)
def show(book_id: int) -> ResponseReturnValue:
    book = _visible(book_id)
    return render_template("billing/number_books/show.html", **_shown(book))


@bp.get("/<int:book_id>/export.xlsx")
@requires(Permission.NUMBER_BOOK)
def export_numbers(book_id: int) -> ResponseReturnValue:
    """Every number used, with what became of it."""
    book = _visible(book_id)
    audit.record("export", actor_id=current_user.id, subject_table="number_book", subject_id=book.id)
    header = [
        _("Number"),
        _("State"),
        _("Reason"),
        _("Amount"),
        _("Payment"),
        _("Journal"),
        _("Business day"),
    ]
    return workbook(
        number_books.select_numbers(book),
        [*header, _("Cashier"), _("Prints")],
        lambda row: (
            book.written(row.number),
            _number_state(row.state),
            voids.reason_label(row.void_reason) if row.void_reason else "",
            row.amount,
            row.payment_id,
            row.journal_id,
            row.business_date,
            row.name,
            row.prints,
        ),
        name=f"numbers-{book.id}",
    )


@bp.post("/<int:book_id>/take-back")
@requires(Permission.NUMBER_BOOK)
def take_back(book_id: int) -> ResponseReturnValue:
    book = number_books.take_back(_visible(book_id).id)
    flash_done(_("The book is back with %(left)s unused numbers.", left=f"{book.left:,}"))
    return redirect(url_for("number_books.show", book_id=book_id))


@bp.post("/<int:book_id>/hand-on")
@requires(Permission.NUMBER_BOOK)
def hand_on(book_id: int) -> ResponseReturnValue:
    book = _visible(book_id)
    holders = _holders(Staff.branch_id == book.branch_id)
    form = HandOnForm()
    form.holder.choices = _choices(holders)
    if form.validate_on_submit():
        holder = next(one for one in holders if one.id == form.holder.data)
        with refused_on_form(form):
            number_books.hand_on(book_id, holder)
            flash_done(_("%(name)s goes on with this book.", name=holder.name))
            return redirect(url_for("number_books.show", book_id=book_id))
    return render_template("billing/number_books/show.html", **_shown(book, form)), 422


def _asked_for() -> list[Any]:
    conditions: list[Any] = [scope_branch(NumberBook.branch_id)]
    holder = whole_argument("cashier")
    if holder is not None:
        conditions.append(NumberBook.staff_id == holder)
    if request.args.get("kind") in set(NumberKind):
        conditions.append(NumberBook.kind == request.args["kind"])
    if request.args.get("state") in ("held", "returned"):
        conditions.append(NumberBook.is_active.is_(request.args["state"] == "held"))
    return conditions


def _visible(book_id: int) -> NumberBook:
    book = get_or_refuse(NumberBook, book_id)
    if not in_scope(book.branch_id):
        raise Missing
    return book


def _holders(*conditions: Any) -> list[Staff]:
    return list(number_books.possible_holders(scope_branch(Staff.branch_id), *conditions))


def _choices(holders: list[Staff]) -> list[SelectChoice]:
    return [SelectChoice(one.id, one.name) for one in holders]


def _number_state(state: str | None) -> str:
    """The present state of a number's paper in words."""
    if state is None:
        return _("no paper: tell finance")
    return _("void") if state == PaperState.VOID else _("issued")


def _suggest(form: IssueBookForm, holders: list[Staff]) -> None:
    """Go on where the branch's newest book of this kind ends."""
    kind = NumberKind(form.kind.data) if form.kind.data in set(NumberKind) else NumberKind.RECEIPT
    holder = next((one for one in holders if one.id == form.holder.data), holders[0] if holders else None)
    follows = holder and holder.branch_id and number_books.suggest_first(holder.branch_id, kind)
    if follows and not form.first_number.data:
        form.prefix.data, first, digits = follows
        form.first_number.data = f"{first:0{digits}d}"


def _shown(book: NumberBook, form: HandOnForm | None = None) -> dict[str, Any]:
    form = form or HandOnForm()
    form.holder.choices = _choices(_holders(Staff.branch_id == book.branch_id))
    return {
        "book": book,
        "holder": number_books.holder_name(book),
        "history": number_books.history(book),
        "page": paginate(number_books.select_numbers(book)),
        "form": form,
        "kinds": KIND_LABELS,
        "running_low": number_books.RUNNING_LOW,
        "reason_label": voids.reason_label,
    }
