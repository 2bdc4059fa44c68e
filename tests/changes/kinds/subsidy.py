"""Government subsidy: the authority pays 3 yuan per m² of 89.50 m², 268.50 yuan."""

from tests.changes.pictures import bills
from tests.changes.reductions import give_rules, granted, withdrawal
from tests.changes.scenarios import Scenario


def payload(world):
    return granted(world, ("subsidy", {"kind": "low_income"}))


SCENARIO = Scenario(
    "subsidy", payload, bills, deciders=("supervisor", "finance"), back=withdrawal, prepare=give_rules
)
