"""A payment for a closed flat opens its valve by itself, once; what is voided takes its job back."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.services import supply_states, voids
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.service.models import Ticket
from heatdesk.service.rules.states import Cause, TicketState, TicketType
from tests import factories
from tests.approvals.test_races import all_at_once
from tests.service.field import make_field
from tests.service.test_supply_bills import refusals_of_verify


def jobs():
    return db.session.scalar(select(func.count()).select_from(Ticket))


def void(field, receipt):
    voids.void(receipt.payment_id, "wrong_amount", by=field.cashier, request_id=uuid.uuid4())


@pytest.fixture
def cut(field):
    """Cut off on 4 February: 1,838.84 are owed."""
    field.ask("cut_off", "2027-02-04")
    field.turn("2027-02-04")
    return field


def test_paying_all_of_a_cut_flat_makes_the_job_that_opens_it(cut):
    cut.pay("1000.00")
    assert jobs() == 1
    cut.pay("838.84")
    job = cut.job()
    assert (job.type, job.cause, job.state) == (TicketType.OPEN_VALVE, Cause.PAYMENT, TicketState.NEW)
    assert job.change_request_id is None
    cut.turn(today().isoformat(), seal_number="", photos=[])
    assert supply_states.state_on(cut.account.id, today()) == "supplied"
    assert refusals_of_verify() == []


def test_paying_ahead_does_not_make_a_second_job(cut):
    cut.pay("1838.84")
    cut.pay("50.00", surplus=True)
    assert jobs() == 2


def test_two_cashiers_at_once_make_one_job(own_app, own_field):
    field = own_field
    field.ask("cut_off", "2027-02-04")
    field.turn("2027-02-04")
    other = factories.make_staff(Role.CASHIER, field.office.branch)
    factories.open_till(other, field.office.branch)
    account_id, cashiers = field.account.id, [field.cashier.id, other.id]
    db.session.commit()
    outcomes = all_at_once(
        own_app,
        [
            lambda one=one: field.pay("1838.84", by=db.session.get_one(Staff, one), account_id=account_id)
            for one in cashiers
        ],
    )
    assert outcomes.count(None) == 1
    opening = select(func.count()).where(Ticket.type == TicketType.OPEN_VALVE)
    assert db.session.scalar(opening) == 1


def test_a_voided_payment_takes_the_job_back(cut):
    receipt = cut.pay("1838.84")
    void(cut, receipt)
    assert cut.job().state == TicketState.VOID
    assert refusals_of_verify() == []
    cut.pay("1838.84")
    assert (cut.job().state, jobs()) == (TicketState.NEW, 3)


def test_what_was_carried_out_before_the_void_stays(cut):
    receipt = cut.pay("1838.84")
    cut.turn(today().isoformat(), seal_number="", photos=[])
    void(cut, receipt)
    assert cut.job().state == TicketState.RESOLVED
    assert refusals_of_verify() == []


def test_a_cut_that_is_paid_before_anybody_went_is_not_carried_out(field):
    field.ask("cut_off", "2027-02-04")
    receipt = field.pay("2500.00")
    job = field.job()
    assert job.state == TicketState.VOID
    void(field, receipt)
    assert field.job().id == job.id
    assert field.job().state == TicketState.NEW
    field.turn("2027-02-04")
    assert field.charged() == Decimal("1838.84")
    assert refusals_of_verify() == []


def test_the_basic_fee_alone_opens_no_suspended_flat(app, monkeypatch):
    field = _suspended(monkeypatch)
    field.pay("500.00")
    assert jobs() == 1


def test_paying_what_heat_will_cost_opens_a_suspended_flat(app, monkeypatch):
    """On 10 January 65 of 121 days are left: 2500 × 65/121 − 500 × 65/121 = 1074.38 more."""
    field = _suspended(monkeypatch)
    field.pay("1574.37", surplus=True)
    assert jobs() == 1
    field.pay("0.01", surplus=True)
    assert field.job().cause == Cause.PAYMENT
    field.turn("2027-01-10", seal_number="", photos=[])
    assert field.charged() == Decimal("1574.38")


def _suspended(monkeypatch):
    monkeypatch.setattr("heatdesk.dates.now", lambda: datetime(2027, 1, 10, 4, tzinfo=UTC))
    field = make_field()
    field.ask("suspension", "2026-11-15")
    field.turn("2026-11-15")
    return field
