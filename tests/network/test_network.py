"""The tree of the network: looked through, changed, refused, undone."""

import html
import re
import uuid

import pytest
from sqlalchemy import select

from heatdesk.auth.permissions import Role
from heatdesk.db import db
from heatdesk.network.models import Branch, Building, Community, Office, Premises
from heatdesk.network.nouns import NOUNS
from heatdesk.web.versions import version_of
from tests import factories
from tests.conftest import Person, text_of

LONG = "很长的名字" * 18


@pytest.fixture
def head_office(app):
    return Person(app, factories.make_staff(Role.BILLING_CLERK, None))


def test_every_noun_has_a_list_and_says_when_it_is_empty(app, branch, clerk):
    for noun in NOUNS:
        page = clerk.get(f"/network/{noun}")
        assert page.status_code == 200, noun
    assert "Nothing here yet" in text_of(clerk.get("/network/stations"))


def test_a_branch_shows_its_offices_with_households_area_and_debt(app, branch, clerk):
    building = factories.make_building(branch)
    season = factories.make_season()
    factories.open_day(branch)
    owing = factories.make_account(branch, building=building)
    factories.make_account(branch, building=building)
    factories.owe(owing, season, "2327.00", clerk.staff)
    page = clerk.get(f"/network/branches/{branch.id}").get_data(as_text=True)
    assert f'hx-get="/network/branches/{branch.id}/figures"' in page
    words = text_of(clerk.get(f"/network/branches/{branch.id}/figures"))
    assert "2 Accounts in use 179.00 Area m² 1 Households owing 2,327.00 Fees owed" in words


def test_a_lists_figures_follow_the_page(app, branch, clerk, stranger):
    building = factories.make_building(branch)
    factories.make_account(branch, building=building)
    db.session.commit()
    page = clerk.get(f"/network/offices/{building.office_id}").get_data(as_text=True)
    later = html.unescape(re.search(r'hx-get="(/network/buildings/rows[^"]+)"', page)[1])
    words = text_of(clerk.get(later))
    assert "26号楼" in words
    assert "1 1 89.50" in words
    assert "26号楼" not in text_of(stranger.get(later))
    assert clerk.get("/network/buildings/rows?ids=x,99999999").status_code == 200


def test_the_figures_lead_to_their_rows(app, branch, clerk):
    building = factories.make_building(branch)
    inside = factories.make_account(branch, building=building, name="程超杰")
    outside = factories.make_account(branch, name="不在此楼")
    place = f"buildings-{building.id}"
    assert f"place={place}" in clerk.get(f"/network/buildings/{building.id}").get_data(as_text=True)
    words = text_of(clerk.get(f"/billing/accounts?place={place}"))
    assert inside.card_no in words
    assert outside.card_no not in words


def test_another_branchs_places_are_not_there(app, branch, clerk, stranger):
    building = factories.make_building(branch)
    factories.make_account(branch, building=building)
    db.session.commit()
    premises = db.session.scalar(select(Premises))
    for path in (
        f"branches/{branch.id}",
        f"offices/{building.office_id}",
        f"buildings/{building.id}",
        f"premises/{premises.id}",
    ):
        assert stranger.get(f"/network/{path}").status_code == 404, path
        assert clerk.get(f"/network/{path}").status_code == 200, path
    assert branch.name not in text_of(stranger.get("/network"))


def test_a_cashier_looks_but_does_not_change(app, branch, cashier):
    office = db.session.get(Office, factories.make_building(branch).office_id)
    assert cashier.get(f"/network/offices/{office.id}").status_code == 200
    assert cashier.get("/network/offices/new").status_code == 403
    assert cashier.post(f"/network/offices/{office.id}/edit", {"name": "x"}).status_code == 403
    assert cashier.post(f"/network/offices/{office.id}/delete").status_code == 403


def values_of(noun, parents):
    written = {
        "branches": {"cash_rounding": "jiao"},
        "buildings": {"building_type": ""},
        "premises": {"unit": "1单元", "room": "101", "floor": "1"},
    }
    return {**parents, "name": f"新{noun}", **written.get(noun, {})}


@pytest.mark.parametrize("noun", list(NOUNS))
def test_every_noun_can_be_created_and_deleted(app, branch, head_office, noun):
    building = factories.make_building(branch)
    db.session.commit()
    station_source = building.station_id
    parents = {
        "offices": {"branch_id": branch.id},
        "stations": {"heat_source_id": 1},
        "communities": {"district_id": 1},
        "buildings": {
            "community_id": building.community_id,
            "station_id": station_source,
            "office_id": building.office_id,
        },
        "premises": {"building_id": building.id},
    }.get(noun, {})
    for column in parents:
        if parents[column] == 1:
            page = head_office.get(f"/network/{noun}/new").get_data(as_text=True)
            parents[column] = re.search(r'<option value="(\d+)"', page)[1]
    made = head_office.post(f"/network/{noun}/new", values_of(noun, parents))
    assert made.status_code == 302, text_of(made)
    assert head_office.get(made.headers["Location"]).status_code == 200
    gone = head_office.post(made.headers["Location"] + "/delete")
    assert gone.status_code == 302
    assert head_office.get(made.headers["Location"]).status_code == 404


def test_what_is_in_use_is_not_deleted_and_says_what_hangs_on_it(app, branch, clerk):
    building = factories.make_building(branch)
    factories.make_account(branch, building=building)
    db.session.commit()
    answer = clerk.post(f"/network/buildings/{building.id}/delete")
    assert answer.status_code == 409
    assert "premises × 1" in text_of(answer)
    assert db.session.get(Building, building.id) is not None


def test_a_taken_name_is_said_on_the_form(app, branch, clerk):
    office = db.session.get(Office, factories.make_building(branch).office_id)
    answer = clerk.post("/network/offices/new", {"branch_id": branch.id, "name": office.name})
    assert answer.status_code == 422
    assert "already exists there" in text_of(answer)


def test_a_rename_carries_addresses_along_and_can_be_undone(app, branch, clerk):
    building = factories.make_building(branch, name="26号楼")
    account = factories.make_account(branch, building=building, room="1604")
    community = db.session.get(Community, building.community_id)
    by_hand = factories.make_account(branch, building=building, room="1605")
    premises = db.session.get(Premises, account.premises_id)
    other = db.session.get(Premises, by_hand.premises_id)
    other.address = "兴工里对面车库"
    db.session.commit()
    form = {
        "name": "26栋",
        "community_id": building.community_id,
        "station_id": building.station_id,
        "office_id": building.office_id,
        "building_type": "",
        "seen": version_of(building),
    }
    answer = clerk.post(f"/network/buildings/{building.id}/edit", form)
    assert answer.status_code == 302, text_of(answer)
    db.session.refresh(premises)
    db.session.refresh(other)
    assert premises.address == f"{community.name} 26栋 3单元 1604"
    assert other.address == "兴工里对面车库"

    page = clerk.get(answer.headers["Location"]).get_data(as_text=True)
    undo = re.search(r'action="(/network/buildings/\d+/undo/\d+)"', page)[1]
    request_id = str(uuid.uuid4())
    assert clerk.post(undo, {"request_id": request_id}).status_code == 302
    assert clerk.post(undo, {"request_id": request_id}).status_code == 302
    db.session.expire_all()
    assert building.name == "26号楼"
    assert premises.address == f"{community.name} 26号楼 3单元 1604"
    assert clerk.post(undo).status_code == 409


def test_a_stale_form_changes_nothing(app, branch, clerk):
    office = db.session.get(Office, factories.make_building(branch).office_id)
    seen = version_of(office)
    office.phone = "024-1"
    db.session.commit()
    form = {"name": "别名", "branch_id": branch.id, "phone": "", "seen": seen}
    assert clerk.post(f"/network/offices/{office.id}/edit", form).status_code == 409
    db.session.refresh(office)
    assert office.name != "别名"


def test_a_branch_clerk_cannot_hang_an_office_on_another_branch(app, branch, clerk):
    other = factories.make_branch()
    answer = clerk.post("/network/offices/new", {"branch_id": other.id, "name": "越界所"})
    assert answer.status_code == 422
    assert db.session.scalar(select(Office).where(Office.name == "越界所")) is None


def test_branches_belong_to_head_office(app, branch, clerk):
    answer = clerk.post("/network/branches/new", {"name": "第九分公司", "cash_rounding": "fen"})
    assert answer.status_code == 422
    assert db.session.scalar(select(Branch).where(Branch.name == "第九分公司")) is None


def test_long_names_and_markup_are_shown_as_they_are(app, branch, clerk):
    for name in (LONG, "<b onclick=x>所</b>"):
        made = clerk.post("/network/offices/new", {"branch_id": branch.id, "name": name})
        page = clerk.get(made.headers["Location"]).get_data(as_text=True)
        assert "<b onclick" not in page
        assert (LONG if name is LONG else "&lt;b onclick=x&gt;所&lt;/b&gt;") in page
    too_long = clerk.post("/network/offices/new", {"branch_id": branch.id, "name": "长" * 201})
    assert too_long.status_code == 422


def test_rows_cost_no_query_each(app, branch, clerk, count_queries):
    building = factories.make_building(branch)

    def queries(path):
        clerk.get(path)
        with count_queries() as seen:
            assert clerk.get(path).status_code == 200
        return len(seen)

    factories.make_account(branch, building=building)
    paths = [
        f"/network/buildings/{building.id}",
        "/network/buildings",
        f"/network/offices/{building.office_id}",
    ]
    few = [queries(path) for path in paths]
    for number in range(49):
        factories.make_account(branch, building=building)
        db.session.add(
            Building(
                community_id=building.community_id,
                station_id=building.station_id,
                office_id=building.office_id,
                name=f"{number}栋",
            )
        )
    db.session.commit()
    assert [queries(path) for path in paths] == few


def test_places_are_suggested_within_the_branch(app, branch, clerk, stranger):
    building = factories.make_building(branch, name="26号楼", community="兴工里")
    words = clerk.get("/network/suggest?where=兴工里 26").get_data(as_text=True)
    assert "兴工里 › 26号楼" in words
    assert "26号楼" not in stranger.get("/network/suggest?where=兴工里 26").get_data(as_text=True)
    assert building.name in clerk.get("/network/buildings/suggest?building_id=26").get_data(as_text=True)
