"""The paper in a cashier's own printer."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.papers import PaperForm
from heatdesk.billing.papers.receipts import ReceiptSize
from heatdesk.billing.services import paper_settings
from heatdesk.billing.services.paper_settings import PaperSettings
from heatdesk.i18n import _
from heatdesk.money import ZERO
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_notice

bp = Blueprint("papers", __name__, url_prefix="/billing/paper")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.COUNTER)
def edit() -> ResponseReturnValue:
    form = PaperForm(obj=paper_settings.of(current_user))
    if form.validate_on_submit():
        chosen = PaperSettings(ReceiptSize(form.size.data), form.right.data or ZERO, form.down.data or ZERO)
        paper_settings.keep(current_user.id, chosen)
        flash_notice(_("The next receipt is printed like that."))
        return redirect(url_for("counter.index"), 303)
    return render_template("billing/papers/edit.html", form=form), 422 if form.is_submitted() else 200
