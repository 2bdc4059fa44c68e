"""The cashier's main job by keyboard alone: from the empty counter to a printed receipt in at most ten presses."""

import re

import pytest
from playwright.sync_api import Page, expect

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Payment
from heatdesk.db import db
from tests import factories
from tests.browser.conftest import SIZES
from tests.conftest import Person

MOST_PRESSES = 10


class Hands:
    """Counts the keys pressed beyond card number and amount."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def press(self, key: str) -> None:
        self.presses += 1
        self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Card number or amount: typed or scanned, not counted."""
        self.page.keyboard.type(text)


@pytest.fixture
def cashier(own_app):
    branch = factories.make_branch(cash_rounding="jiao")
    factories.open_day(branch)
    person = Person(own_app, factories.make_staff(Role.CASHIER, branch, name="张敏"))
    factories.open_till(person.staff, branch)
    account = factories.make_account(branch, card_no="06263164000")
    for year, amount in ((2025, "1000.00"), (2026, "2327.36")):
        factories.owe(account, factories.make_season(year), amount, person.staff)
    factories.make_account(branch, card_no="06263164001", name="程杰", room="9999")
    db.session.commit()
    return person


def payments() -> list[Payment]:
    db.session.rollback()
    return db.session.query(Payment).order_by(Payment.id).all()


@pytest.mark.parametrize("size", SIZES)
def test_from_the_empty_counter_to_the_printed_receipt(site, cashier, size):
    with site.enter(cashier, size) as context:
        page = context.new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(f"{site.url}/billing/counter")
        hands = Hands(page)
        hands.write("06263164000")
        hands.press("Enter")
        page.wait_for_url(re.compile(r"/billing/counter/\d+$"))
        hands.press("F1")
        hands.write("3400")
        expect(page.locator("dd[data-sum=change]")).to_have_text("72.60")
        expect(page.locator("dd[data-sum=rounding]")).to_have_text("+0.04")
        with page.expect_response(re.compile(r"/billing/receipts/\d+/paper$")) as printed:
            hands.press("F9")
        assert printed.value.headers["content-type"] == "application/pdf"
        expect(page.locator("html")).to_have_attribute("data-papers", "1")
        assert hands.presses <= MOST_PRESSES
        expect(page.locator(".last-sum").last).to_have_text("¥72.60")
        expect(page.locator("#search-words")).to_be_focused()
        assert faults == []
    [payment] = payments()
    assert (str(payment.amount), str(payment.change_given)) == ("3327.36", "72.60")


def test_the_whole_sum_needs_three_presses(site, cashier):
    with site.enter(cashier, "desk") as context:
        page = context.new_page()
        page.goto(f"{site.url}/billing/counter")
        hands = Hands(page)
        hands.write("06263164000")
        hands.press("Enter")
        page.wait_for_url(re.compile(r"/billing/counter/\d+$"))
        hands.press("F2")
        expect(page.locator("#tender-wechat")).to_have_value("3,327.36")
        hands.press("F9")
        page.wait_for_selector(".last")
        assert hands.presses == 3
    assert len(payments()) == 1


def test_a_reload_and_a_step_back_pay_nothing_more(site, cashier):
    with site.enter(cashier, "desk") as context:
        page = context.new_page()
        page.goto(f"{site.url}/billing/counter")
        page.keyboard.type("06263164000")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/billing/counter/\d+$"))
        page.keyboard.press("F2")
        page.keyboard.press("F9")
        page.wait_for_selector(".last")
        expect(page.locator("html")).to_have_attribute("data-papers", "1")
        page.reload()
        page.wait_for_selector(".last")
        expect(page.locator("[data-print-paper]")).to_have_count(0)
        expect(page.locator("html")).not_to_have_attribute("data-papers", "1")
        page.go_back()
        page.wait_for_url(re.compile(r"/billing/counter/\d+$"))
        page.keyboard.press("F2")
        page.keyboard.press("F9")
        page.wait_for_selector(".last, [data-fault]:not([hidden])")
    assert len(payments()) == 1


def test_a_mixed_payment_a_void_and_the_reason_by_keyboard(site, cashier):
    with site.enter(cashier, "desk") as context:
        page = context.new_page()
        page.goto(f"{site.url}/billing/counter")
        page.keyboard.type("06263164000")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/billing/counter/\d+$"))
        page.keyboard.press("F2")
        page.keyboard.type("1000")
        page.keyboard.press("F1")
        expect(page.locator("#tender-cash")).to_have_value("2,327.40")
        page.keyboard.press("F9")
        page.wait_for_selector(".last")
        page.keyboard.press("F8")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/billing/counter/\d+$"))
        expect(page.locator("[data-sum=due]").first).to_have_text("3,327.36")
    assert len(payments()) == 1


def test_what_is_wrong_is_said_before_anything_is_sent(site, cashier):
    with site.enter(cashier, "desk") as context:
        page = context.new_page()
        page.goto(f"{site.url}/billing/counter")
        page.keyboard.type("06263164000")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/billing/counter/\d+$"))
        fault = page.locator("[data-fault]")
        page.keyboard.press("F9")
        expect(fault).to_contain_text("Nothing has been typed")
        for typed, words in (
            ("12,50", "cannot be read"),
            ("1000", "¥2,327.36 is still missing"),
            ("1e5", "cannot be read"),
        ):
            page.keyboard.press("F1")
            page.keyboard.type(typed)
            page.keyboard.press("F9")
            expect(fault).to_contain_text(words)
    assert payments() == []
