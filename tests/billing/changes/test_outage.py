"""Outage reductions: one request for everybody without heat, from forms and files, up to thousands of rows."""

from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import func, select, update

from heatdesk.approvals.models import ChangeRequest, RequestEffect
from heatdesk.approvals.rules.states import RequestState
from heatdesk.billing.models import Adjustment, Bill, SupplyTerm
from heatdesk.billing.rules.adjustments import Granted, NoHeat
from heatdesk.billing.rules.states import Item, SupplyMode
from heatdesk.billing.services import assessments, outages
from heatdesk.billing.services.verification import (
    adjustments as granted_checks,
    report,
    requests as request_checks,
)
from heatdesk.db import db
from heatdesk.network.models import Premises
from heatdesk.sheets.writing import write_xlsx
from tests import factories
from tests.approvals.office import PDF, approve
from tests.changes import reductions
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario, make_world, send
from tests.conftest import Person, text_of

HOUSEHOLDS = 1_000
NO_SCENARIO = Scenario("none", lambda _world: {}, bills, prepare=reductions.give_rules)


@pytest.fixture
def world(app):
    made = make_world(NO_SCENARIO)
    made.more["app"] = app
    return made


def neighbours(world, count, **values):
    """More households of one building, billed."""
    building = factories.make_building(world.office.branch)
    accounts = [
        factories.make_account(world.office.branch, building=building, **values) for _ in range(count)
    ]
    ids = [account.id for account in accounts]
    assessments.assess_many(ids, world.season.id, by=world.clerk.id, reason="first bill")
    return building, accounts


def payload(world, accounts, first="2026-12-20", last="2026-12-22", hours="72"):
    granted = Granted(Item.OUTAGE, NoHeat(date_of(first), date_of(last), Decimal(hours)))
    worked_out = outages.work_out(world.season, [one.id for one in accounts], granted)
    return {
        "season_id": world.season.id,
        "branch_id": worked_out.branch_id,
        "name": "burst main",
        "times": [],
        "adjustments": [{"item": "outage", "facts": {"from": first, "to": last, "hours": hours}}],
        "rows": [[one.account_id, one.card_no, str(one.worth), str(one.moved)] for one in worked_out.shares],
        "left_out": [],
    }


def date_of(text):
    return factories.date.fromisoformat(text)


def agree(world, request):
    for level in request.levels:
        approve(request, getattr(world.office, level["role"]))
    return request


def test_a_thousand_households_of_whom_one_in_a_hundred_changed_meanwhile(world):
    _building, accounts = neighbours(world, HOUSEHOLDS)
    request = send("outage", payload(world, accounts), by=world.clerk)
    assert (request.row_count, request.row_sum) == (HOUSEHOLDS, HOUSEHOLDS * Decimal("-46.23"))
    changed = [account.id for account in accounts[::100]]
    db.session.execute(
        update(SupplyTerm).where(SupplyTerm.account_id.in_(changed)).values(building_area_m2=Decimal("70.00"))
    )
    assessments.assess_many(changed, world.season.id, by=world.clerk.id, reason="measured anew")
    agree(world, request)
    assert request.state == RequestState.APPLIED
    left_out = select(RequestEffect).where(RequestEffect.left_out.is_not(None))
    assert sorted(one.effect for one in db.session.scalars(left_out)) == sorted(
        f"account:{one}" for one in changed
    )
    reduced = select(func.sum(Bill.reduced)).where(Bill.season_id == world.season.id)
    assert db.session.scalar(reduced) == (HOUSEHOLDS - len(changed)) * Decimal("46.23")
    assert db.session.scalar(select(func.count()).select_from(Adjustment)) == HOUSEHOLDS - len(changed)
    broken = [one.id for one in map(report._ask, request_checks.INVARIANTS) if not one.holds]
    assert broken == []
    assert granted_checks.not_as_granted() == []
    back = send("withdrawal", {"request_id": request.id, "account_id": None}, by=world.clerk)
    agree(world, back)
    assert db.session.scalar(reduced) == Decimal(0)


def test_one_household_of_it_is_taken_back_alone(world):
    _building, accounts = neighbours(world, 3)
    request = agree(world, send("outage", payload(world, accounts), by=world.clerk))
    agree(world, send("withdrawal", {"request_id": request.id, "account_id": accounts[0].id}, by=world.clerk))
    standing = select(Adjustment.account_id).where(Adjustment.withdrawn_by.is_(None))
    assert sorted(db.session.scalars(standing)) == [accounts[1].id, accounts[2].id]


def test_what_is_worked_out_takes_no_query_per_row(world, count_queries):
    _building, accounts = neighbours(world, 40)
    with count_queries() as few:
        payload(world, accounts[:2])
    with count_queries() as many:
        payload(world, accounts)
    assert len(many) == len(few)


def test_twenty_three_hours_are_too_few_and_half_a_day_more_is_not_counted(world):
    _building, accounts = neighbours(world, 1)
    with pytest.raises(outages.NoAffectedAccounts):
        payload(world, accounts, hours="23.99")
    rows = payload(world, accounts, hours="36")["rows"]
    assert rows[0][2] == "-15.41"


# The form


def form(world, **values):
    return {
        "season_id": str(world.season.id),
        "name": "burst main",
        "first": "2026-12-20",
        "last": "2026-12-22",
        "reason": "burst",
        "evidence-outage_record": (BytesIO(PDF), "record.pdf"),
        **values,
    }


def ask(world, **values):
    page = Person(world.more["app"], world.clerk)
    return page.post("/requests/new/outage", form(world, **values), content_type="multipart/form-data")


def rows_of_newest():
    newest = db.session.scalars(select(ChangeRequest).order_by(ChangeRequest.id.desc())).first()
    return [row[1] for row in newest.payload["rows"]]


def test_everybody_of_a_station_a_community_or_some_buildings(world):
    building, accounts = neighbours(world, 3)
    cards = sorted(one.card_no for one in accounts)
    for chosen in (
        {"station_id": str(building.station_id)},
        {"community_id": str(building.community_id)},
        {"community_id": str(building.community_id), "buildings": building.name},
    ):
        answer = ask(world, **chosen)
        assert answer.status_code == 302, text_of(answer)
        assert rows_of_newest() == cards
    answer = ask(world, community_id=str(building.community_id), buildings="99号楼")
    assert "None of the chosen accounts" in text_of(answer)


def test_cards_typed_or_in_a_file(world):
    _building, accounts = neighbours(world, 2)
    cards = sorted(one.card_no for one in accounts)
    assert ask(world, cards="，".join(cards)).status_code == 302
    assert rows_of_newest() == cards
    sheet = BytesIO(write_xlsx([[card, "x"] for card in cards], ["卡号", "姓名"], sheet_name="名单"))
    assert ask(world, file=(sheet, "list.xlsx")).status_code == 302
    assert rows_of_newest() == cards
    csv = BytesIO(("Card no.\n" + "\n".join(cards)).encode())
    assert ask(world, file=(csv, "list.csv")).status_code == 302
    assert "not accounts of your branch: 123" in text_of(ask(world, cards="123"))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "Choose one"),
        ({"cards": "1", "file": (BytesIO(b"x"), "x.csv")}, "Choose one"),
        ({"cards": "1", "last": "2026-12-19"}, "before the first"),
        ({"cards": "1", "from_time": "08:00"}, "Give both times"),
        (
            {"cards": "1", "last": "2026-12-20", "from_time": "08:00", "to_time": "07:00"},
            "before the beginning",
        ),
        ({"cards": "1", "buildings": "1号楼"}, "Choose the community"),
    ],
)
def test_the_form_says_what_is_wrong(world, values, says):
    answer = ask(world, **values)
    assert answer.status_code == 422
    assert says in text_of(answer)


def test_to_the_minute(world):
    _building, accounts = neighbours(world, 1)
    answer = ask(world, cards=accounts[0].card_no, from_time="08:00", to_time="08:30")
    assert answer.status_code == 302
    newest = db.session.scalars(select(ChangeRequest).order_by(ChangeRequest.id.desc())).first()
    assert newest.payload["adjustments"][0]["facts"]["hours"] == "48.50"
    page = Person(world.more["app"], world.clerk)
    edited = page.get(f"/requests/{newest.id}/edit").get_data(as_text=True)
    assert 'value="08:30"' in edited
    assert accounts[0].card_no in edited
    shown = text_of(page.get(f"/requests/{newest.id}"))
    assert "There was no heat for" in shown
    assert accounts[0].card_no in shown


def test_who_gets_nothing_is_counted_with_the_reason(world):
    building, accounts = neighbours(world, 2)
    db.session.execute(
        update(SupplyTerm).where(SupplyTerm.account_id == accounts[0].id).values(mode=SupplyMode.STEAM)
    )
    assert db.session.scalar(
        select(func.count()).select_from(Premises).where(Premises.building_id == building.id)
    )
    assert ask(world, station_id=str(building.station_id)).status_code == 302
    newest = db.session.scalars(select(ChangeRequest).order_by(ChangeRequest.id.desc())).first()
    assert [one["count"] for one in newest.payload["left_out"]] == [1]
    assert rows_of_newest() == [accounts[1].card_no]
