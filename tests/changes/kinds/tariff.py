"""Tariff: a draft of 28 yuan per m² becomes binding from the next season on, and is followed by one of 26 again."""

from sqlalchemy import select

from heatdesk.approvals.rules.hashing import digest
from heatdesk.billing.models import Tariff
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.services import tariffs
from heatdesk.db import db
from tests.billing.season_city import RESIDENTIAL
from tests.changes.scenarios import Scenario


def payload(world, price="28", valid_from="2027-11-01"):
    rules = {
        **RESIDENTIAL,
        "price": price,
        "valid_from": valid_from,
        "document_no": f"〔{valid_from}〕示例1号",
    }
    draft = tariffs.draft(TariffRules.from_parameters(rules), by=world.office.colleague.id)
    return {"tariff_id": draft.id, "contents": digest(draft.parameters)}


def state(_world):
    query = select(Tariff.valid_from, Tariff.parameters["price"].astext).where(Tariff.state == "approved")
    return db.session.execute(query.order_by(Tariff.valid_from)).all()


SCENARIO = Scenario(
    "tariff",
    payload,
    state,
    deciders=("finance", "manager"),
    back=lambda world: ("tariff", payload(world, "26", "2028-11-01")),
    leaves_trace=True,
)
