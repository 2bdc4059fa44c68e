"""Writes pictures of every screen of a fresh demo to `screens/`: `python -m tests.browser.screens [word …]`.

Each person walks all pages their links lead to; a page is taken as the first of them who may see it. With words, only
pictures whose name holds every one of them: `zh desk counter dark`. `HEATDESK_URL` names a demo that is served already.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from heatdesk.config import PACKAGE
from heatdesk.demo.build import PASSWORD
from tests.browser.conftest import CHROMIUM, PATIENCE_MS, PRINTER, SIZES
from tests.browser.walking import walk

FOLDER = Path("screens")
LANGUAGES = ("zh", "en")
THEMES = ("light", "dark")
BUILDING_S = 300
"""The demo is built through the services, household by household, before it is served."""
STOPPING_S = 30
HOUSEHOLD = "陈"
"""A family name that the demo's invented people surely have."""
SAMPLE = PACKAGE / "demo" / "households-sample.xlsx"
LOGINS = ("cashier", "clerk", "supervisor", "finance", "manager", "admin")


class Demo:
    """The address of the running demo; each picture is taken in a window of its own."""

    def __init__(self, url: str, browser: Browser) -> None:
        self.url = url
        self.browser = browser

    @contextmanager
    def enter(self, login: str) -> Iterator[BrowserContext]:
        """Sign in as one of the demo's people; the window is closed afterwards."""
        context = self.browser.new_context(viewport=SIZES["desk"], locale="zh-CN", color_scheme="light")  # type: ignore[arg-type]
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


def upload_sample(page: Page) -> None:
    page.set_input_files("[name=file]", SAMPLE)
    page.keyboard.press("F9")
    page.wait_for_url(re.compile(r"/columns$"))


def open_saved_filters(page: Page) -> None:
    page.locator(".saved-own summary").click()


PREPARED: dict[str, dict[str, tuple[str, Callable[[Page], None]]]] = {
    "cashier": {
        "counter-household": ("/billing/counter", find_household),
        "saved-filters": ("/billing/payments?method=cash", open_saved_filters),
        "quote": (
            "/billing/quotes?rules=shenyang:2026-2027&area=89.5&parts-0-kind=balcony&parts-0-area=6.35",
            lambda _page: None,
        ),
        "nothing-found": ("/search?q=qqqqqq", lambda _page: None),
        "refusal": ("/nothing/here", lambda _page: None),
    },
    "clerk": {
        "import-columns": ("/billing/imports", upload_sample),
        "import-check": ("/billing/imports", check_sample),
        "nothing-fits": ("/billing/accounts?q=qqqqqq", lambda _page: None),
    },
}
"""Per login, what no link leads to: the name, where it begins, and what is done there."""


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


def looks(name: str, words: list[str]) -> list[tuple[str, str, str]]:
    """The (size, language, theme) in which this picture is wanted."""
    return [
        (size, language, theme)
        for size in SIZES
        for language in LANGUAGES
        for theme in THEMES
        if all(word in [*name.split("-"), size, language, theme] or word == name for word in words)
    ]


def take(demo: Demo, page: Page, name: str, words: list[str]) -> None:
    """The page as it stands, in every look that is wanted."""
    here = page.url
    for size, language, theme in looks(name, words):
        page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
        page.goto(f"{demo.url}/language/{language}")
        page.evaluate("theme => localStorage.setItem('heatdesk-theme', theme)", theme)
        page.goto(here)
        if "saved-filters" in name:
            open_saved_filters(page)
        page.wait_for_load_state("networkidle")
        file = FOLDER / f"{name}-{size}-{language}-{theme}.png"
        page.screenshot(path=file)
        print(file, flush=True)
    page.set_viewport_size(SIZES["desk"])  # type: ignore[arg-type]


def visit(demo: Demo, login: str, taken: set[str], words: list[str]) -> None:
    """Everything this person sees that nobody before them did."""
    with demo.enter(login) as context:
        page, finding = context.new_page(), context.new_page()
        for name, (start, prepare) in PREPARED.get(login, {}).items():
            if looks(name, words):
                page.goto(demo.url + start)
                prepare(page)
                take(demo, page, name, words)
        for kind, address in walk(finding, demo.url):
            name = kind.strip("/").replace("/", "-").lower() or "home"
            if name not in taken:
                taken.add(name)
                page.goto(demo.url + address)
                take(demo, page, name, words)


def main(words: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    given = os.environ.get("HEATDESK_URL")
    with nullcontext(given) if given else serve_demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        taken: set[str] = set()
        for login in LOGINS:
            visit(Demo(url, browser), login, taken, words)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
