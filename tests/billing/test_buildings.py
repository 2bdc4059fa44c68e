"""The building picture: where flats stand, how they stand, what is counted, who sees it, in one query."""

import re

import pytest

from heatdesk.auth.permissions import Role
from heatdesk.billing.rules.states import SupplyState
from heatdesk.db import db
from heatdesk.network.models import Premises
from tests import factories
from tests.conftest import Person, text_of


@pytest.fixture
def building(app, branch):
    return factories.make_building(branch)


@pytest.fixture
def flats(app, branch, building, clerk):
    """One flat of every state in two units, a shop without a floor."""
    factories.open_day(branch)
    season = factories.make_season(2025)

    def flat(room, unit="1单元", owes=None, **more):
        account = factories.make_account(branch, building=building, room=room, **more)
        db.session.get(Premises, account.premises_id).unit = unit
        if owes:
            factories.owe(account, season, owes, clerk.staff)
        return account

    found = {
        "paid": flat("101"),
        "owes": flat("102", owes="2327.00", name="程超杰"),
        "suspended": flat("201", owes="465.40", term={"state": SupplyState.SUSPENDED}),
        "cut": flat("202", term={"state": SupplyState.CUT}),
        "demolished": flat("101", "2单元", term={"state": SupplyState.DEMOLISHED}),
        "shop": flat("门市2", "", owes="9000.00"),
    }
    db.session.add(Premises(building_id=building.id, unit="2单元", room="201", address="空"))
    db.session.commit()
    return found


def show(person, building, **query):
    return person.get(f"/billing/buildings/{building.id}", query_string=query)


def cells(answer) -> dict[str, str]:
    """Room → classes of its link, in the order of the page."""
    html = answer.get_data(as_text=True)
    found = re.findall(r'<a class="flat flat-(\w+) +(is-off)?[^>]*>\s*<i[^>]*></i><span>([^<]*)', html)
    return {f"{room}:{state}": off for state, off, room in found}


def test_every_flat_stands_with_its_state(app, building, flats, clerk):
    answer = show(clerk, building)
    assert list(cells(answer)) == [
        *("201:suspended", "202:cut", "201:empty"),
        *("101:paid", "102:owes", "101:demolished"),
        "门市2:owes",
    ]
    words = text_of(answer)
    assert "7 flats · owed ¥11,792.40" in words
    assert "Floor Unit 1 Unit 2" in words
    assert "Without a floor" in words
    for counted in (
        "paid up 1",
        "not paid 2",
        "suspended 1",
        "cut off 1",
        "demolished 1",
        "no open account 1",
    ):
        assert counted in words, counted


def test_part_of_a_bill_paid_is_a_state_of_its_own(app, branch, building, flats, cashier):
    factories.open_till(cashier.staff, branch)
    db.session.commit()
    account = flats["owes"]
    page = cashier.get(f"/billing/counter/{account.id}").get_data(as_text=True)
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    season = re.search(r'name="season" value="(\d+)"', page)[1]
    order = {"season": season, "seen": seen, "shown_due": "2327.00", "tender-cash": "300", "part": "1"}
    assert cashier.post(f"/billing/counter/{account.id}/pay", order).status_code == 303
    answer = show(cashier, building)
    assert "102:part_paid" in cells(answer)
    assert "¥2,027.00" in answer.get_data(as_text=True)


def test_a_state_or_a_sum_picks_flats_out(app, building, flats, clerk):
    def fitting(**query):
        return [room for room, off in cells(show(clerk, building, **query)).items() if not off]

    assert fitting(state="owes") == ["102:owes", "门市2:owes"]
    assert fitting(owes="2327.00") == ["门市2:owes"]
    assert fitting(owes="0") == ["201:suspended", "102:owes", "门市2:owes"]
    assert fitting(state="owes", owes="3,000") == ["门市2:owes"]
    assert len(fitting(state="nonsense")) == 7
    words = text_of(show(clerk, building, owes="much"))
    assert "“much” cannot be read as an amount" in words
    assert "1 fit" in text_of(show(clerk, building, state="cut"))


def test_a_flat_opens_the_card_or_for_a_cashier_the_counter(app, building, flats, clerk, cashier):
    account = flats["owes"]
    empty = db.session.query(Premises).filter_by(address="空").one()
    for person, address in ((clerk, "/households/"), (cashier, "/billing/counter/")):
        html = show(person, building).get_data(as_text=True)
        assert f'href="{address}{account.id}"' in html
        assert f'href="/network/premises/{empty.id}"' in html
    assert "程超杰" in show(clerk, building).get_data(as_text=True)


def test_who_sees_a_building(app, building, flats, cashier, stranger):
    assert show(stranger, building).status_code == 404
    assert cashier.get("/billing/buildings/999999").status_code == 404
    head_office = Person(app, factories.make_staff(Role.MANAGER, None))
    assert show(head_office, building).status_code == 200
    assert app.test_client().get(f"/billing/buildings/{building.id}").status_code == 302


def test_an_account_of_another_branch_counts_as_none(app, branch, building, clerk):
    factories.make_account(factories.make_branch(), building=building, room="101", name="别家")
    db.session.commit()
    answer = show(clerk, building)
    assert list(cells(answer)) == ["101:empty"]
    assert "别家" not in answer.get_data(as_text=True)


def test_a_closed_account_leaves_the_flat_empty(app, building, flats, clerk):
    flats["paid"].closed_on = factories.TODAY
    db.session.commit()
    assert "101:empty" in cells(show(clerk, building))


def test_a_building_without_flats_says_so(app, building, clerk):
    db.session.commit()
    assert "No flats yet" in text_of(show(clerk, building))


def test_network_card_and_search_lead_here(app, building, flats, clerk, cashier):
    link = f'href="/billing/buildings/{building.id}"'
    account = flats["owes"]
    for path in (f"/network/buildings/{building.id}", f"/households/{account.id}", "/search?q=程超杰"):
        assert link in clerk.get(path).get_data(as_text=True), path
    fragment = cashier.get("/billing/counter/search?q=程超杰", headers={"HX-Request": "true"})
    assert link in fragment.get_data(as_text=True)


def test_the_flats_are_one_query_whatever_the_size(app, branch, building, flats, clerk, count_queries):
    def queries():
        show(clerk, building)
        with count_queries() as seen:
            assert show(clerk, building).status_code == 200
        return seen

    few = queries()
    assert sum("FROM premises" in one and "building_id" in one for one in few) == 1
    db.session.add_all(
        Premises(building_id=building.id, unit=f"{unit}单元", room=f"{floor}{position:02}", address="x")
        for unit in range(3, 8) for floor in range(1, 41) for position in range(1, 4)
    )  # fmt: skip
    for number in range(20):
        factories.make_account(branch, building=building, room=f"42{number:02}")
    db.session.commit()
    many = queries()
    assert len(many) == len(few)
    assert len(cells(show(clerk, building))) > 100


def test_rooms_are_text_and_stay_text(app, branch, building, clerk):
    factories.make_account(branch, building=building, room="<img src=x>", name="<b>&\"'")
    db.session.commit()
    html = show(clerk, building).get_data(as_text=True)
    assert "<img src=x" not in html
    assert '<b>&"' not in html
