"""Three flats suspended in one request; the same list resumed withdraws the jobs again."""

from heatdesk.desk.changes.supply_list import worked_out
from tests import factories
from tests.changes.scenarios import Scenario
from tests.changes.valves import supply


def prepare(world):
    world.more["accounts"] = [
        world.account.id,
        *(factories.make_account(world.office.branch).id for _ in range(2)),
    ]


def payload(world, deed="suspension"):
    return worked_out(
        {
            "deed": deed,
            "starts_on": "2026-12-01",
            "applied_on": "2026-11-20",
            "unpaid": False,
            "branch_id": world.office.branch.id,
            "accounts": world.more["accounts"],
        }
    )


SCENARIO = Scenario(
    "supply_list",
    payload,
    supply,
    back=lambda world: ("supply_list", payload(world, "resumption")),
    prepare=prepare,
)
