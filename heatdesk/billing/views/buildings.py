"""The building picture: floors and units with every flat's state; a flat opens its card, for a cashier the counter."""

from decimal import Decimal

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.rules.amounts import parse_amount
from heatdesk.billing.rules.building_plan import FlatState
from heatdesk.billing.services import building_plans
from heatdesk.billing.services.building_plans import Flat
from heatdesk.errors import BadInput
from heatdesk.i18n import _
from heatdesk.network import reading
from heatdesk.network.nouns import NOUNS
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_notice

bp = Blueprint("buildings", __name__, url_prefix="/billing/buildings")


@bp.get("/<int:building_id>")
@requires(Permission.REGISTER_VIEW)
def show(building_id: int) -> ResponseReturnValue:
    noun = NOUNS["buildings"]
    building = reading.get(noun, building_id, current_user.branch_id)
    picture = building_plans.of(building.id, current_user.branch_id)
    chosen, least = _chosen_state(), _least()
    return render_template(
        "billing/buildings/show.html",
        building=building,
        path=reading.path(noun, building),
        picture=picture,
        states=building_plans.STATES,
        chosen=chosen,
        fitting=[
            (chosen is None or flat.state is chosen) and (least is None or flat.owed > least)
            for flat in picture.flats
        ],
        is_filtered=chosen is not None or least is not None,
        address_of=_address,
    )


def _chosen_state() -> FlatState | None:
    asked = request.args.get("state")
    return FlatState(asked) if asked in set(FlatState) else None


def _least() -> Decimal | None:
    """`?owes=`: flats that owe more than this, yuan; what is no amount is said and left out."""
    try:
        return parse_amount(request.args.get("owes", ""))
    except BadInput as refusal:
        flash_notice(_(refusal.message, **refusal.values))
        return None


def _address(flat: Flat) -> str:
    """Whoever takes money lands at the counter; a flat without an account opens as premises."""
    if flat.account_id is None:
        return url_for("network.show", noun="premises", place_id=flat.premises_id)
    if current_user.may(Permission.COUNTER):
        return url_for("counter.show", account_id=flat.account_id)
    return url_for("customer_card.show", account_id=flat.account_id)
