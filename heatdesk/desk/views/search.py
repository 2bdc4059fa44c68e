"""The search box of the top bar."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.services import households
from heatdesk.web.guards import requires

bp = Blueprint("search", __name__, url_prefix="/search")


@bp.get("")
@requires(Permission.REGISTER_VIEW)
def index() -> ResponseReturnValue:
    words = request.args.get("q", "").strip()
    results, more = households.find(words, current_user.branch_id, _address)
    part = "_results" if request.headers.get("HX-Request") else "index"
    return render_template(f"desk/search/{part}.html", q=words, results=results, more=more)


def _address(account_id: int) -> str:
    """Whoever takes money lands at the counter."""
    if current_user.may(Permission.COUNTER):
        return url_for("counter.show", account_id=account_id)
    return url_for("customer_card.show", account_id=account_id)
