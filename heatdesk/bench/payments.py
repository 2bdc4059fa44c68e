"""How many payments eight cashiers take at once through the whole stack, beside the same SQL driven by pgbench.

The web server is started with the very command of `heatdesk serve`. Each cashier has a login, a till, a receipt book
and households of their own; a payment is made from the page that was shown (session, CSRF, request id, state token) and
ends in a journal and a receipt. Rounds alternate with pgbench, 8 clients, prepared statements, on the same server.
"""

import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter, sleep
from urllib.request import urlopen

from sqlalchemy.engine import make_url

from heatdesk.bench.hall import CASHIERS, Browser, Hall, furnish, payments_of
from heatdesk.bench.measuring import Figures, application, in_turn, own_database, percentile
from heatdesk.billing.services import verification
from heatdesk.config import Settings
from heatdesk.db import APP_ROLE
from heatdesk.postgres import BIN

TARGETS = {
    "posts ÷ pgbench": "≥ 0.05, moonshot 0.20",
    "verify": "everything holds",
}

_SCRIPT = Path(__file__).with_name("payment.pgbench")
_TPS = re.compile(r"tps = ([\d.]+)")
_PATIENCE = 60.0


def run(*, rows: int = 1600, rounds: int = 3) -> Figures:
    """Take `rows` payments a round, half as posts alone and half as whole visits; tell rates, ratios, and the check."""
    each = max(1, rows // (2 * CASHIERS))
    seconds = max(1, round(rows / 200))
    with own_database() as url:
        with application(url, as_owner=True):
            hall = furnish(2 * each * rounds)
        with web_server(url) as address, ExitStack() as stack:
            browsers = [Browser(address, login) for login in hall.logins]
            for browser in browsers:
                stack.callback(browser.close)
            stock = [iter(accounts) for accounts in hall.stock]
            contestants = {
                "posts": lambda: _posts(browsers, stock, each),
                "visits": lambda: _visits(browsers, stock, each),
                "pgbench": lambda: _pgbench(url, hall, seconds),
            }
            found = in_turn(rounds, contestants)
        with application(url):
            checked = _check(hall, browsers)
    waited = [one for browser in browsers for one in browser.waited]
    return {
        "payments over HTTP, posts alone": f"{median(found['posts']):.0f}/s",
        "payments over HTTP, page + post + next page": f"{median(found['visits']):.0f}/s",
        "pgbench, the same SQL": f"{median(found['pgbench']):,.0f}/s",
        "post, p50": f"{percentile(waited, 50) * 1000:.0f} ms",
        "post, p95": f"{percentile(waited, 95) * 1000:.0f} ms",
        "posts ÷ pgbench": f"{_ratio(found['posts'], found['pgbench']):.3f}",
        "visits ÷ pgbench": f"{_ratio(found['visits'], found['pgbench']):.3f}",
        "acknowledged and in the books exactly once": f"{len(waited):,}",
        "verify": checked,
    }


def _ratio(ours: Sequence[float], bare: Sequence[float]) -> float:
    return median(one / other for one, other in zip(ours, bare, strict=True))


def _posts(browsers: list[Browser], stock: list[Iterator[int]], each: int) -> float:
    """Payments a second when the pages were opened beforehand."""

    def open_pages(place: int) -> list[tuple[int, dict[str, str | list[str]]]]:
        return [(account, browsers[place].form_of(account)) for account in _take(stock[place], each)]

    with ThreadPoolExecutor(CASHIERS) as hall:
        opened = list(hall.map(open_pages, range(CASHIERS)))
        return _rate(hall, lambda place: [browsers[place].pay(*page) for page in opened[place]], each)


def _visits(browsers: list[Browser], stock: list[Iterator[int]], each: int) -> float:
    """Customers a second: open the page, pay, see the next empty counter."""
    with ThreadPoolExecutor(CASHIERS) as hall:
        return _rate(
            hall,
            lambda place: browsers[place].serve_all(_take(stock[place], each)),
            each,
        )


def _rate(hall: ThreadPoolExecutor, work: Callable[[int], object], each: int) -> float:
    start = perf_counter()
    list(hall.map(work, range(CASHIERS)))
    return each * CASHIERS / (perf_counter() - start)


def _take(stock: Iterator[int], number: int) -> list[int]:
    return [next(stock) for _ in range(number)]


def _pgbench(url: str, hall: Hall, seconds: int) -> float:
    """Transactions a second of the bare SQL, as the same role and with the same number of clients."""
    given = {
        "first_staff": hall.first_staff,
        "first_shift": hall.first_shift,
        "first_book": hall.first_book,
        "first_block": hall.first_block,
        "last_block": hall.last_block,
    }
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run(
        [
            *(str(BIN / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--file={_SCRIPT}"),
            *(f"--client={CASHIERS}", "--jobs=2", f"--time={seconds}"),
            *(f"--define={name}={value}" for name, value in given.items()),
            plain,
        ],
        env={**os.environ, "PGOPTIONS": f"-c role={APP_ROLE}"},
        capture_output=True,
        text=True,
        check=False,
    )
    rate = _TPS.search(done.stdout)
    if done.returncode or rate is None:
        raise RuntimeError(f"pgbench failed: {done.stderr[-2000:]}")
    return float(rate[1])


def _check(hall: Hall, browsers: list[Browser]) -> str:
    """Raises `RuntimeError` when a payment is missing or doubled; names the invariants that do not hold."""
    receipts = [receipt for browser in browsers for receipt in browser.receipts]
    booked = payments_of(hall.logins)
    if not len(receipts) == len(set(receipts)) == booked:
        raise RuntimeError(
            f"{len(receipts)} payments acknowledged, {len(set(receipts))} receipts, {booked} booked"
        )
    broken = [outcome.id for outcome in verification.verify() if not outcome.holds]
    return f"broken: {', '.join(broken)}" if broken else "everything holds"


@contextmanager
def web_server(url: str) -> Iterator[tuple[str, int]]:
    """The web server of `heatdesk serve` on a free port of this machine, on this database; gives where it listens."""
    settings = replace(Settings.from_environment(), host="127.0.0.1", port=_free_port())
    environment = {
        **os.environ,
        "HEATDESK_DATABASE_URL": url,
        "HEATDESK_HOST": settings.host,
        "HEATDESK_PORT": str(settings.port),
        "HEATDESK_PUBLIC_URL": f"http://{settings.host}:{settings.port}",
    }
    server = subprocess.Popen(settings.web_command(), env=environment, start_new_session=True)
    try:
        _await(server, f"http://{settings.host}:{settings.port}/login")
        yield settings.host, settings.port
    finally:
        server.terminate()
        server.wait()


def _await(server: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = monotonic() + _PATIENCE
    while monotonic() < deadline and server.poll() is None:
        with suppress(OSError), urlopen(address, timeout=_PATIENCE):  # noqa: S310 (our own address)
            return
        sleep(0.1)
    raise RuntimeError("the web server did not start; its last lines above say why")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
