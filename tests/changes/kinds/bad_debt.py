"""Bad debt: 900 yuan are written off after a death."""

from tests.changes.pictures import bills
from tests.changes.reductions import granted, withdrawal
from tests.changes.scenarios import Scenario


def payload(world):
    return granted(world, ("bad_debt", {"amount": "-900.00", "grounds": "death"}))


SCENARIO = Scenario("bad_debt", payload, bills, deciders=("supervisor", "finance"), back=withdrawal)
