"""Writes pictures of the main screens of a fresh demo to `screens/`: `python -m tests.browser.screens [word …]`.

With words, only pictures whose name holds every one of them: `zh desk counter`.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from heatdesk.config import PACKAGE
from heatdesk.demo.build import PASSWORD
from tests.browser.conftest import CHROMIUM, PATIENCE_MS, PRINTER, SIZES

FOLDER = Path("screens")
LANGUAGES = ("zh", "en")
BUILDING_S = 300
"""The demo is built through the services, household by household, before it is served."""
STOPPING_S = 30
HOUSEHOLD = "陈"
"""A family name that the demo's invented people surely have."""
SAMPLE = PACKAGE / "demo" / "households-sample.xlsx"
ROOMS = {
    "cashier": {
        "home": "/",
        "counter": "/billing/counter",
        "counter-household": "/billing/counter",
        "counter-dark": "/billing/counter",
        "quote": "/billing/quotes?rules=shenyang:2026-2027&area=89.5&parts-0-kind=balcony&parts-0-area=6.35",
        "payments": "/billing/payments",
        "tills": "/billing/tills",
    },
    "clerk": {
        "accounts": "/billing/accounts",
        "network": "/network",
        "building": "/billing/buildings/1",
        "customers": "/people/customers",
        "imports": "/billing/imports",
        "import-check": "/billing/imports",
        "import-result": r"/billing/imports >> /billing/imports/\d+",
        "seasons": "/billing/seasons",
        "season": r"/billing/seasons > /billing/seasons/\d+",
        "tariffs": "/billing/tariffs",
        "jobs": "/jobs",
        "requests": "/requests",
    },
    "supervisor": {
        "days": "/billing/days",
        "day": r"/billing/days >> /billing/days/\d+/[-\d]+",
        "number-books": "/billing/number-books",
        "approvals": "/approvals",
        "audit": "/audit",
    },
    "admin": {"staff": "/auth/staff"},
}
"""Per login: the name of a picture, and its address; behind `>` the pattern of the first link to follow
from there, behind `>>` of the last one: lists begin with what is newest and still unfinished."""


class Demo:
    """The address of the running demo; each picture is taken in a window of its own."""

    def __init__(self, url: str, browser: Browser) -> None:
        self.url = url
        self.browser = browser

    @contextmanager
    def enter(self, login: str, size: str) -> Iterator[BrowserContext]:
        """Sign in as one of the demo's people; the window is closed afterwards."""
        context = self.browser.new_context(viewport=SIZES[size], locale="zh-CN", color_scheme="light")
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(PRINTER + "window.print = () => {};")
        page = context.new_page()
        page.goto(f"{self.url}/login")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        page.close()
        yield context
        context.close()

    def show(self, page: Page, name: str, address: str) -> None:
        """Bring the page to what the picture shows."""
        start, arrow, link = re.fullmatch(r"(\S+)(?: (>>?) (\S+))?", address).groups()
        answer = page.goto(self.url + start)
        if answer is None or not answer.ok:
            raise SystemExit(f"{start} answered {answer and answer.status}")
        if link:
            addresses = page.eval_on_selector_all("main a[href]", "links => links.map(link => link.pathname)")
            page.goto(
                self.url + [found for found in addresses if re.fullmatch(link, found)][-(arrow == ">>")]
            )
        if name in PREPARED:
            PREPARED[name](page)
        page.wait_for_load_state("networkidle")


def find_household(page: Page) -> None:
    page.fill("#search-words", HOUSEHOLD)
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/billing/counter/\d+$"))


def check_sample(page: Page) -> None:
    """The register that comes with the demo, checked and not imported."""
    page.set_input_files("[name=file]", SAMPLE)
    page.keyboard.press("F9")
    page.wait_for_url(re.compile(r"/columns$"))
    page.fill("[name=effective_on]", "2024-11-01")
    page.keyboard.press("F9")
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    page.locator("#faults").wait_for()


PREPARED = {"counter-household": find_household, "counter-dark": find_household, "import-check": check_sample}
"""What is done before a picture is taken."""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until_served(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Ask for the login page until it answers; raises `SystemExit` when the demo ends or takes too long."""
    deadline = time.monotonic() + BUILDING_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("The demo ended before it was served; its last lines above say why.")
        try:
            with urlopen(f"{url}/login", timeout=5):  # noqa: S310 (our own address)
                return
        except (URLError, OSError):
            server_ended(server, 0.5)
    raise SystemExit(f"The demo was not served within {BUILDING_S} seconds.")


def server_ended(server: "subprocess.Popen[bytes]", within_s: float) -> bool:
    """Wait for the end of the demo; False when it goes on."""
    try:
        server.wait(within_s)
    except subprocess.TimeoutExpired:
        return False
    return True


@contextmanager
def serve_demo() -> Iterator[str]:
    """A demo in a folder of its own, on a free port; gone afterwards with its database."""
    # A socket's path may have 107 signs, so the folder's name is short.
    with tempfile.TemporaryDirectory(prefix="hd") as home:
        url = f"http://127.0.0.1:{(port := free_port())}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HEATDESK_")}
        environment |= {"HEATDESK_HOME": f"{home}/home", "HEATDESK_PORT": str(port), "HEATDESK_WORKERS": "1"}
        server = subprocess.Popen([sys.executable, "-m", "heatdesk.app", "demo"], env=environment)
        try:
            wait_until_served(url, server)
            yield url
        finally:
            server.terminate()
            if not server_ended(server, STOPPING_S):
                server.kill()
                server.wait()


def wanted(words: list[str]) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """What to take, by login and size: (language, name, address)."""
    chosen: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for login, rooms in ROOMS.items():
        for size in SIZES:
            for language in LANGUAGES:
                for name, address in rooms.items():
                    parts = [*name.split("-"), size, language]
                    if all(word in parts or word == name for word in words):
                        chosen.setdefault((login, size), []).append((language, name, address))
    return chosen


def take(demo: Demo, login: str, size: str, pictures: list[tuple[str, str, str]]) -> None:
    """All pictures of one person at one size."""
    with demo.enter(login, size) as context:
        page = context.new_page()
        for language, name, address in pictures:
            page.goto(f"{demo.url}/language/{language}")
            theme = "dark" if name.endswith("-dark") else "light"
            page.evaluate("theme => localStorage.setItem('heatdesk-theme', theme)", theme)
            demo.show(page, name, address)
            file = FOLDER / f"{name}-{size}-{language}.png"
            page.screenshot(path=file)
            print(file, flush=True)


def main(words: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    with serve_demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for (login, size), pictures in wanted(words).items():
            take(Demo(url, browser), login, size, pictures)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
