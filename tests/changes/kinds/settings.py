"""Settings: a branch rounds cash to the jiao and its card numbers begin with its own prefix."""

from heatdesk.billing.services import branch_settings
from heatdesk.db import db
from tests.changes.scenarios import Scenario


def payload(world, rounding="jiao", prefix="SY"):
    values = {"cash_rounding": rounding, "card_prefix": prefix}
    return {"branch_id": world.office.branch.id, "values": values}


def state(world):
    db.session.refresh(world.office.branch)
    return branch_settings.values_of(world.office.branch)


SCENARIO = Scenario(
    "settings",
    payload,
    state,
    deciders=("finance", "manager"),
    back=lambda world: ("settings", payload(world, "fen", "")),
)
