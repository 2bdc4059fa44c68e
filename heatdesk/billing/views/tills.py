"""Tills: the own drawer from the float to the blind count, and the list of all of them."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.errors import CountDiffers
from heatdesk.billing.forms.tills import SLIP_METHODS, STATE_LABELS, CountForm, OpenTillForm
from heatdesk.billing.models import TillShift
from heatdesk.billing.rules.tills import DENOMINATIONS
from heatdesk.billing.rules.workflow import ShiftState
from heatdesk.billing.services import labels, number_books, takings, till_counts, tills
from heatdesk.billing.views import till_lists
from heatdesk.db import get_or_refuse
from heatdesk.errors import Missing, NotAllowed
from heatdesk.i18n import _
from heatdesk.money import format_money
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, in_scope, paginate

bp = Blueprint("tills", __name__, url_prefix="/billing/tills")


@bp.get("")
@requires(Permission.TILL_VIEW)
def index() -> ResponseReturnValue:
    takes_money = current_user.may(Permission.COUNTER)
    wanted = till_lists.wanted()
    return render_template(
        "billing/tills/index.html",
        takes_money=takes_money,
        own=tills.find_open_shift(current_user.id) if takes_money else None,
        books=number_books.held_books(current_user.id) if takes_money else [],
        running_low=number_books.RUNNING_LOW,
        day_is_open=tills.day_is_open(current_user.branch_id),
        page=paginate(tills.select_shifts(*till_lists.visible(), *wanted.conditions())),
        wanted=wanted,
        states=STATE_LABELS,
        cashiers=tills.cashiers_with_shifts(*till_lists.visible()),
    )


@bp.get("/export.xlsx")
@requires(Permission.TILL_VIEW)
def export() -> ResponseReturnValue:
    """The list as filtered; what an open till should hold is in none of its columns."""
    header = [
        _("Day"),
        _("Till"),
        _("Cashier"),
        _("State"),
        _("Float"),
        _("Expected"),
        _("Over / short"),
        _("Reason"),
    ]
    audit.record("export", actor_id=current_user.id, subject_table="till_shift", after=request.args.to_dict())
    return workbook(
        tills.select_shifts(*till_lists.visible(), *till_lists.wanted().conditions()),
        header,
        lambda row: (
            row[0].business_date,
            row[0].till_name,
            row[1],
            str(STATE_LABELS[row[0].state]),
            row[0].float_amount,
            row[0].expected_cash,
            row[0].over_short,
            row[0].over_short_reason,
        ),
        name="tills",
    )


@bp.route("/open", methods=["GET", "POST"], endpoint="open")
@requires(Permission.COUNTER)
def open_till() -> ResponseReturnValue:
    last = tills.find_last_shift(current_user.id)
    form = OpenTillForm(obj=last)
    if form.validate_on_submit():
        shift = tills.open_shift(current_user, form.till_name.data, form.float_amount.data)
        amount = format_money(shift.float_amount)
        flash_done(_("%(till)s is open with ¥%(amount)s in it.", till=shift.till_name, amount=amount))
        return redirect(url_for("tills.index"))
    held = tills.find_open_shift(current_user.id)
    if held is not None and request.method == "GET":
        return redirect(url_for("tills.show", shift_id=held.id))
    page = render_template(
        "billing/tills/open.html", form=form, day_is_open=tills.day_is_open(current_user.branch_id)
    )
    return page, 422 if form.is_submitted() else 200


@bp.get("/<int:shift_id>")
@requires(Permission.TILL_VIEW)
def show(shift_id: int) -> ResponseReturnValue:
    shift = _readable(get_or_refuse(TillShift, shift_id))
    return render_template(
        "billing/tills/show.html",
        shift=shift,
        cashier=tills.cashier_name(shift),
        lines=till_counts.count_lines(shift),
        pieces=till_counts.pieces(shift),
        labels=labels.TENDERS,
        earlier=till_counts.earlier_counts(shift),
        receipts=takings.receipts_of(shift),
        may_count=_may_count(shift),
    )


@bp.post("/<int:shift_id>/begin")
@requires(Permission.TILL_VIEW)
def begin(shift_id: int) -> ResponseReturnValue:
    """The count begins: no money from here on, and no sums of this till, until it is handed in."""
    tills.begin_count(_countable(tills.get_locked(shift_id)), by=current_user)
    return redirect(url_for("tills.count", shift_id=shift_id), 303)


@bp.post("/<int:shift_id>/resume")
@requires(Permission.TILL_VIEW)
def resume(shift_id: int) -> ResponseReturnValue:
    shift = _countable(tills.get_locked(shift_id))
    tills.resume(shift, by=current_user)
    flash_done(_("%(till)s takes money again; the count was laid aside.", till=shift.till_name))
    return redirect(url_for("tills.index"), 303)


@bp.route("/<int:shift_id>/count", methods=["GET", "POST"])
@requires(Permission.TILL_VIEW)
def count(shift_id: int) -> ResponseReturnValue:
    posted = request.method == "POST"
    shift = _countable(tills.get_locked(shift_id) if posted else get_or_refuse(TillShift, shift_id))
    tills.refuse_not_counting(shift)
    form = CountForm()
    if not form.validate_on_submit():
        return _count_page(shift, form), 422 if posted else 200
    counted = form.count()
    try:
        tills.close_shift(shift, counted, by=current_user, seen=form.seen.data, reason=form.reason.data or "")
    except CountDiffers as refusal:
        till_counts.record_differing_count(shift, counted, by=current_user)
        named = ", ".join(str(labels.TENDERS[method]) for method in refusal.values["methods"].split())
        form.reason.errors = [_(refusal.message, methods=named)]
        return _count_page(shift, form)
    return redirect(url_for("tills.show", shift_id=shift.id))


def _count_page(shift: TillShift, form: Any) -> str:
    form.seen.data = form.seen.data if form.is_submitted() else tills.moves_on(shift)
    return render_template(
        "billing/tills/count.html",
        shift=shift,
        cashier=tills.cashier_name(shift),
        form=form,
        denominations=DENOMINATIONS,
        slips=SLIP_METHODS,
    )


def _readable(shift: TillShift) -> TillShift:
    """The shift, when it is one's own or one reads the books of its branch."""
    if not in_scope(shift.branch_id):
        raise Missing
    if shift.staff_id != current_user.id and not current_user.may(Permission.LEDGER_VIEW):
        raise NotAllowed
    return shift


def _countable(shift: TillShift) -> TillShift:
    if not _may_count(_readable(shift), closed_too=True):
        raise NotAllowed
    return shift


def _may_count(shift: TillShift, *, closed_too: bool = False) -> bool:
    """Whoever holds the till counts it; a supervisor counts for somebody who has left."""
    if shift.state is ShiftState.CLOSED and not closed_too:
        return False
    return bool(shift.staff_id == current_user.id or current_user.may(Permission.DAY_CLOSE))
