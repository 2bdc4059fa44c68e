"""Refunds: what waits to be paid out, paying it out, its sheet."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.refunds import METHODS, PayOutForm
from heatdesk.billing.models import Account, Refund
from heatdesk.billing.papers import refund_sheet
from heatdesk.billing.papers.refund_sheet import RefundFacts
from heatdesk.billing.rules.workflow import RefundMethod, RefundState
from heatdesk.billing.services import refunds, tills
from heatdesk.billing.services.request_targets import target_of
from heatdesk.billing.views.pdf import answer
from heatdesk.db import get_or_refuse
from heatdesk.errors import Missing
from heatdesk.i18n import _
from heatdesk.money import format_money
from heatdesk.web.exports import workbook
from heatdesk.web.fields import half_width
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, flash_notice, paginate, refused_on_form, scope_branch
from heatdesk.web.request_keys import current_request_id

bp = Blueprint("refunds", __name__, url_prefix="/billing/refunds")


@bp.get("")
@requires(Permission.PAYMENT_VIEW)
def index() -> ResponseReturnValue:
    return render_template("billing/refunds/index.html", page=paginate(_listed()), states=refunds.STATES)


@bp.get("/export.xlsx")
@requires(Permission.PAYMENT_VIEW)
def export() -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="refund", after=request.args.to_dict())
    return workbook(
        _listed(),
        [
            *(_("Request"), _("Card no."), _("Customer"), _("Paid to"), _("Amount")),
            *(_("State"), _("Agreed"), _("Paid out"), _("Cashier")),
        ],
        lambda row: (
            *(row.number, row.card_no, row.name, row[0].payee, row[0].amount),
            *(str(refunds.STATES[row[0].state][0]), row[0].agreed_at, row[0].paid_at, row.payer),
        ),
        name="refunds",
    )


@bp.route("/<int:refund_id>", methods=["GET", "POST"])
@requires(Permission.PAYMENT_VIEW)
def show(refund_id: int) -> ResponseReturnValue:
    refund = refunds.get(refund_id, current_user)
    form = PayOutForm(has_till=tills.find_open_shift(current_user.id) is not None)
    if form.validate_on_submit() and current_user.may(Permission.REFUND_PAY):
        with refused_on_form(form):
            refunds.pay_out(
                refund_id,
                RefundMethod(form.method.data),
                form.reference.data or "",
                by=current_user,
                request_id=current_request_id(),
            )
            flash_done(_("¥%(amount)s are paid out to %(payee)s.", **_words(refund)))
            return redirect(url_for("refunds.show", refund_id=refund_id, printed="yes"), 303)
    return _page(refund, form), 422 if form.is_submitted() else 200


@bp.get("/<int:refund_id>/paper")
@requires(Permission.PAYMENT_VIEW)
def paper(refund_id: int) -> ResponseReturnValue:
    refund = refunds.get(refund_id, current_user)
    if refund.facts is None:
        raise Missing
    pdf = refund_sheet.draw(RefundFacts.from_json(refund.facts), copy=refund.prints)
    return answer(pdf, f"refund-{refund.id}")


@bp.post("/<int:refund_id>/reprint")
@requires(Permission.REFUND_PAY)
def reprint(refund_id: int) -> ResponseReturnValue:
    refund = refunds.reprint(refund_id, by=current_user)
    flash_notice(_("The sheet is printed again, marked copy %(copy)s.", copy=refund.prints))
    return redirect(url_for("refunds.show", refund_id=refund_id, printed="yes"), 303)


def _listed() -> Select[Any]:
    return refunds.select_refunds(
        request.args.get("state", ""), half_width(request.args.get("card_no")), scope_branch(Refund.branch_id)
    )


def _words(refund: Refund) -> dict[str, str]:
    return {"amount": format_money(refund.amount), "payee": refund.payee}


def _page(refund: Refund, form: PayOutForm) -> str:
    account = get_or_refuse(Account, refund.account_id)
    waits = refund.state == RefundState.AGREED and current_user.may(Permission.REFUND_PAY)
    return render_template(
        "billing/refunds/show.html",
        refund=refund,
        form=form if waits else None,
        household=target_of(account.id).label,
        account=account,
        request_number=refunds.request_number(refund),
        payer=refunds.payer_name(refund),
        states=refunds.STATES,
        methods=METHODS,
        printed=request.args.get("printed") == "yes",
    )
