"""Resumption of a suspended flat: the approval makes the job that opens the valve."""

from tests.changes.scenarios import Scenario
from tests.changes.valves import applies, asks, supply, suspend

SCENARIO = Scenario(
    "resumption",
    asks,
    supply,
    deciders=("colleague",),
    back=lambda world: ("suspension", applies(world)),
    prepare=suspend,
)
