"""A real Chromium against the real application on a port of its own."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from werkzeug.serving import make_server

from heatdesk.web.app import HeatdeskApp
from tests import needs
from tests.conftest import Person

CHROMIUM = "/usr/bin/chromium"
PRINTER = """
Object.defineProperty(HTMLIFrameElement.prototype, "contentWindow", {
  get() { return { print: () => { const page = document.documentElement.dataset; page.papers = Number(page.papers || 0) + 1; } }; },
});
"""
"""Stands in for a printer, which the machine has none of: counts what a frame is told to print."""
PATIENCE_MS = 20_000
"""How long an element may take to appear: a busy machine is slow, and not wrong."""
SIZES = {"desk": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What stands in this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(needs.chromium)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
            ],
        )
        yield browser
        browser.close()


@dataclass
class Site:
    """The address of the running application, and browsers that are signed in."""

    app: HeatdeskApp
    url: str
    browser: Browser

    def enter(self, person: Person, size: str, language: str = "en") -> BrowserContext:
        """A browser window of this size in which `person` is signed in."""
        with person.client.session_transaction() as session:
            session["language"] = language
        cookie = person.client.get_cookie("heatdesk")
        assert cookie is not None
        context = self.browser.new_context(viewport=SIZES[size], locale=language)  # type: ignore[arg-type]
        context.add_init_script(PRINTER)
        context.add_cookies([{"name": "heatdesk", "value": cookie.value, "url": self.url}])
        return context


@pytest.fixture
def site(own_app: HeatdeskApp, chromium: Browser) -> Iterator[Site]:
    """The application served by threads on a free port, guarded against forged requests as in real use."""
    own_app.config["WTF_CSRF_ENABLED"] = True
    server: Any = make_server("127.0.0.1", 0, own_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(own_app, f"http://127.0.0.1:{server.server_port}", chromium)
    server.shutdown()
    thread.join()
    server.server_close()
