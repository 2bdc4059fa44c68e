"""Closing: the household is gone before the season begins, so nothing of it is charged; later it comes back."""

from heatdesk.db import db
from heatdesk.network.models import Premises
from tests.changes.kinds import new_account
from tests.changes.scenarios import Scenario


def payload(world, closed_on="2026-10-31"):
    return {"account_id": world.account.id, "closed_on": closed_on, "annul": False}


def again(world):
    premises = db.session.get_one(Premises, world.account.premises_id)
    place = {"building_id": premises.building_id, "unit": premises.unit, "room": premises.room}
    known = {"customer_id": world.account.customer_id, "customer": None}
    return new_account.payload(world, opened_on="2026-11-01", **place, **known)


SCENARIO = Scenario(
    "closing",
    payload,
    new_account.state,
    deciders=("colleague",),
    back=lambda world: ("new_account", again(world)),
    leaves_trace=True,
)
