"""The counter: a household, what it owes, how it pays, what is printed."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.payments import read_order, read_typed
from heatdesk.billing.services import households, payments
from heatdesk.billing.views import counter_page
from heatdesk.errors import Missing, Refusal
from heatdesk.i18n import _
from heatdesk.web.guards import requires
from heatdesk.web.request_keys import current_request_id

bp = Blueprint("counter", __name__, url_prefix="/billing/counter")


@bp.get("")
@requires(Permission.COUNTER)
def index() -> ResponseReturnValue:
    return render_template("billing/counter/show.html", **counter_page.empty())


@bp.get("/<int:account_id>")
@requires(Permission.COUNTER)
def show(account_id: int) -> ResponseReturnValue:
    household = households.read_in(account_id, current_user.branch_id)
    return render_template("billing/counter/show.html", **counter_page.of(household))


@bp.post("/<int:account_id>/pay")
@requires(Permission.COUNTER)
def pay(account_id: int) -> ResponseReturnValue:
    try:
        order = read_order(request.form)
        receipt = payments.take(account_id, order, by=current_user, request_id=current_request_id())
    except Missing:
        raise
    except Refusal as refusal:
        household = households.read_in(account_id, current_user.branch_id)
        fault = _(refusal.message, **refusal.values)
        page = counter_page.of(household, typed=read_typed(request.form), fault=fault)
        return render_template("billing/counter/show.html", **page), refusal.status
    return redirect(url_for("counter.index", printed=receipt.id), 303)


@bp.get("/search")
@requires(Permission.COUNTER)
def search() -> ResponseReturnValue:
    words = request.args.get("q", "").strip()
    results, more = households.find(
        words, current_user.branch_id, lambda account_id: url_for("counter.show", account_id=account_id)
    )
    part = "_results" if request.headers.get("HX-Request") else "index"
    return render_template(f"desk/search/{part}.html", q=words, results=results, more=more)


@bp.get("/<int:account_id>/phone")
@requires(Permission.COUNTER)
def phone(account_id: int) -> ResponseReturnValue:
    """The full number, which the screen masks; who looked is written down."""
    household = households.read_in(account_id, current_user.branch_id)
    audit.record("show_phone", actor_id=current_user.id, subject_table="account", subject_id=account_id)
    return ", ".join(household.phones), 200, {"Content-Type": "text/plain; charset=utf-8"}
