"""The search box of the top bar."""

from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import func, select

from heatdesk import search
from heatdesk.auth.permissions import Permission
from heatdesk.billing.models import Bill
from heatdesk.db import db
from heatdesk.money import ZERO
from heatdesk.web.guards import requires

bp = Blueprint("search", __name__, url_prefix="/search")


@dataclass(frozen=True)
class Result:
    """One household in the list under the search box."""

    url: str
    name: str
    card_no: str
    place: str
    phone: str
    owed: Decimal
    exact: bool


@bp.get("")
@requires(Permission.REGISTER_VIEW)
def index() -> ResponseReturnValue:
    words = request.args.get("q", "").strip()
    found = search.find(words, current_user.branch_id, limit=search.LIMIT + 1)
    owed = _owed([row.account_id for row in found])
    results = [
        Result(
            url=url_for("customer_card.show", account_id=row.account_id),
            name=row.name,
            card_no=row.card_no,
            place=row.address,
            phone=row.digits.partition(" ")[2].partition(" ")[0],
            owed=owed.get(row.account_id, ZERO),
            exact=row.card_no == words,
        )
        for row in found[: search.LIMIT]
    ]
    return render_template(
        "desk/search/_results.html", q=words, results=results, more=len(found) - len(results)
    )


def _owed(account_ids: list[int]) -> dict[int, Decimal]:
    """What each of these accounts owes over all seasons, in one query."""
    query = (
        select(Bill.account_id, func.sum(Bill.charged - Bill.reduced - Bill.paid))
        .where(Bill.account_id.in_(account_ids))
        .group_by(Bill.account_id)
    )
    return dict(db.session.execute(query).all())
