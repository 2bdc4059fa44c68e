"""Organisations that answer for their people: both bills move by the same fen, whatever changes later."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import PayerIsMember
from heatdesk.billing.models import Bill, Charge
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services import assessments, explanations
from heatdesk.billing.services.verification import books, papers, report
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve
from tests.changes.kinds import area
from tests.changes.kinds.payer_share import SCENARIO, found_works, payload
from tests.changes.scenarios import make_world, send
from tests.conftest import Person, text_of


@pytest.fixture
def world(app):
    return make_world(SCENARIO)


def agree(world, **more):
    request = send("payer_share", {**payload(world), **more}, by=world.clerk)
    approve(request, world.office.supervisor)
    approve(request, world.office.finance)
    return request


def due(world, account):
    bill = db.session.get(Bill, (world.season.id, account.id), populate_existing=True)
    return Decimal(0) if bill is None else bill.due


def holds():
    every = [*books.INVARIANTS, *papers.INVARIANTS]
    return [(one.id, one.cases) for one in map(report._ask, every) if not one.holds]


def test_half_the_bill_moves_to_the_works(world):
    agree(world)
    assert (due(world, world.account), due(world, world.more["works"])) == (
        Decimal("1163.50"),
        Decimal("1163.50"),
    )
    assert holds() == []


def test_its_people_and_the_works_say_why(world):
    agree(world, share="0.7", up_to_m2="60.00", limit_amount="1000.00")
    charges = db.session.scalars(
        select(Charge).where(Charge.item == Item.PAYER_SHARE).order_by(Charge.target)
    ).all()
    said = [" ".join(explanations.sentences(one)) for one in charges]
    assert "机床厂 answers for 70 % of 2327.00 yuan for 60 of 89.5 m²" in said[0]
    assert "no more than 1,000.00" in said[0]
    assert "Taken over for 1 households: 1000.00 yuan" in said[1]


def test_a_corrected_area_moves_both_bills(world):
    agree(world)
    request = send("area", area.payload(world), by=world.clerk)
    assert request.amount == Decimal("72.80")
    approve(request, world.office.supervisor)
    assert (due(world, world.account), due(world, world.more["works"])) == (
        Decimal("1199.90"),
        Decimal("1199.90"),
    )
    assert holds() == []


def test_many_households_make_one_bill_of_the_works(world):
    others = [factories.make_account(world.office.branch) for _ in range(4)]
    for one in others:
        assessments.assess(one.id, world.season.id, by=world.clerk.id, reason="first bill")
    agree(world, account_ids=[world.account.id, *(one.id for one in others)], share="1")
    assert due(world, world.more["works"]) == 5 * Decimal("2327.00")
    assert [due(world, one) for one in (world.account, *others)] == [0] * 5
    assert holds() == []


def test_another_organisation_takes_its_place(world):
    agree(world)
    first = world.more["works"]
    found_works(world)
    agree(world, payer_account_id=world.more["works"].id, share="0.25")
    assert due(world, first) == 0
    assert due(world, world.more["works"]) == Decimal("581.75")
    assert due(world, world.account) == Decimal("1745.25")
    assert holds() == []


def test_what_was_paid_above_the_rest_lies_ahead(world):
    """The household had paid all; half of it is its own again."""
    agree(world, share="0")
    bill = db.session.get_one(Bill, (world.season.id, world.account.id))
    assert bill.due == Decimal("2327.00")


def test_a_bill_run_later_shares_at_once(world):
    """Whoever is assessed after the agreement is shared in the same journal."""
    late = factories.make_account(world.office.branch)
    agree(world, account_ids=[world.account.id, late.id])
    assert due(world, late) == Decimal("1163.50")
    assessments.assess(late.id, world.season.id, by=world.clerk.id, reason="again")
    assert due(world, world.more["works"]) == Decimal("2327.00")


def test_who_answers_is_answered_for_by_nobody(app, world):
    agree(world)
    clerk = Person(app, world.clerk)
    works, third = world.more["works"], factories.make_account(world.office.branch, term=None)
    db.session.commit()
    form = {"payer_card_no": third.card_no, "season_id": world.season.id, "percent": "50", "reason": "x"}
    answer = clerk.post("/requests/new/payer_share", {**form, "card_nos": works.card_no})
    assert PayerIsMember.message in text_of(answer)
    answer = clerk.post("/requests/new/payer_share", {**form, "card_nos": f"{world.account.card_no}，4711"})
    assert "These cards are not in your branch" in text_of(answer)
    assert "4711" in text_of(answer)


def test_the_pages_show_organisations_and_their_people(app, world):
    agree(world)
    finance = Person(app, world.office.finance)
    assert "机床厂" in text_of(finance.get("/billing/payer_shares"))
    people = text_of(finance.get(f"/billing/payer_shares/{world.more['works'].id}"))
    assert "程超杰" in people
    assert "1,163.50" in people
    assert finance.get("/billing/payer_shares/export.xlsx").status_code == 200
    assert finance.get(f"/billing/payer_shares/{world.more['works'].id}/export.xlsx").status_code == 200
    stranger = Person(app, factories.make_staff(Role.FINANCE, factories.make_branch()))
    assert "机床厂" not in text_of(stranger.get("/billing/payer_shares"))
    assert stranger.get(f"/billing/payer_shares/{world.more['works'].id}").status_code == 404
    cashier = Person(app, factories.make_staff(Role.ADMINISTRATOR, world.office.branch))
    assert cashier.get("/billing/payer_shares").status_code == 403


def test_without_anybody_the_page_says_what_to_do(app, world):
    assert "Ask for a share" in text_of(Person(app, world.office.finance).get("/billing/payer_shares"))


def test_a_scenario_without_heat_has_no_bill(app):
    """The works itself burns nothing; without people it owes nothing."""
    world = make_world(replace(SCENARIO))
    assert due(world, world.more["works"]) == 0
