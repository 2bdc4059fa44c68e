"""Connection: 12,000 m² at 80 yuan are agreed with the account, half when signed, half a year later."""

from sqlalchemy import select

from heatdesk.billing.models import ConnectionAgreement
from heatdesk.db import db
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario


def payload(world, **more):
    asked = {
        "account_id": world.account.id,
        "document_no": "RW-2026-017",
        "signed_on": "2026-11-01",
        "agreed_m2": "12000.00",
        "measured_m2": None,
        "price": "80.0000",
        "adjustment": "0.00",
        "instalments": [
            {"due_on": "2026-11-10", "share": "0.5"},
            {"due_on": "2027-11-10", "share": "0.5"},
        ],
    }
    return {**asked, **more}


def state(world):
    newest = select(ConnectionAgreement.agreed_m2).where(ConnectionAgreement.account_id == world.account.id)
    return bills(world), db.session.scalar(newest.order_by(ConnectionAgreement.id.desc()).limit(1))


def nothing(world):
    return "connection", payload(world, adjustment="-960000.00")


SCENARIO = Scenario(
    "connection", payload, state, deciders=("supervisor", "finance"), back=nothing, leaves_trace=True
)
