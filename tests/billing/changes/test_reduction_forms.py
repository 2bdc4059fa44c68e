"""The forms of reductions as a clerk fills them in: typed, looked at, edited again, and what they refuse."""

from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import select

from heatdesk.approvals import kinds
from heatdesk.approvals.models import ChangeRequest
from heatdesk.auth.permissions import Role
from tests import factories
from tests.approvals.office import PDF, approve
from tests.changes import reductions
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario, db, make_world, send
from tests.conftest import Person, text_of

NO_SCENARIO = Scenario("none", lambda _world: {}, bills, prepare=reductions.give_rules)

FORMS = {
    "low_temperature": (
        {"spell_1-first": "2026-12-01", "spell_1-last": "2026-12-12", "spell_1-celsius": "１７"},
        Decimal("36.99"),
        "17",
    ),
    "late_supply": ({"late_start_days": "5", "early_stop_days": "2"}, Decimal("107.87"), "5"),
    "correction": ({"amount": "500"}, Decimal("500.00"), "500.00"),
    "receivable": ({"amount": "-20.50"}, Decimal("20.50"), "-20.50"),
    "bad_debt": ({"amount": "", "grounds": "death"}, Decimal("2327.00"), "2327.00"),
    "subsidy": ({"kind": "low_income"}, Decimal("268.50"), "low_income"),
}
"""What is typed, what it is worth, and what stands in the form when it is edited again."""


@pytest.fixture
def world(app):
    return make_world(NO_SCENARIO)


@pytest.fixture
def clerk(app, world):
    return Person(app, world.clerk)


def post(clerk, world, kind, typed):
    evidence = {f"evidence-{one.name}": (BytesIO(PDF), "paper.pdf") for one in kinds.get(kind).evidence}
    whose = {"card_no": world.account.card_no, "season_id": str(world.season.id), "reason": "as measured"}
    return clerk.post(f"/requests/new/{kind}", whose | typed | evidence, content_type="multipart/form-data")


def newest():
    return db.session.scalars(select(ChangeRequest).order_by(ChangeRequest.id.desc())).first()


@pytest.mark.parametrize("kind", FORMS)
def test_what_is_typed_is_what_is_asked_for_and_shown_again(clerk, world, kind):
    typed, worth, shown = FORMS[kind]
    answer = post(clerk, world, kind, typed)
    assert answer.status_code == 302, text_of(answer)
    request = newest()
    made = kinds.get(kind)
    assert made.amount(request.payload, made.preview(request.payload)) == worth
    page = text_of(clerk.get(f"/requests/{request.id}"))
    assert f"{worth:,.2f}" in page
    edit = clerk.get(f"/requests/{request.id}/edit").get_data(as_text=True)
    assert f'value="{world.account.card_no}"' in edit
    assert f'value="{shown}"' in edit
    payload = request.payload
    form = post(clerk, world, kind, typed)
    assert form.status_code == 302
    assert newest().payload == payload


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("low_temperature", {}, "Enter at least one measured temperature"),
        ("low_temperature", {"spell_1-celsius": "17"}, "Give first day, last day and temperature together"),
        (
            "low_temperature",
            {"spell_1-first": "2026-12-02", "spell_1-last": "2026-12-01", "spell_1-celsius": "17"},
            "before the first",
        ),
        (
            "low_temperature",
            {"spell_1-first": "2026-07-01", "spell_1-last": "2026-07-02", "spell_1-celsius": "17"},
            "does not lie inside the season",
        ),
        ("late_supply", {}, "Say by how many days"),
        ("late_supply", {"late_start_days": "152"}, "must lie inside the season"),
        ("correction", {"amount": "-1"}, "more than 0"),
        ("correction", {"amount": "2327.01"}, "only 2,327.00 yuan are charged"),
        ("bad_debt", {"amount": "", "grounds": "weather"}, "Not a valid choice"),
        ("subsidy", {"kind": "unknown"}, "Not a valid choice"),
        ("correction", {"amount": "1", "card_no": "77"}, "There is no account 77"),
    ],
)
def test_a_form_says_what_is_wrong(clerk, world, kind, typed, says):
    answer = post(clerk, world, kind, typed)
    assert answer.status_code == 422
    assert says in text_of(answer)


def test_without_evidence_it_cannot_be_submitted(world):
    payload = reductions.granted(world, ("write_down", {"amount": "-1.00"}))
    for kind in (
        "correction",
        "bad_debt",
        "low_temperature",
        "subsidy",
        "outage",
        "receivable",
        "late_supply",
    ):
        assert kinds.get(kind).evidence[0].least == 1
    assert send("correction", payload, by=world.clerk).state == "submitted"


def test_a_withdrawal_names_the_request(clerk, world):
    request = send(
        "correction", reductions.granted(world, ("write_down", {"amount": "-1.00"})), by=world.clerk
    )
    db.session.commit()
    refused = post(clerk, world, "withdrawal", {"number": request.number, "card_no": ""})
    assert "There is no granted reduction" in text_of(refused)
    approve(request, world.office.supervisor)
    answer = post(clerk, world, "withdrawal", {"number": request.number, "card_no": ""})
    assert answer.status_code == 302, text_of(answer)
    assert newest().payload == {"request_id": request.id, "account_id": None}
    page = clerk.get(f"/requests/{newest().id}/edit").get_data(as_text=True)
    assert f'value="{request.number}"' in page


def test_from_the_customer_card_the_form_starts_with_the_card_number(clerk, world):
    card = clerk.get(f"/households/{world.account.id}").get_data(as_text=True)
    assert f"/requests/new?card_no={world.account.card_no}" in card
    chosen = clerk.get(f"/requests/new?card_no={world.account.card_no}&name=x").get_data(as_text=True)
    assert f"/requests/new/low_temperature?card_no={world.account.card_no}" in chosen
    form = clerk.get(f"/requests/new/low_temperature?card_no={world.account.card_no}").get_data(as_text=True)
    assert f'value="{world.account.card_no}"' in form


def test_the_start_page_says_what_waits(app, world):
    send("correction", reductions.granted(world, ("write_down", {"amount": "-1.00"})), by=world.clerk)
    page = text_of(Person(app, world.office.supervisor).get("/"))
    assert "Requests 1 wait for your decision" in page


def test_another_branch_knows_no_such_card(app, world):
    stranger = Person(app, factories.make_staff(Role.BILLING_CLERK, factories.make_branch()))
    assert "There is no account" in text_of(post(stranger, world, "correction", {"amount": "1"}))
