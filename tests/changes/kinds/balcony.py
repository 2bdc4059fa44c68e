"""Balcony reduction: 6 m² of the flat are a closed balcony without radiators, which counts one half (W27)."""

from heatdesk.billing.services import supply_terms
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario

BALCONY = {"kind": "balcony", "area_m2": "6.00", "net_height_m": None, "heated": False}


def payload(world, *parts):
    return {"account_id": world.account.id, "starts_on": "2026-11-01", "ends_on": None, "parts": list(parts)}


def state(world):
    [newest, *_older] = supply_terms.timeline(world.account.id)
    return bills(world), supply_terms.facts_of(newest).parts


SCENARIO = Scenario(
    "balcony", lambda world: payload(world, BALCONY), state, back=lambda world: ("balcony", payload(world))
)
