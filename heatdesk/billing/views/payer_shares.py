"""Organisations that answer for their people, and the households of one."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.models import Account
from heatdesk.billing.services import accounts, payer_shares
from heatdesk.billing.services.request_targets import target_of
from heatdesk.i18n import _
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import paginate, scope_branch

bp = Blueprint("payer_shares", __name__, url_prefix="/billing/payer_shares")


@bp.get("")
@requires(Permission.PAYMENT_VIEW)
def index() -> ResponseReturnValue:
    return render_template("billing/payer_shares/index.html", page=paginate(_payers()))


@bp.get("/export.xlsx")
@requires(Permission.PAYMENT_VIEW)
def export() -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="payer_share")
    return workbook(
        _payers(),
        [_("Card no."), _("Organisation"), _("Households"), _("Taken over")],
        lambda row: (row.card_no, row.name, row.households, row.taken),
        name="organisations",
    )


@bp.get("/<int:account_id>")
@requires(Permission.PAYMENT_VIEW)
def show(account_id: int) -> ResponseReturnValue:
    account = accounts.get(account_id, current_user.branch_id)
    return render_template(
        "billing/payer_shares/show.html",
        account=account,
        payer=target_of(account.id).label,
        page=paginate(payer_shares.select_members(account.id)),
    )


@bp.get("/<int:account_id>/export.xlsx")
@requires(Permission.PAYMENT_VIEW)
def export_members(account_id: int) -> ResponseReturnValue:
    account = accounts.get(account_id, current_user.branch_id)
    audit.record(
        "export", actor_id=current_user.id, subject_table="payer_share", after={"account": account.card_no}
    )
    return workbook(
        payer_shares.select_members(account.id),
        [
            *(_("Card no."), _("Customer"), _("Share %"), _("For at most m²"), _("At most yuan per season")),
            *(_("From the season"), _("Taken over")),
        ],
        lambda row: (
            *(row.card_no, row.name, row[0].share * 100, row[0].up_to_m2, row[0].limit_amount),
            *(row.code, row.taken),
        ),
        name="people",
    )


def _payers() -> Select[Any]:
    return payer_shares.select_payers(scope_branch(Account.branch_id))
