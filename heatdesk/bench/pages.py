"""How long every page takes in a city of a million flats, for those who see all of it and for one branch.

The pages come from the web server of `heatdesk serve` with one process, one after the other, so a figure is a page
that nobody else slows. Processor time is that of the web server and of the database sessions together.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

_LISTS = (
    *("", "?sort=-card_no", "?sort=name", "?sort=-name", "?sort=address", "?sort=-address", "?sort=area_m2"),
    *("?sort=-area_m2", "?sort=owed", "?sort=-owed", "?owing=yes", "?owing=no", "?owing=yes&sort=-owed", "?page=200"),
    *("?state=closed", "?state=locked", "?state=any&owing=yes", "?use_class=non_residential", "?supply=suspended"),
    *("?supply=cut", "?mode=metered", "?q=王", "?q=花园", "?q=王伟&owing=yes", "?use_class=non_residential&owing=yes"),
    *("?place=offices-{office}", "?place=communities-{community}", "?place=buildings-{building}", "?place=sources-1"),
    *("?place=branches-{branch}&owing=yes&sort=-owed", "?place=communities-{community}&sort=-owed", "?where=花园"),
)
_NOUNS = ("branches", "offices", "sources", "stations", "districts", "communities", "buildings", "premises")
_ALL = (
    *("/", "/jobs", "/password", "/search?q=王", "/search?q=花园 12"),
    *(f"/billing/accounts{words}" for words in _LISTS),
    *("/people/customers", "/people/customers?sort=name", "/people/customers?sort=-name", "/people/customers?q=王"),
    *("/people/customers?kind=organisation", "/people/customers?q=花园", "/people/customers/{account}"),
    *("/network", *(f"/network/{noun}" for noun in _NOUNS), "/network/premises?q=号楼 2单元", "/network/buildings?q=1"),
    *(f"/network/{noun}/rows?ids={{{noun}}}" for noun in _NOUNS),
    *("/network/branches/{branch}", "/network/branches/{branch}/figures", "/network/offices/{office}"),
    *("/network/offices/{office}/figures", "/network/sources/1", "/network/sources/1/figures", "/network/stations/1"),
    *("/network/stations/1/figures", "/network/districts/1", "/network/districts/1/figures"),
    *("/network/communities/{community}", "/network/communities/{community}/figures"),
    *("/network/buildings/{building}", "/network/premises/{account}", "/network/suggest?where=花园"),
    *("/network/buildings/suggest?where=花园 1", "/network/premises/suggest?where=花园"),
    *("/households/{account}", "/households/{account}/terms", "/households/{account}/changes"),
)
_MONEY = (
    *("/billing/payments", "/billing/payments?day=2026-10-20&page=20", "/billing/payments?number={receipt}"),
    *("/billing/payments?card_no={card}", "/billing/payments?method=cash", "/billing/payments/{payment}"),
    *("/households/{account}/ledger", "/households/{account}/papers", "/billing/tills", "/billing/tills/{shift}"),
    *("/billing/seasons", "/billing/seasons/{season}", "/billing/seasons/{season}/runs/{run}", "/billing/tariffs"),
    *("/billing/seasons/{season}/runs/{run}/exceptions", "/billing/tariffs/1", "/requests", "/requests/all"),
)
_BOOKS = (
    *("/billing/days", "/billing/days/{branch}/2026-10-20", "/billing/days/{branch}/2026-10-20/entries"),
    *("/billing/days/{branch}/2026-10-20/entries?page=200", "/billing/days/{branch}/2026-10-20/entries?account=1001"),
    *("/approvals", "/approvals/rules", "/approvals/delegations", "/requests/new"),
)
_TRAIL = (
    *("/audit", "/audit?who=till3-1", "/audit?table=premises&verb=update", "/audit?table=tariff", "/audit?page=200"),
    *("/audit?table=premises&subject={account}", "/audit?first=2026-11-01&last=2026-11-02", "/audit?verb=delete"),
)
_NUMBERS = ("/billing/number-books", "/billing/number-books/{book}", "/billing/days/{branch}/2026-10-20/close")
PAGES: dict[str, tuple[str, ...]] = {
    "manager": (*_ALL, *_MONEY, *_BOOKS),
    "auditor": (*_TRAIL, *_NUMBERS),
    "administrator": ("/auth/staff", "/auth/staff/new"),
    "clerk": (
        *(*_ALL, *_MONEY, *_BOOKS, "/billing/accounts/customers?customer=王", "/billing/imports"),
        *("/billing/accounts/{account}/edit", "/billing/accounts/{account}/close", "/billing/accounts/{account}/lock"),
        *("/billing/accounts/{account}/terms/new", "/people/customers/{account}/edit", "/people/customers/new"),
        *("/network/buildings/{building}/edit", "/network/communities/{community}/edit", "/network/buildings/new"),
        "/network/premises/{account}/edit",
    ),
    "supervisor": (*_TRAIL, *_NUMBERS),
    "cashier": (
        *("/billing/counter", "/billing/counter/{account}", "/billing/counter/search?q=王"),
        *("/billing/counter/search?q={card}", "/billing/tills", "/billing/tills/open"),
    ),
}
"""Who looks at what. Files to keep (exports, papers) are no pages."""

_PLACES = """
    select json_build_object(
        'account', account.id, 'card', account.card_no, 'building', building.id, 'community', building.community_id,
        'office', building.office_id, 'branch', account.branch_id, 'payment', payment.id, 'receipt', receipt.written,
        'shift', payment.till_shift_id, 'book', receipt.number_book_id, 'season', season_run.season_id,
        'run', season_run.id,
        'branches', (select string_agg(id::text, ',') from branch),
        'offices', (select string_agg(id::text, ',') from office),
        'sources', '1', 'stations', '1', 'districts', '1',
        'communities', (select string_agg(id::text, ',') from (select id from community order by id desc limit 50) newest),
        'buildings', (select string_agg(id::text, ',') from (select id from building order by id desc limit 50) newest),
        'premises', (select string_agg(id::text, ',') from (select id from premises order by id desc limit 50) newest))
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
