"""Works for five days: 89.50 m² × 26 × 5/151 fall to their fifth at once; the valve is closed and opened again."""

from tests.changes.scenarios import Scenario
from tests.changes.valves import asks, supply

SCENARIO = Scenario(
    "temporary_suspension",
    lambda world: asks(world, ends_on="2026-12-05"),
    supply,
    deciders=("colleague",),
)
