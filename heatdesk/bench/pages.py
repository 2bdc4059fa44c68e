"""How long every page takes in a city of a million flats, for those who see all of it and for one branch.

The pages come from the web server of `heatdesk serve` with one process, one after the other, so a figure is a page
that nobody else slows. Processor time is that of the web server and of the database sessions together.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import quote

import psutil
from sqlalchemy import Engine, create_engine, text

from heatdesk.bench import city
from heatdesk.bench.hall import Browser
from heatdesk.bench.measuring import Figures, Times, application, busy_seconds, own_database, percentile
from heatdesk.bench.payments import web_server

LIMIT = 100
"""Milliseconds that the slowest page may take, p95."""
_SLOWEST = 12

TARGETS = {"slowest page, p95": f"< {LIMIT} ms", "slowest page, p95 of processor time": f"< {LIMIT} ms"}


def _read_pages() -> dict[str, list[str]]:
    """The lines of `pages.txt` by the login that asks for them."""
    found: dict[str, list[str]] = {}
    logins: list[str] = []
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            logins = line.strip("[]").split()
        elif line and not line.startswith("#"):
            for login in logins:
                found.setdefault(login, []).append(line)
    return found


PAGES = _read_pages()
"""Paths by the login of `city.PEOPLE` that asks for them."""

_PLACES = """
    select json_build_object(
        'account', account.id, 'card', account.card_no, 'building', building.id, 'community', building.community_id,
        'office', building.office_id, 'branch', account.branch_id, 'payment', payment.id, 'receipt', receipt.written,
        'shift', payment.till_shift_id, 'book', receipt.number_book_id, 'season', season_run.season_id,
        'run', season_run.id,
        'branches', (select string_agg(id::text, ',') from branch),
        'offices', (select string_agg(id::text, ',') from office),
        'sources', '1', 'stations', '1', 'districts', '1',
        'communities', (select string_agg(id::text, ',') from (select id from community order by id desc limit 50) new),
        'buildings', (select string_agg(id::text, ',') from (select id from building order by id desc limit 50) new),
        'premises', (select string_agg(id::text, ',') from (select id from premises order by id desc limit 50) new))
      from payment join account on account.id = payment.account_id join receipt on receipt.payment_id = payment.id
      join premises on premises.id = account.premises_id join building on building.id = premises.building_id, season_run
     where account.branch_id = (select max(id) from branch) order by payment.id desc limit 1
"""


def run(rows: int = 1_000_000, rounds: int = 5) -> Figures:
    """Build a city of `rows` flats and ask for each page in rounds, after one round that nobody counts."""
    with own_database() as url:
        with application(url, as_owner=True):
            city.build(rows)
        with application(url):
            city.bill()
        with application(url, as_owner=True):
            city.work_a_year(max(2 * 10, rows // 50))
        return measure(url, rounds)


def measure(url: str, rounds: int) -> Figures:
    """The figures of a city that stands."""
    engine = create_engine(url)
    with engine.connect() as connection:
        places: dict[str, object] = connection.execute(text(_PLACES)).scalar_one()
    found: dict[str, list[Times]] = {}
    with _one_process(), web_server(url) as address:
        browsers = {login: Browser(address, login) for login in PAGES}
        busy = _meter(engine)
        for counted in [False] + [True] * rounds:
            for login, pages in PAGES.items():
                for page in pages:
                    taken = _time(browsers[login], page.format_map(places), busy)
                    if counted:
                        found.setdefault(f"{login} {page}", []).append(taken)
        for browser in browsers.values():
            browser.close()
    engine.dispose()
    return _told(found)


def _told(found: dict[str, list[Times]]) -> Figures:
    passed = {page: percentile([one.passed * 1000 for one in times], 95) for page, times in found.items()}
    busy = {page: percentile([one.busy * 1000 for one in times], 95) for page, times in found.items()}
    slowest = sorted(busy, key=lambda page: -busy[page])[:_SLOWEST]
    return {
        "pages": f"{len(found)}",
        "median page, p95": f"{median(passed.values()):.0f} ms, processor {median(busy.values()):.0f} ms",
        **{page: f"{passed[page]:.0f} ms, processor {busy[page]:.0f} ms" for page in slowest},
        f"pages over {LIMIT} ms of processor time": f"{sum(one >= LIMIT for one in busy.values())}",
        "slowest page, p95": f"{max(passed.values()):.0f} ms",
        "slowest page, p95 of processor time": f"{max(busy.values()):.0f} ms",
    }


def _time(browser: Browser, path: str, busy: Callable[[], float]) -> Times:
    before, start = busy(), perf_counter()
    browser.get(quote(path, safe="/?&=,-"))
    passed = perf_counter() - start
    return Times(passed, busy() - before)


def _meter(engine: Engine) -> Callable[[], float]:
    """Processor seconds so far of the web server and of its database sessions."""
    children = [child.pid for child in psutil.Process().children(recursive=True)]
    query = text(
        "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    )

    def busy() -> float:
        with engine.connect() as connection:
            sessions = connection.scalars(query).all()
        return sum(busy_seconds(pid) for pid in (*children, *sessions))

    return busy


@contextmanager
def _one_process() -> Iterator[None]:
    """The web server starts with one process, so that it is known whose time a page takes."""
    before = os.environ.get("HEATDESK_WEB_PROCESSES")
    os.environ["HEATDESK_WEB_PROCESSES"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["HEATDESK_WEB_PROCESSES"]
        else:
            os.environ["HEATDESK_WEB_PROCESSES"] = before
