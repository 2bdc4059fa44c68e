"""Storey height: 4.20 m from the season's first day on, ten steps of 3 per cent above 3.2 m (W05)."""

from heatdesk.billing.services import supply_terms
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario


def payload(world, height="4.20"):
    return {
        "account_id": world.account.id,
        "starts_on": "2026-11-01",
        "ends_on": None,
        "storey_height_m": height,
    }


def state(world):
    [newest, *_older] = supply_terms.timeline(world.account.id)
    return bills(world), newest.storey_height_m


SCENARIO = Scenario("height", payload, state, back=lambda world: ("height", payload(world, None)))
