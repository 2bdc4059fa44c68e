"""Payments: the list of a day, one payment with its papers, voiding it on its day."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.voids import VoidForm
from heatdesk.billing.rules.workflow import ShiftState, TenderMethod
from heatdesk.billing.services import labels, payment_lists, tills, voids
from heatdesk.billing.services.payment_lists import PaymentFilter
from heatdesk.errors import BadInput
from heatdesk.i18n import _
from heatdesk.money import ZERO, format_money
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_notice, paginate, whole_argument
from heatdesk.web.request_keys import current_request_id

bp = Blueprint("payments", __name__, url_prefix="/billing/payments")


@bp.get("")
@requires(Permission.PAYMENT_VIEW)
def index() -> ResponseReturnValue:
    narrowed = _filter()
    own = tills.uncounted_of(current_user)
    return render_template(
        "billing/payments/index.html",
        narrowed=narrowed,
        page=paginate(payment_lists.listed(narrowed), counted=payment_lists.matching(narrowed)),
        totals=payment_lists.totals(narrowed),
        sum_is_hidden=own is not None and payment_lists.touches(narrowed, own.id),
        counting_id=own.id if own is not None and own.state is ShiftState.COUNTING else None,
        cashiers=payment_lists.cashiers(current_user.branch_id),
        tenders=labels.TENDERS,
    )


@bp.get("/export.xlsx")
@requires(Permission.PAYMENT_VIEW)
def export() -> ResponseReturnValue:
    """The list as filtered; the reader's own till adds up only after its count, so its amounts stay out till then."""
    own = tills.uncounted_of(current_user)
    audit.record("export", actor_id=current_user.id, subject_table="payment", after=request.args.to_dict())
    who = [_("Receipt no."), _("Card no."), _("Customer"), _("Cashier")]
    return workbook(
        payment_lists.listed(_filter()),
        [_("Time"), *who, _("Paid by"), _("Amount"), _("State")],
        lambda row: (
            row.taken_at,
            row.receipt,
            row.card_no,
            row.customer,
            row.cashier,
            _methods(row),
            _("after the count") if own is not None and row.shift_id == own.id else row.amount,
            _state(row),
        ),
        name="payments",
    )


@bp.get("/<int:payment_id>")
@requires(Permission.PAYMENT_VIEW)
def show(payment_id: int) -> ResponseReturnValue:
    sheet = payment_lists.sheet(payment_id, current_user.branch_id)
    printed = request.args.get("printed", "")
    return render_template(
        "billing/payments/show.html",
        sheet=sheet,
        tenders=labels.TENDERS,
        reason_label=voids.reason_label,
        voidable=current_user.may(Permission.PAYMENT_VOID) and voids.is_voidable(payment_id, current_user),
        printed=url_for("receipts.paper", receipt_id=sheet.receipt.id)
        if printed == str(sheet.receipt.id)
        else None,
    )


@bp.get("/<int:payment_id>/void")
@requires(Permission.PAYMENT_VOID)
def confirm(payment_id: int) -> ResponseReturnValue:
    voids.examine(payment_id, current_user)
    sheet = payment_lists.sheet(payment_id, current_user.branch_id)
    return render_template("billing/payments/void.html", form=VoidForm(), sheet=sheet)


@bp.post("/<int:payment_id>/void")
@requires(Permission.PAYMENT_VOID)
def void(payment_id: int) -> ResponseReturnValue:
    sheet = payment_lists.sheet(payment_id, current_user.branch_id)
    form = VoidForm()
    if not form.validate_on_submit():
        return render_template("billing/payments/void.html", form=form, sheet=sheet), 422
    voids.void(payment_id, form.stated, by=current_user, request_id=current_request_id())
    flash_notice(_given_back(sheet))
    if current_user.may(Permission.COUNTER):
        return redirect(url_for("counter.show", account_id=sheet.account.id), 303)
    return redirect(url_for("payments.show", payment_id=payment_id), 303)


def _given_back(sheet: payment_lists.PaymentSheet) -> str:
    """What the customer gets back in hand or by the channel; prepayment is simply there again."""
    returned = [tender for tender in sheet.tenders if tender.method is not TenderMethod.PREPAYMENT]
    amount = format_money(sum((tender.amount for tender in returned), start=ZERO))
    number = sheet.receipt.written
    if len(returned) < 2:
        return _("Receipt %(number)s is void. Give back ¥%(amount)s.", number=number, amount=amount)
    parts = " + ".join(
        f"{labels.TENDERS[tender.method]} ¥{format_money(tender.amount)}" for tender in returned
    )
    return _(
        "Receipt %(number)s is void. Give back ¥%(amount)s: %(parts)s.",
        number=number,
        amount=amount,
        parts=parts,
    )


def _filter() -> PaymentFilter:
    """What the query string narrows the list to; a day is chosen unless a number or a card is."""
    given = request.args
    number, card_no = given.get("number", "").strip(), given.get("card_no", "").strip()
    method, cashier = given.get("method", ""), given.get("cashier", "")
    day = _day(given.get("day", ""))
    if day is None and not number and not card_no:
        day = payment_lists.newest_day(current_user.branch_id)
    return PaymentFilter(
        branch_id=current_user.branch_id or whole_argument("branch"),
        day=day,
        cashier_id=int(cashier) if cashier.isdecimal() and len(cashier) < 19 else None,
        method=TenderMethod(method) if method in set(TenderMethod) else None,
        number=number,
        card_no=card_no,
        till_shift_id=whole_argument("till"),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("“%(typed)s” is not a date. Write it like 2026-11-21.", typed=text[:40]) from None


def _methods(row: Any) -> str:
    return ", ".join(str(labels.TENDERS[TenderMethod(method)]) for method in row.methods or [])


def _state(row: Any) -> str:
    return _("void") if row.is_void else _("taken")
