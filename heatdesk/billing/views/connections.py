"""Connections to the network: agreements, what is paid of them, what is overdue."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.models import Account
from heatdesk.billing.services import connections
from heatdesk.dates import today
from heatdesk.i18n import _
from heatdesk.web.exports import workbook
from heatdesk.web.fields import one_line
from heatdesk.web.guards import requires
from heatdesk.web.pages import paginate, scope_branch

bp = Blueprint("connections", __name__, url_prefix="/billing/connections")


@bp.get("")
@requires(Permission.PAYMENT_VIEW)
def index() -> ResponseReturnValue:
    page = paginate(_listed())
    standings = {row[0].id: connections.standing(row[0], row.paid) for row in page.items}
    return render_template("billing/connections/index.html", page=page, standings=standings, this_day=today())


@bp.get("/export.xlsx")
@requires(Permission.PAYMENT_VIEW)
def export() -> ResponseReturnValue:
    audit.record(
        "export", actor_id=current_user.id, subject_table="connection_agreement", after=request.args.to_dict()
    )
    return workbook(
        _listed(),
        [
            *(_("Number of the agreement"), _("Card no."), _("Customer"), _("Address"), _("Signed on")),
            *(_("Agreed area m²"), _("Measured area m²"), _("Yuan per m²"), _("Connection fee"), _("Paid")),
            *(_("Overdue"), _("Next part due")),
        ],
        _cells,
        name="connections",
    )


def _cells(row: Any) -> tuple[Any, ...]:
    agreement, standing = row[0], connections.standing(row[0], row.paid)
    return (
        *(agreement.document_no, row.card_no, row.name, row.address, agreement.signed_on),
        *(agreement.agreed_m2, agreement.measured_m2, agreement.price, standing.fee, standing.paid),
        *(standing.overdue(today()), standing.next_due),
    )


def _listed() -> Select[Any]:
    return connections.select_agreements(one_line(request.args.get("words")), scope_branch(Account.branch_id))
