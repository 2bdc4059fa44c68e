"""Reversal after the day: the books as before the payment, today, and the money where it belongs."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from heatdesk.approvals.errors import TookPart
from heatdesk.auth.models import Department
from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import AlreadyVoid, DayStillRuns, NoSuchReceipt, SameHousehold
from heatdesk.billing.models import Bill, Entry, Journal, Prepayment, Receipt, Refund
from heatdesk.billing.rules.ledger import JournalKind
from heatdesk.billing.rules.workflow import PaperState, ReversedMoney, TenderMethod
from heatdesk.billing.services import day_totals, reversals
from heatdesk.billing.services.verification import INVARIANTS, books, papers, refunds as checks, report
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve
from tests.billing.changes.test_penalty_waiver import Case
from tests.billing.drawers import close_drawer, make_hall
from tests.changes.kinds.reversal import SCENARIO, payload, take_and_close
from tests.changes.scenarios import make_world, send


@pytest.fixture
def world(app):
    return make_world(SCENARIO)


def carry_out(world, **asked):
    request = send("reversal", payload(world, **asked), by=world.clerk)
    approve(request, world.office.head_cashier)
    approve(request, world.office.finance)
    return request


def bill(world):
    keys = (world.season.id, world.account.id)
    return db.session.get_one(Bill, keys, populate_existing=True)


def balance(code):
    rows = db.session.execute(select(Entry.debit, Entry.credit, Entry.amount)).all()
    return sum(
        amount if debit == code else -amount for debit, credit, amount in rows if code in (debit, credit)
    )


def holds():
    every = [*books.INVARIANTS, *papers.INVARIANTS, *checks.INVARIANTS]
    return [one.id for one in map(report._ask, every) if not one.holds]


def test_the_bill_is_owed_again_and_the_money_waits_for_the_household(world):
    cash, bank = balance("1001"), balance("1002")
    assert bill(world).paid == Decimal("2327.00")
    request = carry_out(world)
    assert (bill(world).paid, bill(world).due) == (0, Decimal("2327.00"))
    refund = db.session.scalars(select(Refund)).one()
    assert (refund.amount, refund.payee) == (Decimal("2327.00"), "程超杰")
    assert (balance("1001"), balance("1002"), balance("2241.2")) == (cash, bank, Decimal("-2327.00"))
    receipt = db.session.get_one(Receipt, world.more["receipt"].id, populate_existing=True)
    assert (receipt.state, receipt.void_reason) == (PaperState.VOID, request.number)
    assert holds() == []


def test_the_closed_day_keeps_its_figures(world):
    """What was sealed yesterday adds up to the same after today's reversal."""
    journal = db.session.scalars(select(Journal).where(Journal.kind == JournalKind.PAYMENT)).one()
    before = day_totals.compute(world.office.branch.id, journal.business_date)
    carry_out(world)
    assert day_totals.compute(world.office.branch.id, journal.business_date) == before
    mirror = db.session.scalars(select(Journal).where(Journal.kind == JournalKind.REVERSAL)).one()
    assert mirror.business_date > journal.business_date


def test_a_payment_on_the_wrong_household_goes_to_the_right_one(world):
    right = factories.make_account(world.office.branch)
    carry_out(world, money=ReversedMoney.OTHER_ACCOUNT, other=right.id)
    assert db.session.get_one(Prepayment, right.id).balance == Decimal("2327.00")
    assert bill(world).due == Decimal("2327.00")
    assert balance("2241.2") == 0
    assert holds() == []


def test_a_bounced_cheque_leaves_the_bank_and_reopens_the_debt(app):
    world = make_world(replace(SCENARIO, prepare=lambda one: take_and_close(one, TenderMethod.CHEQUE)))
    before = balance("1002")
    carry_out(world, money=ReversedMoney.RETURNED_BY_BANK)
    assert balance("1002") == before - Decimal("2327.00")
    assert bill(world).due == Decimal("2327.00")
    assert db.session.scalars(select(Refund)).all() == []
    assert holds() == []


def test_once(world):
    carry_out(world)
    with pytest.raises(AlreadyVoid):
        send("reversal", payload(world), by=world.clerk)


def test_the_cashier_who_took_it_does_not_decide(world):
    request = send("reversal", payload(world), by=world.clerk)
    cashier = world.more["cashier"]
    cashier.role, cashier.department_id = Role.SUPERVISOR, world.office.head_cashier.department_id
    db.session.flush()
    with pytest.raises(TookPart):
        approve(request, cashier)


def test_on_its_own_day_a_payment_is_voided_not_reversed(app):
    hall = make_hall()
    receipt = hall.pay(cash="100.00")
    with pytest.raises(DayStillRuns):
        reversals.examine(receipt.payment_id)


def test_what_makes_no_sense_is_refused(world):
    with pytest.raises(SameHousehold):
        send(
            "reversal",
            payload(world, money=ReversedMoney.OTHER_ACCOUNT, other=world.account.id),
            by=world.clerk,
        )
    with pytest.raises(NoSuchReceipt):
        reversals.find_payment("0099999", world.office.branch.id)
    with pytest.raises(NoSuchReceipt):
        reversals.find_payment("0000001", factories.make_branch().id)


def test_with_the_payment_goes_the_penalty_it_booked(app):
    """The money of the 20th day went back to the bank: the 60th day costs sixty days, as if nobody had paid."""
    case = Case()
    cashier = factories.make_staff(Role.CASHIER, case.office.branch)
    shift = factories.open_till(cashier, case.office.branch)
    receipt = case.pay(cashier, "1000.00")
    close_drawer(shift, cashier, "0", "counted", wechat="1000.00")
    case.next_day(date(2027, 1, 20))
    asked = {
        "payment_id": receipt.payment_id,
        "money": ReversedMoney.RETURNED_BY_BANK.value,
        "other_account_id": None,
    }
    request = send("reversal", asked, by=case.office.clerk)
    penalty = next(one for one in request.preview["changes"] if one["label"].startswith("Penalty"))
    assert (penalty["before"], request.preview["difference"]) == ("46.54", "-46.54")
    counter = db.session.scalars(select(Department.id).where(Department.code == "counter")).one()
    approve(request, factories.make_staff(Role.SUPERVISOR, case.office.branch, department_id=counter))
    approve(request, case.office.finance)
    assert (case.bill().fee, case.bill().penalty) == (Decimal("2327.00"), Decimal("139.62"))
    assert [one.id for one in map(report._ask, INVARIANTS) if not one.holds] == []
