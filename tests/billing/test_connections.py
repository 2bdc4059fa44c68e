"""Connections: the fee by agreement, its parts, the measured area, what is overdue."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import NoInstalments, SameAgreement
from heatdesk.billing.models import Bill, ConnectionAgreement, Season
from heatdesk.billing.rules.states import SeasonKind
from heatdesk.billing.services import assessments, connections, standings
from heatdesk.billing.services.verification import books, papers, report
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve
from tests.changes.kinds.connection import SCENARIO, payload
from tests.changes.scenarios import make_world, send
from tests.conftest import Person, text_of


@pytest.fixture
def world(app):
    return make_world(SCENARIO)


def agree(world, **more):
    request = send("connection", payload(world, **more), by=world.clerk)
    for name in ("supervisor", "finance"):
        approve(request, getattr(world.office, name))
    return request


def fee(world):
    season = connections.find_season()
    return db.session.get_one(Bill, (season.id, world.account.id), populate_existing=True)


def test_the_fee_is_a_bill_of_its_own(world):
    agree(world)
    assert fee(world).charged == Decimal("960000.00")
    codes = [bill.code for bill in standings.of_account(world.account.id).bills]
    assert codes == ["入网费", "2026-2027"]
    assert [
        one.cases for one in map(report._ask, [*books.INVARIANTS, *papers.INVARIANTS]) if not one.holds
    ] == []


def test_once_measured_the_difference_is_posted(world):
    agree(world)
    agree(world, measured_m2="11873.50")
    assert fee(world).charged == Decimal("949880.00")
    assert len(db.session.scalars(select(ConnectionAgreement)).all()) == 2
    newest = connections.agreements_of([world.account.id])[world.account.id]
    assert newest.measured_m2 == Decimal("11873.50")


def test_there_is_one_season_for_all_of_them(world):
    agree(world)
    other = factories.make_account(world.office.branch)
    agree(world, account_id=other.id, document_no="RW-2026-018")
    query = select(func.count()).select_from(Season).where(Season.kind == SeasonKind.CONNECTION)
    assert db.session.scalar(query) == 1


def test_an_area_change_of_the_flat_leaves_the_fee_alone(world):
    agree(world)
    season = connections.find_season()
    assert assessments.assess(world.account.id, season.id, by=world.clerk.id, reason="again") == 0


def test_money_covers_the_parts_in_the_order_of_their_days(world):
    agree(world)
    row = connections.agreements_of([world.account.id])[world.account.id]
    nothing = connections.standing(row, Decimal(0))
    assert nothing.overdue(date(2026, 11, 10)) == 0
    assert nothing.overdue(date(2026, 11, 11)) == Decimal("480000.00")
    some = connections.standing(row, Decimal("500000.00"))
    assert (some.overdue(date(2026, 11, 11)), some.next_due) == (0, date(2027, 11, 10))
    assert connections.standing(row, Decimal("960000.00")).next_due is None


def test_the_same_again_is_refused(world):
    agree(world)
    with pytest.raises(SameAgreement):
        send("connection", payload(world), by=world.clerk)


def test_a_clerk_asks_with_the_form(app, world):
    clerk = Person(app, world.clerk)
    form = {
        "card_no": world.account.card_no,
        "document_no": "RW-1",
        "signed_on": "2026-11-01",
        "agreed_m2": "12,000",
        "price": "80",
        "reason": "new building",
    }
    answer = clerk.post("/requests/new/connection", form)
    assert NoInstalments.message.partition(",")[0] in text_of(answer)
    parts = {"part_1-due_on": "2026-11-10", "part_1-percent": "60"}
    answer = clerk.post("/requests/new/connection", {**form, **parts})
    assert "must make 100 % together" in text_of(answer)
    rest = {"part_2-due_on": "2027-11-10", "part_2-percent": "40"}
    made = clerk.post("/requests/new/connection", {**form, **parts, **rest})
    assert made.status_code == 302, text_of(made)
    page = text_of(clerk.get(made.headers["Location"]))
    assert "960,000.00" in page
    assert "576,000.00" in page


def test_the_list_shows_what_is_overdue(app, world):
    finance = Person(app, world.office.finance)
    assert "When a building joins the network" in text_of(finance.get("/billing/connections"))
    agree(world)
    page = text_of(finance.get("/billing/connections"))
    assert "RW-2026-017" in page
    assert "480,000.00 overdue" in page
    assert "Nothing fits the filter" in text_of(finance.get("/billing/connections?words=nothing"))
    assert finance.get("/billing/connections/export.xlsx").status_code == 200
    stranger = Person(app, factories.make_staff(Role.FINANCE, factories.make_branch()))
    assert "RW-2026-017" not in text_of(stranger.get("/billing/connections"))


def test_the_list_costs_no_query_per_row(app, world, count_queries):
    agree(world)
    finance = Person(app, world.office.finance)
    finance.get("/billing/connections")
    with count_queries() as few:
        finance.get("/billing/connections")
    for number in range(3):
        agree(world, account_id=factories.make_account(world.office.branch).id, document_no=f"RW-{number}")
    with count_queries() as many:
        finance.get("/billing/connections")
    assert len(many) == len(few)
