"""Area adjustment: 89.50 m² become 92.30 from the season's first day."""

from heatdesk.billing.services import supply_terms
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario


def payload(world, area="92.30"):
    areas = {"building_area_m2": area, "inner_area_m2": None, "usable_area_m2": None}
    return {"account_id": world.account.id, "starts_on": "2026-11-01", **areas}


def state(world):
    [newest, *_older] = supply_terms.timeline(world.account.id)
    return bills(world), newest.building_area_m2


SCENARIO = Scenario("area", payload, state, back=lambda world: ("area", payload(world, "89.50")))
