"""Low temperature: twelve days at 17 °C give back 20 % of the daily fee, 2,327.00 ÷ 151 × 12 × 20 % = 36.99 yuan."""

from tests.changes.pictures import bills
from tests.changes.reductions import give_rules, granted, withdrawal
from tests.changes.scenarios import Scenario


def payload(world):
    spell = {"from": "2026-12-01", "to": "2026-12-12", "celsius": "17"}
    return granted(world, ("low_temperature", {"spells": [spell]}))


SCENARIO = Scenario("low_temperature", payload, bills, back=withdrawal, prepare=give_rules)
