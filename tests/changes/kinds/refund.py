"""Refund: 300.00 of 500.00 yuan ahead are owed to the household until somebody pays them out."""

from sqlalchemy import select

from heatdesk.billing.models import Refund
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.services import ledger
from heatdesk.db import db
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario


def put_ahead(world):
    """500.00 yuan of prepayment, taken over from the old books."""
    moved = ledger.movement(LedgerCode.MIGRATION, LedgerCode.PREPAYMENT, 500, account_id=world.account.id)
    ledger.post(JournalKind.OPENING, [moved], branch_id=world.office.branch.id, by=world.clerk.id)


def payload(world, payee="程超杰"):
    return {"account_id": world.account.id, "amount": "300.00", "payee": payee, "bank_account": ""}


def state(world):
    waiting = select(Refund.account_id, Refund.amount).where(Refund.state == "agreed")
    return bills(world), tuple(map(tuple, db.session.execute(waiting)))


def withdrawal(world):
    refund_id = db.session.scalars(select(Refund.id).where(Refund.account_id == world.account.id)).one()
    return "refund_withdrawal", {"refund_id": refund_id}


SCENARIO = Scenario(
    "refund", payload, state, deciders=("supervisor", "finance"), back=withdrawal, prepare=put_ahead
)
