"""Cut off for an overdue bill of the last season."""

from tests.changes.scenarios import Scenario
from tests.changes.valves import asks, owe_for_last_season, supply

SCENARIO = Scenario(
    "cut_off",
    asks,
    supply,
    back=lambda world: ("resumption", asks(world)),
    prepare=owe_for_last_season,
)
