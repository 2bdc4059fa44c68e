"""Reversal after the day: yesterday's payment of the whole bill is undone, its money is owed to the household."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from heatdesk.auth.models import Department
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Refund
from heatdesk.billing.rules.payments import Offer
from heatdesk.billing.rules.tills import DrawerCount
from heatdesk.billing.rules.workflow import NumberKind, ReversedMoney, TenderMethod
from heatdesk.billing.services import business_days, number_books, payments, standings, takings, tills
from heatdesk.billing.services.payments import PaymentOrder
from heatdesk.db import db
from tests import factories
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario


def take_and_close(world, method=TenderMethod.CASH):
    """A cashier takes 2,327.00 yuan, counts, and the branch closes the day and opens the next."""
    cashier = factories.make_staff(Role.CASHIER, world.office.branch)
    number_books.issue(NumberKind.RECEIPT, cashier, prefix="", first_number=1, last_number=99, digits=7)
    tills.open_shift(cashier, "3号窗口", 0)
    standing = standings.of_account(world.account.id)
    order = PaymentOrder(
        season_ids=frozenset({world.season.id}),
        offers=(Offer(method, standing.owed),),
        shown_due=standing.owed,
        seen=standings.token(world.account.id, standing),
    )
    receipt = payments.take(world.account.id, order, by=cashier, request_id=uuid.uuid4())
    shift = tills.get_locked(tills.current_shift(cashier.id).id)
    slips = takings.expected(shift)
    cash = slips.pop(TenderMethod.CASH)
    tills.close_shift(
        shift, DrawerCount(other_cash=cash, slips=slips), by=cashier, seen=tills.moves_on(shift)
    )
    business_days.close_day(world.office.branch.id, shift.business_date, by=world.office.manager)
    business_days.open_day(
        world.office.branch.id, shift.business_date + timedelta(days=1), by=world.office.manager
    )
    world.more |= {"payment_id": receipt.payment_id, "cashier": cashier, "receipt": receipt}
    counter = db.session.scalars(select(Department.id).where(Department.code == "counter")).one()
    world.office.head_cashier = factories.make_staff(
        Role.SUPERVISOR, world.office.branch, department_id=counter
    )


def payload(world, money=ReversedMoney.GIVE_BACK, other=None):
    return {"payment_id": world.more["payment_id"], "money": money.value, "other_account_id": other}


def state(world):
    return bills(world), tuple(map(tuple, db.session.execute(select(Refund.amount, Refund.state))))


SCENARIO = Scenario("reversal", payload, state, deciders=("head_cashier", "finance"), prepare=take_and_close)
