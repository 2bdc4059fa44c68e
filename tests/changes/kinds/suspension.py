"""Suspension: the approval makes the job that closes the valve; a resumption asked for meanwhile withdraws it."""

from tests.changes.scenarios import Scenario
from tests.changes.valves import applies, asks, supply

SCENARIO = Scenario(
    "suspension", applies, supply, deciders=("colleague",), back=lambda world: ("resumption", asks(world))
)
