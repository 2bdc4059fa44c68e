"""Demolition in the middle of the season: nothing is charged from then on."""

from tests.changes.scenarios import Scenario
from tests.changes.valves import asks, supply

SCENARIO = Scenario("demolition", asks, supply)
