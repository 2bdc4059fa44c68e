"""The papers in a cashier's own printers, and the page one measures them with."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.papers import PaperForm
from heatdesk.billing.papers import test_page
from heatdesk.billing.services import paper_settings
from heatdesk.billing.services.paper_settings import Paper
from heatdesk.billing.views.pdf import answer
from heatdesk.i18n import _
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_notice

bp = Blueprint("papers", __name__, url_prefix="/billing/paper")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.COUNTER)
def edit() -> ResponseReturnValue:
    form = PaperForm()
    form.fill(paper_settings.of(current_user), paper_settings.of(current_user, Paper.INVOICE))
    if form.validate_on_submit():
        paper_settings.keep(current_user.id, form.chosen())
        flash_notice(_("The next paper is printed like that. Print a test page to be sure."))
        return redirect(url_for("papers.edit"), 303)
    return render_template("billing/papers/edit.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/test/<any(receipt,invoice):paper>")
@requires(Permission.COUNTER)
def test(paper: str) -> ResponseReturnValue:
    """A measuring cross on the paper and with the offset that are kept for it."""
    kept = paper_settings.of(current_user, Paper(paper))
    return answer(test_page.draw(kept.size, kept.offset), f"test-{paper}")
