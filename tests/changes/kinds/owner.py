"""Change of owner in the middle of the season, with what is owed and what is paid ahead."""

from sqlalchemy import select

from heatdesk.billing.models import Account
from heatdesk.db import db
from tests.changes.kinds import new_account
from tests.changes.scenarios import Scenario


def payload(world, **more):
    asked = {
        "account_id": world.account.id,
        "last_day": "2026-12-31",
        "customer_id": None,
        "customer": {"kind": "person", "name": "周接手", "phones": []},
        "carry": True,
        "card_no": "B0001",
        "remark": "",
    }
    return {**asked, **more}


def back(world):
    new = db.session.scalars(select(Account).where(Account.card_no == "B0001")).one()
    former = {"customer_id": world.account.customer_id, "customer": None}
    return "owner", payload(world, account_id=new.id, last_day="2027-01-01", card_no="B0002", **former)


SCENARIO = Scenario(
    "owner", payload, new_account.state, deciders=("colleague",), back=back, leaves_trace=True
)
