"""Receivable adjustment: the bill rises by 120.50 yuan."""

from tests.changes.pictures import bills
from tests.changes.reductions import granted, withdrawal
from tests.changes.scenarios import Scenario

SCENARIO = Scenario(
    "receivable", lambda world: granted(world, ("receivable", {"amount": "120.50"})), bills, back=withdrawal
)
