"""The tariff's form in a browser: groups open by their box, rows are added and removed, families change their fields."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from heatdesk.auth.permissions import Role
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.services import tariffs
from heatdesk.db import db
from tests import factories
from tests.conftest import Person


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_groups_rows_and_families(site, own_app, size):
    clerk = Person(own_app, factories.make_staff(Role.BILLING_CLERK, factories.make_branch()))
    db.session.commit()
    window = site.enter(clerk, size)
    page = window.new_page()
    page.goto(f"{site.url}/billing/tariffs/new/residential")
    page.fill("#document_no", "示例1号")
    page.fill("#valid_from", "2026-11-01")
    page.fill("#price", "26")
    limit = page.locator("#low_temperature-bands-0-below_c")
    expect(limit).to_have_count(0)
    page.get_by_text("Low temperature").click()
    bands = page.locator("#low_temperature-bands")
    for _band in range(3):
        bands.get_by_role("button", name="Add a row").click()
    bands.get_by_role("button", name="Remove this row").nth(1).click()
    page.fill("#low_temperature-bands-0-below_c", "18")
    page.fill("#low_temperature-bands-0-share", "30")
    page.fill("#low_temperature-bands-2-below_c", "16")
    page.fill("#low_temperature-bands-2-share", "50")
    parts = page.locator("#parts")
    parts.get_by_role("button", name="Add a row").last.click()
    page.select_option("#parts-0-kind", "attic")
    page.locator("#parts-0-by_net_height").get_by_role("button", name="Add a row").click()
    page.fill("#parts-0-by_net_height-0-above_m", "2.2")
    page.fill("#parts-0-by_net_height-0-coefficient", "0.9")
    expect(page.locator("#height-step-above_m")).to_be_hidden()
    page.select_option("#height-family", "proportional")
    expect(page.locator("#height-step-above_m")).to_be_hidden()
    page.fill("#height-proportional-above_m", "3")
    page.fill("#height-proportional-base_m", "3")
    page.keyboard.press("F9")
    expect(page.get_by_text("What it says")).to_be_visible()
    db.session.expire_all()
    stored = TariffRules.from_parameters(tariffs.newest("residential").parameters)
    assert [(one.below_c, one.share) for one in stored.low_temperature.bands] == [
        (Decimal(18), Decimal("0.3")),
        (Decimal(16), Decimal("0.5")),
    ]
    assert stored.parts[0].by_net_height[0].above_m == Decimal("2.2")
    assert (stored.height.family, stored.suspension) == ("proportional", None)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    window.close()
