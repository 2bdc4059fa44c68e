"""New account: a new customer in a new room of the building, supplied from the middle of December on."""

from sqlalchemy import select

from heatdesk.billing.models import Account, SupplyTerm
from heatdesk.db import db
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario

FACTS = {
    "mode": "area",
    "use_class": "residential",
    "state": "supplied",
    "building_area_m2": "100.00",
    "inner_area_m2": None,
    "usable_area_m2": None,
    "storey_height_m": None,
    "parts": [],
}
CUSTOMER = {"kind": "person", "name": "孙新户", "phones": ["13800138000"]}


def payload(world, card_no="A0001", opened_on="2026-12-15", **more):
    building_id = db.session.get_one(Premises, world.account.premises_id).building_id
    place = {"building_id": building_id, "unit": "3单元", "room": "9901"}
    who = {"customer_id": None, "customer": CUSTOMER}
    return {**place, **who, "card_no": card_no, "opened_on": opened_on, "remark": "", "term": FACTS, **more}


def state(world):
    accounts = select(Account.card_no, Account.opened_on, Account.closed_on, Customer.name, Premises.address)
    accounts = accounts.join(Customer, Customer.id == Account.customer_id)
    accounts = accounts.join(Premises, Premises.id == Account.premises_id).order_by(Account.id)
    terms = select(SupplyTerm.account_id, SupplyTerm.starts_on, SupplyTerm.building_area_m2)
    return (
        bills(world),
        db.session.execute(accounts).all(),
        db.session.execute(terms.order_by(SupplyTerm.id)).all(),
    )


def opened():
    return db.session.scalars(select(Account).where(Account.card_no == "A0001")).one()


SCENARIO = Scenario(
    "new_account",
    payload,
    state,
    deciders=("colleague",),
    back=lambda _world: ("closing", {"account_id": opened().id, "closed_on": "2026-12-15", "annul": True}),
    leaves_trace=True,
)
