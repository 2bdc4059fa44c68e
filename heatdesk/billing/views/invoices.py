"""Invoices: issue one for a season of a payment, draw it, print it again."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.papers.invoices import InvoiceFacts, InvoiceSize, draw
from heatdesk.billing.rules.workflow import PaperState
from heatdesk.billing.services import invoices, paper_settings
from heatdesk.billing.services.paper_settings import Paper
from heatdesk.billing.views.pdf import answer, chosen_size
from heatdesk.errors import BadInput
from heatdesk.i18n import _
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_notice

bp = Blueprint("invoices", __name__, url_prefix="/billing/invoices")


@bp.post("/issue/<int:payment_id>")
@requires(Permission.INVOICE_ISSUE)
def issue(payment_id: int) -> ResponseReturnValue:
    season = request.form.get("season", "")
    if not season.isdecimal() or len(season) > 18:
        raise BadInput("Choose the season to invoice, then press again.")
    invoice = invoices.issue(payment_id, int(season), by=current_user)
    flash_notice(_("Invoice %(number)s is issued.", number=invoice.written))
    return redirect(url_for("payments.show", payment_id=payment_id), 303)


@bp.get("/<int:invoice_id>/paper")
@requires(Permission.PAYMENT_VIEW)
def paper(invoice_id: int) -> ResponseReturnValue:
    invoice = invoices.find(invoice_id, current_user.branch_id)
    own = paper_settings.of(current_user, Paper.INVOICE)
    pdf = draw(
        [InvoiceFacts.from_json(invoice.facts)],
        chosen_size(InvoiceSize, InvoiceSize(own.size)),
        copy=invoice.prints,
        void=invoice.state is PaperState.VOID,
        offset=own.offset,
    )
    return answer(pdf, f"invoice-{invoice.written}")


@bp.post("/<int:invoice_id>/reprint")
@requires(Permission.INVOICE_ISSUE)
def reprint(invoice_id: int) -> ResponseReturnValue:
    invoice = invoices.reprint(invoice_id, by=current_user)
    return redirect(url_for("invoices.paper", invoice_id=invoice.id), 303)
