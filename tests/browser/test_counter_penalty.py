"""Penalty and early-payment discount in the cashier's hands: as few keys as ever, and the page's sums are the server's."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Allocation, Payment
from heatdesk.billing.services import business_days
from heatdesk.db import db
from tests import factories
from tests.billing.late import make_late_tariff
from tests.browser.conftest import SIZES
from tests.browser.test_counter_keyboard import Hands
from tests.conftest import Person

DISCOUNT = {"rows": [{"paid_by": "12-31", "share": "0.02"}]}


@pytest.fixture
def cashier(own_app):
    """A household twenty days late with 1,000.00 of one season, and 2,327.00 of the next at 2 % less today."""
    branch = factories.make_branch(cash_rounding="jiao")
    person = Person(own_app, factories.make_staff(Role.CASHIER, branch, name="张敏"))
    supervisor = factories.make_staff(Role.SUPERVISOR, branch)
    make_late_tariff(discount=DISCOUNT)
    factories.open_day(branch, date(2026, 11, 1))
    account = factories.make_account(branch, card_no="06263164000")
    for year, amount in ((2024, "1000.00"), (2027, "2327.00")):
        factories.owe(account, factories.make_season(year), amount, person.staff)
    business_days.close_day(branch.id, date(2026, 11, 1), by=supervisor)
    factories.open_day(branch, date(2026, 11, 21))
    factories.open_till(person.staff, branch)
    db.session.commit()
    return person


def open_household(page, hands):
    hands.write("06263164000")
    hands.press("Enter")
    page.wait_for_url(re.compile(r"/billing/counter/\d+$"))


def test_the_whole_sum_with_penalty_and_discount_needs_three_presses(site, cashier):
    with site.enter(cashier, "desk") as context:
        page = context.new_page()
        page.goto(f"{site.url}/billing/counter")
        hands = Hands(page)
        open_household(page, hands)
        expect(page.locator("td[data-sum=penalty]")).to_have_text("20.00")
        expect(page.locator("td[data-sum=reduced]")).to_have_text("−46.54")
        hands.press("F2")
        expect(page.locator("#tender-wechat")).to_have_value("3,300.46")
        with page.expect_response(re.compile(r"/billing/receipts/\d+/paper$")):
            hands.press("F9")
        assert hands.presses == 3
    db.session.rollback()
    [payment] = db.session.query(Payment).all()
    assert str(payment.amount) == "3300.46"


@pytest.mark.parametrize("size", SIZES)
def test_what_a_part_payment_leaves_owed_has_no_discount(site, cashier, size):
    """2,000 close the old season with its penalty; 980 reach the new one, which then earns nothing."""
    with site.enter(cashier, size) as context:
        page = context.new_page()
        page.goto(f"{site.url}/billing/counter")
        hands = Hands(page)
        open_household(page, hands)
        page.fill("#tender-cash", "2000")
        page.locator("input[name=part]").check()
        expect(page.locator("dd[data-sum=change]")).to_have_text("1,347.00")
        page.locator("[data-take]").click()
        page.wait_for_url(re.compile(r"/billing/counter(\?printed=\d+)?$"))
    db.session.rollback()
    shares = [
        (str(one.amount), str(one.penalty))
        for one in db.session.query(Allocation).order_by(Allocation.season_id)
    ]
    assert shares == [("1020.00", "20.00"), ("980.00", "0.00")]
