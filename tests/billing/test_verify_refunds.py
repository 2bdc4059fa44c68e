"""I22: refunds that went the right way hold, and every way around them is found."""

import uuid

import pytest
from sqlalchemy import create_engine, select, text

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Refund
from heatdesk.billing.rules.workflow import RefundMethod
from heatdesk.billing.services import refunds
from heatdesk.billing.services.verification import verify as verify_books
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve
from tests.changes.kinds import refund as refunding, reversal as reversing
from tests.changes.scenarios import ask, make_world, send


@pytest.fixture
def books(own_app):
    """A payment reversed after its day and paid out again, and a refund that still waits."""
    world = make_world(reversing.SCENARIO)
    decide(ask(reversing.SCENARIO, world), world.office.head_cashier, world.office.finance)
    refunding.put_ahead(world)
    decide(
        send("refund", refunding.payload(world), by=world.clerk),
        world.office.supervisor,
        world.office.finance,
    )
    first = db.session.scalars(select(Refund).order_by(Refund.id)).first()
    payer = factories.make_staff(Role.FINANCE, world.office.branch)
    refunds.pay_out(first.id, RefundMethod.TRANSFER, "B-1", by=payer, request_id=uuid.uuid4())
    db.session.commit()
    return own_app


def decide(request, *deciders):
    for person in deciders:
        approve(request, person)


@pytest.fixture
def plant(books):
    engine = create_engine(books.config["SQLALCHEMY_DATABASE_URI"])

    def run(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("set session_replication_role = replica"))
            connection.execute(text(statement))

    yield run
    engine.dispose()


def broken() -> set[str]:
    return {outcome.id for outcome in verify_books() if not outcome.holds}


def test_what_went_the_right_way_holds(books):
    assert [(one.id, one.cases) for one in verify_books() if not one.holds] == []


PLANTED = [
    ("I22", "update refund set amount = amount + 1 where state = 'agreed'"),
    ("I22", "update refund set amount = amount + 1 where state = 'paid'"),
    ("I22", "update refund set effect = 'another'"),
    ("I22", "update refund set state = 'agreed', paid_journal_id = null, paid_by = null, method = null"),
    (
        "I22",
        (
            "update refund set paid_by = applicant_id from change_request "
            "where change_request.id = change_request_id and refund.state = 'paid'"
        ),
    ),
    ("I22", "update refund set paid_by = (select max(decided_by) from decision) where state = 'paid'"),
    ("I22", "update journal set change_request_id = null, effect = null where kind = 'reversal'"),
]


@pytest.mark.parametrize(("invariant", "statement"), PLANTED)
def test_a_planted_corruption_is_found(plant, invariant, statement):
    plant(statement)
    assert invariant in broken()
