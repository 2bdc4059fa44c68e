"""By keyboard alone: from flat to flat in the building picture, and rows of the fee calculator."""

import re

import pytest
from playwright.sync_api import expect

from heatdesk.auth.permissions import Role
from heatdesk.db import db
from heatdesk.network.models import Premises
from tests import factories
from tests.conftest import Person


@pytest.fixture
def cashier(own_app):
    branch = factories.make_branch()
    building = factories.make_building(branch)
    for unit, room in (("1", "201"), ("1", "202"), ("1", "101"), ("2", "101"), ("", "门市1"), ("", "门市2")):
        account = factories.make_account(branch, building=building, room=room)
        db.session.get(Premises, account.premises_id).unit = unit
    person = Person(own_app, factories.make_staff(Role.CASHIER, branch))
    db.session.commit()
    person.building_id = building.id
    return person


@pytest.fixture
def page(site, cashier):
    with site.enter(cashier, "desk") as context:
        page = context.new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        yield page
        assert faults == []


def test_arrow_keys_move_from_flat_to_flat_and_enter_opens(site, cashier, page):
    page.goto(f"{site.url}/billing/buildings/{cashier.building_id}")
    here = page.locator(":focus")
    for key, label in (
        (None, "1 201"),
        ("ArrowRight", "1 202"),
        ("ArrowDown", "1 101"),
        ("ArrowRight", "2 101"),
        ("ArrowRight", "2 101"),
        ("ArrowDown", "门市2"),
        ("ArrowDown", "门市2"),
        ("Home", "门市1"),
        ("End", "门市2"),
        ("ArrowLeft", "门市1"),
        ("ArrowUp", "1 101"),
        ("ArrowUp", "1 201"),
    ):
        if key:
            page.keyboard.press(key)
        expect(here).to_have_attribute("aria-label", re.compile(rf"^\s*{label}, paid up, 程超杰"))
    expect(page.locator("[data-said]")).to_contain_text("1 201, paid up")
    assert page.locator("[data-flat][tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/billing/counter/\d+$"))


def test_rows_come_and_go_and_the_answer_follows(site, cashier, page):
    page.goto(f"{site.url}/billing/quotes?rules=shenyang:2026-2027")
    answer = page.locator("#answer")
    expect(answer).to_contain_text("Nothing to work out yet")
    page.keyboard.type("100")
    expect(answer).to_contain_text("¥2,600.00")
    expect(page).to_have_url(
        re.compile(r"/billing/quotes\?rules=shenyang:2026-2027&use=residential&area=100$")
    )

    page.keyboard.press("Alt+1")
    expect(page.locator(":focus")).to_have_attribute("name", "parts-0-kind")
    page.keyboard.press("Tab")
    page.keyboard.type("-6")
    fault = page.locator("#parts-0-area-fault-1")
    expect(fault).to_contain_text("“Area m²” is -6; it must lie between")
    expect(page.locator("#parts-0-area")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Home")
    page.keyboard.press("Delete")
    expect(answer).to_contain_text("¥2,522.00")
    expect(fault).to_have_count(0)
    expect(page.locator("#parts-0-area")).not_to_have_attribute("aria-invalid", "true")

    page.keyboard.press("Alt+1")
    expect(page.locator(":focus")).to_have_attribute("name", "parts-1-kind")
    page.keyboard.press("Tab")
    page.keyboard.type("10")
    expect(answer).to_contain_text("¥2,392.00")
    page.locator("[data-list=parts] [data-removes-row]").first.press("Enter")
    expect(page.locator("[data-list=parts] [data-rows-here] [data-row]")).to_have_count(1)
    expect(page.locator(":focus")).to_have_attribute("name", "parts-0-kind")
    expect(page.locator("#parts-0-area")).to_have_value("10")
    expect(answer).to_contain_text("¥2,470.00")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(answer).to_contain_text("¥2,470.00")
    expect(page.locator("#parts-0-area")).to_have_value("10")


def test_the_subsidies_of_other_rules_are_offered(site, cashier, page):
    page.goto(f"{site.url}/billing/quotes?rules=shenyang:2026-2027&area=90&inner_area=70")
    expect(page.locator("#subsidy option")).to_have_text(["none"])
    page.select_option("#rules", "linyi:2024-2025")
    expect(page.locator("#subsidy option")).to_have_text(["none", "low income"])
