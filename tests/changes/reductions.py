"""What the scenarios of reductions share: a tariff with every rule they need, payloads, and the way back."""

from datetime import date

from sqlalchemy import select

from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.rules.states import RequestState
from heatdesk.billing.services import assessments
from heatdesk.db import db
from tests import factories
from tests.billing.season_city import RESIDENTIAL

RULES = {
    "low_temperature": {
        "bands": [
            {"below_c": "18", "share": "0.2"},
            {"below_c": "16", "share": "0.5"},
            {"below_c": "14", "share": "1"},
        ],
        "document_no": "LY1",
    },
    "supply_time": {"share": "1", "minimum_hours": 24, "document_no": "LY1"},
    "subsidies": [
        {"kind": "low_income", "per_m2": "3", "document_no": "YS1"},
        {"kind": "taiyuan", "share": "0.85", "up_to_m2": "45", "document_no": "TY2"},
    ],
}
"""What the residential tariff of the scenarios has besides its price."""


def give_rules(world):
    """A version of the tariff with rules for reductions, valid for the season of the world."""
    office = world.office
    factories.make_tariff(
        office.colleague,
        office.other_supervisor,
        {**RESIDENTIAL, **RULES, "valid_from": "2025-11-01"},
        valid_from=date(2025, 11, 1),
    )
    for season in [world.season]:
        assessments.assess_many([world.account.id], season.id, by=office.clerk.id, reason="with all rules")


def granted(world, *adjustments):
    """The payload of a kind about one bill: pairs of item and facts."""
    listed = [{"item": item, "facts": facts} for item, facts in adjustments]
    return {"account_id": world.account.id, "season_id": world.season.id, "adjustments": listed}


def withdrawal(_world):
    """A request that takes back what the newest applied request granted."""
    newest = db.session.scalars(
        select(ChangeRequest.id)
        .where(ChangeRequest.state == RequestState.APPLIED)
        .order_by(ChangeRequest.id.desc())
    ).first()
    return "withdrawal", {"request_id": newest, "account_id": None}
