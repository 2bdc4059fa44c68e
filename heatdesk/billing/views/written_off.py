"""Debts written off and still claimed: the list, and claiming one again when its debtor pays."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.debts import ClaimForm
from heatdesk.billing.forms.reductions import GROUNDS
from heatdesk.billing.models import Account
from heatdesk.billing.services import written_off
from heatdesk.i18n import _
from heatdesk.money import format_money
from heatdesk.web.exports import workbook
from heatdesk.web.fields import half_width
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, paginate, refused_on_form, scope_branch

bp = Blueprint("written_off", __name__, url_prefix="/billing/written_off")


@bp.get("")
@requires(Permission.DEBT_VIEW)
def index() -> ResponseReturnValue:
    query = _wanted()
    return render_template(
        "billing/written_off/index.html",
        page=paginate(query),
        total=written_off.total(query),
        grounds=GROUNDS,
        said=_,
        words=request.args.get("words", ""),
        show_all=request.args.get("all") == "yes",
    )


@bp.get("/export.xlsx")
@requires(Permission.DEBT_VIEW)
def export() -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="adjustment", after=request.args.to_dict())
    head = [_("Card no."), _("Customer"), _("Address"), _("Season"), _("Grounds"), _("Request")]
    return workbook(
        _wanted(),
        [*head, _("Written off on"), _("Written off"), _("Claimed again"), _("Still written off")],
        lambda row: (
            *(row.card_no, row.name, row.address, row.season, _(GROUNDS[row.grounds]), row.number),
            *(row.granted_at, row.amount, row.recovered, row.left),
        ),
        name="written-off",
    )


@bp.route("/<int:debt_id>/claim", methods=["GET", "POST"])
@requires(Permission.DEBT_CLAIM)
def claim(debt_id: int) -> ResponseReturnValue:
    debt = written_off.find(debt_id, scope_branch(Account.branch_id))
    form = ClaimForm(data={"amount": debt.left})
    if form.validate_on_submit():
        with refused_on_form(form):
            written_off.claim_again(debt_id, form.amount.data, by=current_user)  # type: ignore[arg-type]
            flash_done(_("¥%(amount)s are owed again.", amount=format_money(form.amount.data)))  # type: ignore[arg-type]
            return redirect(_next(debt.account_id))
    page = render_template(
        "billing/written_off/claim.html", form=form, debt=debt, grounds=_(GROUNDS[debt.grounds])
    )
    return page, 422 if form.is_submitted() else 200


def _next(account_id: int) -> str:
    """To the window where the money is taken, for whoever works at one."""
    endpoint = "counter.show" if current_user.may(Permission.COUNTER) else "customer_card.show"
    return url_for(endpoint, account_id=account_id)


def _wanted() -> Select[Any]:
    words = half_width(request.args.get("words", ""))
    only_left = request.args.get("all") != "yes"
    return written_off.listed(scope_branch(Account.branch_id), words=words, only_left=only_left)
