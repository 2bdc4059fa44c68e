"""Area adjustment: 89.50 m² at 26 yuan become 92.30 m² from a day on, and the bill follows to the fen."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import select

from heatdesk.approvals import kinds
from heatdesk.approvals.rules.states import RequestState, Verdict
from heatdesk.approvals.services import requests
from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import ClosedAccount, DayNotOpen, NoTermThatDay, SameAreas
from heatdesk.billing.models import Bill, Charge, Journal, SupplyTerm
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments
from heatdesk.billing.services.verification import report, requests as checks
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve, make_office, vote
from tests.approvals.test_deciding import PDF, sheet
from tests.billing.season_city import RESIDENTIAL
from tests.conftest import Person, text_of


@pytest.fixture
def office(app):
    office = make_office()
    factories.make_tariff(office.colleague, office.other_supervisor, RESIDENTIAL)
    season = factories.make_season()
    season.state = SeasonState.BILLED
    db.session.flush()
    return office


@pytest.fixture
def account(office):
    account = factories.make_account(office.branch, card_no="06260001001")
    [season] = db.session.scalars(select(factories.Season))
    assessments.assess(account.id, season.id, by=office.clerk.id, reason="first bill")
    assert bill_of(account).charged == Decimal("2327.00")
    return account


def bill_of(account):
    query = select(Bill).where(Bill.account_id == account.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def payload_for(account, area="92.30", starts_on="2026-11-01", **more):
    areas = {"building_area_m2": area, "inner_area_m2": None, "usable_area_m2": None}
    return {"account_id": account.id, "starts_on": starts_on, **areas, **more}


def ask(office, account, *, by=None, **values):
    by = by or office.clerk
    made = requests.create(
        kinds.get("area"),
        payload_for(account, **values),
        "measured anew",
        by=by,
        uploads=sheet("measuring_record"),
    )
    requests.submit(made, by=by)
    return made


def test_the_whole_season_moves_by_the_difference(office, account):
    request = ask(office, account)
    assert (request.amount, len(request.levels)) == (Decimal("72.80"), 1)
    assert bill_of(account).charged == Decimal("2327.00")
    approve(request, office.supervisor)
    assert bill_of(account).charged == Decimal("2399.80")
    terms = db.session.scalars(
        select(SupplyTerm).where(SupplyTerm.account_id == account.id).order_by(SupplyTerm.starts_on)
    )
    assert [(one.starts_on, one.ends_on, one.building_area_m2, one.reason) for one in terms] == [
        (date(2020, 1, 1), date(2026, 10, 31), Decimal("89.50"), ""),
        (date(2026, 11, 1), None, Decimal("92.30"), request.number),
    ]
    journal = db.session.scalars(select(Journal).where(Journal.change_request_id == request.id)).one()
    assert journal.effect == "season:2026-2027"
    charges = db.session.scalars(select(Charge.amount).where(Charge.account_id == account.id))
    assert sorted(charges) == [Decimal("72.80"), Decimal("2327.00")]


def test_part_of_the_season_moves_by_its_days(office, account):
    request = ask(office, account, starts_on="2027-01-01")
    approve(request, office.supervisor)
    moved = bill_of(account).charged - Decimal("2327.00")
    assert Decimal(0) < moved < Decimal("72.80")
    assert moved == request.amount


def test_a_request_back_moves_the_books_back(office, account):
    """The reversal of a carried-out request is another request."""
    approve(ask(office, account), office.supervisor)
    approve(ask(office, account, area="89.50"), office.supervisor)
    assert bill_of(account).charged == Decimal("2327.00")


def test_five_thousand_yuan_ask_finance_too(office, account):
    request = ask(office, account, area="281.81")
    assert request.amount == Decimal("5000.06")
    approve(request, office.supervisor)
    assert bill_of(account).charged == Decimal("2327.00")
    approve(request, office.finance)
    assert bill_of(account).charged == Decimal("7327.06")


def test_without_an_open_day_nothing_happens_and_the_approver_sees_why(office):
    """The branch has not opened its day, so neither the bill nor the area may move."""
    account = factories.make_account(factories.make_branch())
    request = ask(office, account, by=factories.make_staff(Role.BILLING_CLERK, None))
    with pytest.raises(DayNotOpen):
        approve(request, factories.make_staff(Role.SUPERVISOR, None))
    db.session.refresh(request)
    assert request.state == RequestState.SUBMITTED
    assert db.session.scalars(select(SupplyTerm.building_area_m2)).all() == [Decimal("89.50")]


def test_what_cannot_be_is_refused_before_anybody_decides(office, account):
    kind = kinds.get("area")
    with pytest.raises(SameAreas):
        kind.preview(payload_for(account, area="89.50"))
    with pytest.raises(NoTermThatDay):
        kind.preview(payload_for(account, starts_on="2019-01-01"))
    account.closed_on = date(2026, 11, 20)
    db.session.flush()
    with pytest.raises(ClosedAccount):
        kind.preview(payload_for(account))


def test_the_books_agree_with_the_decisions(office, account):
    approve(ask(office, account), office.supervisor)
    vote(ask(office, account, area="99.00"), office.supervisor, Verdict.REJECT, "not measured")
    held = {one.id: one.cases for one in verify_in_place()}
    assert [held[name] for name in ("I12", "I13", "I14")] == [[], [], []]


def verify_in_place():
    """The invariants of requests inside the test's own transaction."""
    return [report._ask(one) for one in checks.INVARIANTS]


# The screens, with the form a clerk fills in


@pytest.fixture
def clerk_page(app, office):
    return Person(app, office.clerk)


def typed(**values):
    form = {
        "card_no": "06260001001",
        "starts_on": "2026-11-01",
        "building_area_m2": "92.30",
        "reason": "measured",
    }
    return {**form, **values}


def test_a_clerk_asks_and_a_supervisor_decides_on_screens(app, office, account, clerk_page):
    files = {"evidence-measuring_record": (BytesIO(PDF), "record.pdf")}
    made = clerk_page.post("/requests/new/area", {**typed(), **files}, content_type="multipart/form-data")
    assert made.status_code == 302
    page = clerk_page.get(made.headers["Location"])
    assert "2,399.80" in text_of(page)
    assert "+72.80" in text_of(page)
    seen = hidden(page, "seen")
    sent = clerk_page.post(made.headers["Location"] + "/submit", {"seen": seen})
    assert sent.status_code == 302, text_of(sent)
    boss = Person(app, office.supervisor)
    assert "Waiting for a decision" in text_of(boss.get(made.headers["Location"]))
    look = boss.get(made.headers["Location"])
    verdict = {
        "verdict": "approve",
        "seen_request": hidden(look, "seen_request"),
        "seen_effect": hidden(look, "seen_effect"),
    }
    number = made.headers["Location"].rpartition("/")[2]
    assert boss.post(f"/approvals/{number}/decide", verdict).status_code == 302
    assert bill_of(account).charged == Decimal("2399.80")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"card_no": "99"}, "There is no account 99"),
        ({"building_area_m2": "89.50"}, "nothing would change"),
        ({"building_area_m2": "-1"}, "more than 0"),
        ({"starts_on": "2019-01-01"}, "no supply term"),
        ({"reason": " "}, "Please fill this in"),
    ],
)
def test_a_form_says_what_is_wrong(account, clerk_page, values, says):
    answer = clerk_page.post("/requests/new/area", typed(**values))
    assert answer.status_code == 422
    assert says in text_of(answer)


def test_a_household_of_another_branch_is_not_known(app, office, account):
    stranger = Person(app, factories.make_staff(Role.BILLING_CLERK, factories.make_branch()))
    assert "There is no account" in text_of(stranger.post("/requests/new/area", typed()))


def hidden(page, name):
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page.get_data(as_text=True))
    assert found, name
    return found[1]
