"""Every page that a link leads to, at both sizes, with names as long as they come: nothing runs out of the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from pprint import pformat

import pytest
from playwright.sync_api import Page

from heatdesk.auth.permissions import Role
from tests import factories
from tests.browser.conftest import PATIENCE_MS, SIZES, Site
from tests.browser.walking import kind_of, walk
from tests.desk.city import City, make_city

NAME = "北方沈阳市铁西区兴工街道供热管理服务第一分公司" * 3 + "有限责任公司长青里二十六号楼三单元六零一"
LONG = NAME[:90]
WIDE = """() => {
  const across = document.documentElement;
  const found = across.scrollWidth > across.clientWidth + 1 ? [`the page by ${across.scrollWidth - across.clientWidth}`] : [];
  for (const sheet of document.querySelectorAll("main .sheet, main .table-scroll")) {
    const scrolls = getComputedStyle(sheet).overflowX === "auto";
    if (!scrolls && sheet.scrollWidth > sheet.clientWidth + 1)
      found.push(`${sheet.className} by ${sheet.scrollWidth - sheet.clientWidth}`);
  }
  return found;
}"""
SMALL = """() => [...document.querySelectorAll("main .btn, main .tabs a, main .chip[href], main summary, main select, main .pages a, " +
  "main input:not([type=hidden], [type=checkbox], [type=radio]), .top a, .top button")]
  .filter((one) => one.getClientRects().length && !one.closest(".visually-hidden"))
  .filter((one) => { const box = one.getBoundingClientRect(); return box.height < 32 || (box.height < 43.5 && !one.closest(".top")); })
  .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 20)} ${Math.round(one.getBoundingClientRect().height)}`)"""
RINGLESS = """() => {
  const found = [];
  for (const one of document.querySelectorAll("main a[href], main button, main input:not([type=hidden]), main select, main summary")) {
    if (!one.getClientRects().length || one.disabled) continue;
    one.focus({ focusVisible: true });
    const look = getComputedStyle(one);
    const ring = (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none";
    if (document.activeElement === one && !ring) found.push(`${one.tagName} ${one.className}`);
  }
  document.activeElement.blur();
  return [...new Set(found)];
}"""


@contextmanager
def heard(page: Page) -> Iterator[list[str]]:
    """What the browser complains about meanwhile."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said


@pytest.fixture
def city(site: Site) -> City:
    return make_city(site.app, factories.make_branch(LONG), customer=LONG, staff=LONG[:70])


@pytest.mark.parametrize("size", list(SIZES))
def test_no_page_runs_out_of_the_screen_or_complains(site: Site, city: City, size: str) -> None:
    seen: set[str] = set()
    wrong: dict[str, list[str]] = {}
    for role in Role:
        with site.enter(city.people[role], size) as context:
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            with heard(page) as said:
                for kind, _address in walk(page, site.url, seen=seen):
                    faults = [*page.evaluate(WIDE), *page.evaluate(RINGLESS), *said]
                    if size == "phone":
                        faults += page.evaluate(SMALL)
                    if faults:
                        wrong[f"{role} {kind}"] = faults
                    said.clear()
    assert not wrong, pformat(wrong, width=160)
    assert {"/billing/counter", "/billing/payments", "/households/N/ledger", "/network/buildings"} <= seen


@pytest.mark.parametrize("path", ["/billing/accounts", "/billing/payments", "/network/buildings", "/jobs"])
def test_a_list_is_gone_through_by_keys(site: Site, city: City, path: str) -> None:
    """j and k move, Enter opens, / searches from anywhere."""
    with site.enter(city.people[Role.BILLING_CLERK], "desk") as context:
        page = context.new_page()
        page.goto(site.url + path)
        page.keyboard.press("j")
        assert page.locator("tr.is-current").count() == 1
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: kind_of(url.removeprefix(site.url)) != path)
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search-words"


def test_a_filter_is_kept_by_keys_alone(site: Site, city: City) -> None:
    with site.enter(city.people[Role.BILLING_CLERK], "desk") as context:
        page = context.new_page()
        page.goto(f"{site.url}/billing/accounts?q=1")
        page.keyboard.press("Alt+s")
        page.keyboard.type("mine")
        page.keyboard.press("Enter")
        page.locator(".saved .clip", has_text="mine").wait_for()
