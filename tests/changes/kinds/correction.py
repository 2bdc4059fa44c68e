"""Account write-down: 500 yuan come off the bill."""

from tests.changes.pictures import bills
from tests.changes.reductions import granted, withdrawal
from tests.changes.scenarios import Scenario

SCENARIO = Scenario(
    "correction", lambda world: granted(world, ("write_down", {"amount": "-500.00"})), bills, back=withdrawal
)
