"""Heat taken in secret while suspended: the full fee and a penalty of one fee."""

from datetime import date

from tests import factories
from tests.billing.season_city import RESIDENTIAL
from tests.changes.scenarios import Scenario
from tests.changes.valves import asks, supply, suspend


def prepare(world):
    """A following version of the tariff has the penalty."""
    rules = {
        **RESIDENTIAL,
        "valid_from": "2026-01-01",
        "suspension": {**RESIDENTIAL["suspension"], "secret_multiple": "1"},
    }
    factories.make_tariff(
        world.office.colleague, world.office.other_supervisor, rules, valid_from=date(2026, 1, 1)
    )
    suspend(world)


SCENARIO = Scenario("reconnection", asks, supply, prepare=prepare)
