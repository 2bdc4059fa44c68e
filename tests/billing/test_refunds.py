"""Refunds: agreed by request, paid out once by somebody else, and what the sheet says."""

import uuid
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select, text

from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import (
    MoreThanPrepaid,
    NoBankReference,
    NoOpenTill,
    PaysOwnRefund,
    RefundIsOver,
    TooLittleInTill,
)
from heatdesk.billing.models import Entry, Prepayment, Refund
from heatdesk.billing.rules.workflow import RefundMethod, RefundState
from heatdesk.billing.services import refunds, takings
from heatdesk.billing.services.verification import refunds as checks, report
from heatdesk.db import db
from heatdesk.errors import Missing
from tests import factories
from tests.approvals.office import approve
from tests.billing.drawers import open_drawer
from tests.changes.kinds import refund as scenario
from tests.changes.scenarios import ask, make_world, send
from tests.conftest import Person, text_of


@pytest.fixture
def world(app):
    return make_world(scenario.SCENARIO)


@pytest.fixture
def agreed(world):
    request = ask(scenario.SCENARIO, world)
    approve(request, world.office.supervisor)
    approve(request, world.office.finance)
    return db.session.scalars(select(Refund)).one()


@pytest.fixture
def cashier(world):
    cashier = factories.make_staff(Role.CASHIER, world.office.branch, name="张敏")
    cashier.shift = open_drawer(cashier, float_amount="1000.00")
    return cashier


def pay(refund, by, method=RefundMethod.CASH, reference=""):
    with db.session.begin_nested():
        return refunds.pay_out(refund.id, method, reference, by=by, request_id=uuid.uuid4())


def holds():
    return [report._ask(one).cases for one in checks.INVARIANTS] == [[]]


def payable():
    credit = func.sum(Entry.amount).filter(Entry.credit == "2241.2")
    debit = func.sum(Entry.amount).filter(Entry.debit == "2241.2")
    return db.session.scalar(select(func.coalesce(credit, 0) - func.coalesce(debit, 0)))


def test_what_is_agreed_waits_and_is_paid_in_cash(world, agreed, cashier):
    assert (agreed.amount, payable()) == (Decimal("300.00"), Decimal("300.00"))
    assert db.session.get_one(Prepayment, world.account.id).balance == Decimal("200.00")
    pay(agreed, cashier)
    assert (agreed.state, payable()) == (RefundState.PAID, 0)
    assert takings.cash_in_till(cashier.shift) == Decimal("700.00")
    assert holds()


def test_by_transfer_the_bank_pays_and_the_reference_is_kept(agreed):
    finance = factories.make_staff(Role.FINANCE, None)
    with pytest.raises(NoBankReference):
        pay(agreed, finance, RefundMethod.TRANSFER)
    pay(agreed, finance, RefundMethod.TRANSFER, "B-4711")
    assert (agreed.reference, payable()) == ("B-4711", 0)


def test_once_paid_it_is_over(agreed, cashier):
    pay(agreed, cashier)
    with pytest.raises(RefundIsOver):
        pay(agreed, cashier)


def test_neither_applicant_nor_decider_pays(world, agreed):
    for person in (world.clerk, world.office.supervisor, world.office.finance):
        with pytest.raises(PaysOwnRefund):
            pay(agreed, person, RefundMethod.TRANSFER, "B-1")


def test_cash_needs_a_till_with_enough_in_it(world, agreed):
    cashier = factories.make_staff(Role.CASHIER, world.office.branch)
    with pytest.raises(NoOpenTill):
        pay(agreed, cashier)
    open_drawer(cashier, float_amount="299.99")
    with pytest.raises(TooLittleInTill):
        pay(agreed, cashier)
    assert agreed.state == RefundState.AGREED


def test_another_branch_does_not_know_it(agreed):
    with pytest.raises(Missing):
        pay(agreed, factories.make_staff(Role.FINANCE, factories.make_branch()), RefundMethod.TRANSFER, "B")


def test_no_more_than_lies_ahead(world):
    with pytest.raises(MoreThanPrepaid):
        send("refund", {**scenario.payload(world), "amount": "500.01"}, by=world.clerk)


def test_money_for_somebody_else_goes_to_the_highest_level(world):
    request = send("refund", scenario.payload(world, payee="李四"), by=world.clerk)
    assert [level["role"] for level in request.levels] == ["supervisor", "finance", "manager"]


# The screens


def test_a_cashier_pays_out_and_prints(app, agreed, cashier):
    page = Person(app, cashier)
    listed = text_of(page.get("/billing/refunds"))
    assert "300.00" in listed
    assert "To be paid out" in listed
    paid = page.post(f"/billing/refunds/{agreed.id}", {"method": "cash"})
    assert paid.status_code == 303
    assert "paid out" in text_of(page.get(paid.headers["Location"]))
    paper = page.get(f"/billing/refunds/{agreed.id}/paper")
    words = PdfReader(BytesIO(paper.data)).pages[0].extract_text()
    for said in ("300.00", "人民币叁佰元整", "程超杰", "现金", "赵主管", "孙财务"):
        assert said in words
    assert page.post(f"/billing/refunds/{agreed.id}/reprint").status_code == 303
    again = PdfReader(BytesIO(page.get(f"/billing/refunds/{agreed.id}/paper").data)).pages[0].extract_text()
    assert "补打 1" in again
    assert page.get("/billing/refunds/export.xlsx").status_code == 200


def test_pressed_twice_is_paid_once(app, agreed, cashier):
    page, form = Person(app, cashier), {"method": "cash", "request_id": str(uuid.uuid4())}
    first = page.post(f"/billing/refunds/{agreed.id}", form)
    second = page.post(f"/billing/refunds/{agreed.id}", form)
    assert (first.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    assert payable() == 0


def test_the_form_says_what_is_wrong(app, agreed, cashier):
    page = Person(app, cashier)
    answer = page.post(f"/billing/refunds/{agreed.id}", {"method": "transfer"})
    assert answer.status_code == 422
    assert "bank&#39;s reference" in answer.get_data(as_text=True) or "reference" in text_of(answer)
    assert page.post(f"/billing/refunds/{agreed.id}", {}).status_code == 422


def test_who_may_not_pay_sees_no_form(app, world, agreed):
    reader = Person(app, world.office.colleague)
    assert "and print" not in text_of(reader.get(f"/billing/refunds/{agreed.id}"))
    reader.post(f"/billing/refunds/{agreed.id}", {"method": "transfer", "reference": "B"})
    db.session.refresh(agreed)
    assert agreed.state == RefundState.AGREED


def test_a_list_costs_no_query_per_row(app, world, cashier, count_queries):
    page = Person(app, cashier)
    for amount in ("10.00", "20.00"):
        request = send("refund", {**scenario.payload(world), "amount": amount}, by=world.clerk)
        approve(request, world.office.supervisor)
        approve(request, world.office.finance)
    page.get("/billing/refunds")
    with count_queries() as few:
        page.get("/billing/refunds")
    for _more in range(3):
        request = send("refund", {**scenario.payload(world), "amount": "5.00"}, by=world.clerk)
        approve(request, world.office.supervisor)
        approve(request, world.office.finance)
    with count_queries() as many:
        page.get("/billing/refunds")
    assert len(many) == len(few)
    assert db.session.execute(text("select count(*) from refund")).scalar() == 5
