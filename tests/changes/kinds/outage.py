"""Outage: the household was without heat for three days, 2,327.00 ÷ 151 × 3 = 46.23 yuan."""

from tests.changes.pictures import bills
from tests.changes.reductions import give_rules, withdrawal
from tests.changes.scenarios import Scenario


def payload(world):
    facts = {"from": "2026-12-20", "to": "2026-12-22", "hours": "72"}
    return {
        "season_id": world.season.id,
        "branch_id": world.account.branch_id,
        "name": "burst main",
        "times": [],
        "adjustments": [{"item": "outage", "facts": facts}],
        "rows": [[world.account.id, world.account.card_no, "-46.23", "-46.23"]],
        "left_out": [],
    }


SCENARIO = Scenario(
    "outage",
    payload,
    bills,
    deciders=("supervisor", "finance", "manager"),
    back=withdrawal,
    prepare=give_rules,
)
