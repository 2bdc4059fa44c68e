"""The main job on a live server with a real worker: from a clerk's dirty register to a closed day and proven books."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from heatdesk.auth.permissions import Role
from heatdesk.billing.cli import verify
from heatdesk.billing.models import Account, Payment
from heatdesk.billing.rules.workflow import NumberKind
from heatdesk.billing.services import number_books
from heatdesk.db import db
from tests import factories
from tests.billing.season_city import RESIDENTIAL
from tests.browser.conftest import Site
from tests.conftest import Person
from tests.files import HEADER, household, workbook

ROWS = (
    household(用户编号="06263164000", 户名="程超杰", 联系电话="15158018395", 建筑面积="６３．９３", **{"2024-2025陈欠": "1,409.50"}),
    household(用户编号="06263164001", 户名="孙静敏", 联系电话="17436944985/02488001234", 房号="1605", 预存余额=20),
    household(用户编号="06263164001", 户名="孙静敏", 联系电话="17436944985/02488001234", 房号="1605", 预存余额=20),
    household(用户编号="06263164002", 户名="孟超红", 房号="1606", 建筑面积=-71.06),
    household(用户编号="06263164003", 户名="高杰国", 房号="1607", 备注="=cmd|' /C calc'!A0"),
)  # fmt: skip
"""A row with full-width digits and a comma, one twice, one that cannot be charged, one that means harm."""

UNTIL_THE_WORKER_IS_DONE = 30_000


@dataclass
class Utility:
    """A branch with an open day, a tariff, and the three people who do the job."""

    season_id: int
    clerks_login: str
    clerk: Person
    supervisor: Person
    cashier: Person


@pytest.fixture
def utility(own_app) -> Utility:
    branch = factories.make_branch(cash_rounding="jiao")
    people = [
        factories.make_staff(role, branch) for role in (Role.BILLING_CLERK, Role.SUPERVISOR, Role.CASHIER)
    ]
    factories.make_tariff(people[0], people[1], RESIDENTIAL)
    factories.make_season(2024)
    season = factories.make_season(2026)
    factories.open_day(branch)
    number_books.issue(
        NumberKind.RECEIPT, people[2], prefix="", first_number=31001, last_number=31100, digits=7
    )
    staff = [Person(own_app, one) for one in people]
    found = Utility(season.id, people[0].login, *staff)
    db.session.commit()
    return found


@pytest.fixture
def worker(own_app, settings) -> Iterator[None]:
    """The worker as an installation runs it: a process of its own on the same database, killed in the end."""
    environment = {
        **os.environ,
        "HEATDESK_HOME": str(settings.home),
        "HEATDESK_DATABASE_URL": own_app.config["SQLALCHEMY_DATABASE_URI"],
    }
    process = subprocess.Popen([sys.executable, "-m", "heatdesk.app", "worker"], env=environment)
    yield
    process.kill()
    process.wait()


@pytest.fixture
def at(site: Site):
    """`with at(person) as page`: a page of the person's own browser; faults of its scripts fail the test."""
    faults: list[str] = []

    @contextmanager
    def sitting(person: Person) -> Iterator[Page]:
        with site.enter(person, "desk") as context:
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            yield page

    yield sitting
    assert faults == []


def test_from_a_dirty_register_to_a_closed_day(own_app, site, worker, utility, at):
    sign_in(site, utility.clerks_login)
    with at(utility.clerk) as page:
        bring_the_register_in(page, site.url)
        run = start_a_trial(page, site.url, utility.season_id)
    with at(utility.supervisor) as page:
        release(page, run)
    with at(utility.cashier) as page:
        open_the_till(page, site.url)
        take_a_mixed_payment(page, site.url)
        void_it_and_take_the_money_again(page)
        count_the_till(page, site.url)
    with at(utility.supervisor) as page:
        close_the_day_and_open_the_next(page, site.url)
    db.session.rollback()
    assert len(db.session.scalars(select(Account)).all()) == 3
    assert [str(one.amount) for one in db.session.scalars(select(Payment).order_by(Payment.id))] == [
        "3071.68"
    ] * 2
    proof = own_app.test_cli_runner().invoke(verify, [])
    assert proof.exit_code == 0, proof.stdout


def sign_in(site: Site, login: str) -> None:
    with site.browser.new_context(locale="en") as context:
        page = context.new_page()
        page.goto(site.url)
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill(factories.PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="What waits for you")).to_be_visible()


def bring_the_register_in(page: Page, url: str) -> None:
    page.goto(f"{url}/billing/imports")
    content = workbook([["兴工里小区用户台账"], HEADER, *ROWS, ["合计", *[""] * 12]])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.get_by_label("Register file").set_input_files(
        {"name": "台账.xlsx", "mimeType": kind, "buffer": content}
    )
    page.keyboard.press("F9")
    page.wait_for_url(re.compile(r"/columns$"))
    expect(page.get_by_label("用户编号")).to_have_value("card_no")
    page.get_by_label("The register holds from").fill("2026-11-01")
    page.keyboard.press("F9")
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    faults = page.locator("#faults")
    expect(faults).to_contain_text("1 errors keep rows out, 2 warnings do not")
    expect(faults.locator("tbody tr", has_text="−71.06 is no area")).to_contain_text("H 建筑面积")
    expect(faults).to_contain_text("looks like a formula")
    page.get_by_label("The good rows; rows with errors stay out").check()
    page.get_by_label("Arrears of 2024-2025 (yuan)").fill("1409.50")
    page.get_by_label("Prepayments, yuan").fill("20")
    page.keyboard.press("F9")
    expect(page.get_by_text("3 accounts were imported.")).to_be_visible()


def start_a_trial(page: Page, url: str, season_id: int) -> str:
    page.goto(f"{url}/billing/seasons/{season_id}")
    page.keyboard.press("F9")
    page.wait_for_url(re.compile(r"/runs/\d+$"))
    waits = page.locator("[data-state=trial_done]")
    expect(waits).to_be_visible(timeout=UNTIL_THE_WORKER_IS_DONE)
    expect(page.get_by_text("A second person has to release it.")).to_be_visible()
    return page.url


def release(page: Page, run: str) -> None:
    page.goto(run)
    page.keyboard.press("F9")
    expect(page.locator("[data-state=posted]")).to_be_visible(timeout=UNTIL_THE_WORKER_IS_DONE)


def open_the_till(page: Page, url: str) -> None:
    page.goto(f"{url}/billing/tills")
    page.keyboard.press("F9")
    page.get_by_label("Till").fill("3号窗口")
    page.get_by_label("Float in the drawer").fill("200")
    page.keyboard.press("F9")
    expect(page.locator("[data-state=open]").first).to_be_visible()


def take_a_mixed_payment(page: Page, url: str) -> None:
    """63.93 m² × 26 + 1,409.50 = 3,071.68: 1,000 by WeChat, the rest in cash, rounded to the jiao."""
    page.goto(f"{url}/billing/counter")
    page.keyboard.type("8395")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/counter/\d+$"))
    expect(page.locator("[data-sum=due]").first).to_have_text("3,071.68")
    page.keyboard.press("F2")
    page.keyboard.type("1000")
    page.keyboard.press("F1")
    page.keyboard.type("2100")
    expect(page.locator("dd[data-sum=rounding]")).to_have_text("+0.02")
    expect(page.locator("dd[data-sum=change]")).to_have_text("28.30")
    with page.expect_response(re.compile(r"/receipts/\d+/paper$")) as printed:
        page.keyboard.press("F9")
    assert printed.value.headers["content-type"] == "application/pdf"
    expect(page.locator("html")).to_have_attribute("data-papers", "1")


def void_it_and_take_the_money_again(page: Page) -> None:
    page.keyboard.press("F8")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/counter/\d+$"))
    expect(page.get_by_text("Give back ¥3,071.70: WeChat ¥1,000.00 + Cash ¥2,071.70.")).to_be_visible()
    page.keyboard.press("F1")
    page.keyboard.press("F9")
    expect(page.locator(".last")).to_contain_text("¥3,071.68")


def count_the_till(page: Page, url: str) -> None:
    """3,071.70 and the float of 200 should be there; ten yuan too little are counted twice, and closed with a reason."""
    page.goto(f"{url}/billing/tills")
    page.keyboard.press("F9")
    page.wait_for_url(re.compile(r"/count$"))
    assert "3,071" not in page.locator("body").inner_text()
    page.locator("[name='pieces-100']").fill("32")
    page.locator("[name=other_cash]").fill("61.70")
    page.keyboard.press("F9")
    reason = page.locator("[name=reason]")
    expect(reason).to_be_visible()
    reason.fill("少一张十元")
    page.keyboard.press("F9")
    expect(page.get_by_text("short ¥10.00").first).to_be_visible()


def close_the_day_and_open_the_next(page: Page, url: str) -> None:
    page.goto(f"{url}/billing/days")
    page.keyboard.press("F9")
    page.wait_for_url(re.compile(r"/close$"))
    expect(page.get_by_text("Nothing stands in the way.")).to_be_visible()
    page.keyboard.press("F9")
    expect(page.get_by_text("is closed and sealed")).to_be_visible()
    page.keyboard.press("F9")
    page.wait_for_url(re.compile(r"/billing/days/\d+/[-\d]+$"))
    expect(page.get_by_text("open for business").first).to_be_visible()
