"""Late supply: heat began five days late and ended two days early."""

from tests.changes.pictures import bills
from tests.changes.reductions import give_rules, granted, withdrawal
from tests.changes.scenarios import Scenario


def payload(world):
    return granted(world, ("late_start", {"days": 5}), ("early_stop", {"days": 2}))


SCENARIO = Scenario("late_supply", payload, bills, back=withdrawal, prepare=give_rules)
