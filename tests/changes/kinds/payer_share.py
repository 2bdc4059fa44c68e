"""Share of an organisation: the works answers for half of the household's bill."""

from sqlalchemy import select

from heatdesk.billing.models import PayerShare
from heatdesk.db import db
from tests import factories
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario


def found_works(world):
    """The organisation has an account of its own, without heat."""
    world.more["works"] = factories.make_account(world.office.branch, name="机床厂", term=None)


def payload(world, share="0.5"):
    return {
        "payer_account_id": world.more["works"].id,
        "account_ids": [world.account.id],
        "season_id": world.season.id,
        "share": share,
        "up_to_m2": None,
        "limit_amount": None,
    }


def state(world):
    (every, ahead), newest = bills(world), select(PayerShare.share).order_by(PayerShare.id.desc()).limit(1)
    return [one for one in every if any(one[2:])], ahead, db.session.scalar(newest) or 0


SCENARIO = Scenario(
    "payer_share",
    payload,
    state,
    deciders=("supervisor", "finance"),
    back=lambda world: ("payer_share", payload(world, "0")),
    prepare=found_works,
)
