"""Receipts: the paper in three sizes, counted reprints, looking one up, and the page that its QR code opens."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.papers.receipts import ReceiptFacts, ReceiptSize, draw
from heatdesk.billing.rules.workflow import PaperState
from heatdesk.billing.services import paper_settings, public_papers, receipts
from heatdesk.billing.views.pdf import answer, chosen_size
from heatdesk.i18n import _
from heatdesk.web.guards import public, requires
from heatdesk.web.pages import flash_notice

bp = Blueprint("receipts", __name__)


@bp.get("/billing/receipts")
@requires(Permission.PAYMENT_VIEW)
def index() -> ResponseReturnValue:
    receipt = receipts.find_by_number(request.args.get("number", ""), current_user.branch_id)
    return redirect(url_for("payments.show", payment_id=receipt.payment_id))


@bp.get("/billing/receipts/<int:receipt_id>/paper")
@requires(Permission.PAYMENT_VIEW)
def paper(receipt_id: int) -> ResponseReturnValue:
    receipt = receipts.find(receipt_id, current_user.branch_id)
    own = paper_settings.of(current_user)
    pdf = draw(
        [ReceiptFacts.from_json(receipt.facts)],
        chosen_size(ReceiptSize, ReceiptSize(own.size)),
        copy=receipts.copy_shown(receipt, current_user),
        void=receipt.state is PaperState.VOID,
        offset=own.offset,
    )
    return answer(pdf, f"receipt-{receipt.written}")


@bp.post("/billing/receipts/<int:receipt_id>/reprint")
@requires(Permission.PAYMENT_VOID)
def reprint(receipt_id: int) -> ResponseReturnValue:
    receipt = receipts.reprint(receipt_id, by=current_user)
    values = {"number": receipt.written, "copy": receipt.prints}
    flash_notice(_("Receipt %(number)s is printed again, marked copy %(copy)s.", **values))
    if current_user.may(Permission.COUNTER) and request.form.get("back") == "counter":
        return redirect(url_for("counter.index", printed=receipt.id), 303)
    return redirect(url_for("payments.show", payment_id=receipt.payment_id, printed=receipt.id), 303)


@bp.get("/r/<token>")
@public
def verify(token: str) -> ResponseReturnValue:
    """What anybody may know who holds the paper: no login, nothing that is not printed on it."""
    page: Response | str = render_template("billing/receipts/verify.html", paper=public_papers.find(token))
    return page, 200, {"X-Robots-Tag": "noindex"}
