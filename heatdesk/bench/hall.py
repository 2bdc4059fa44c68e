"""A hall of eight counters for the payments bench: a billed city, cashiers with tills and books, and their browsers."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from time import perf_counter
from urllib.parse import urlencode

from sqlalchemy import func, select, text

from heatdesk.auth import services as auth
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.bench.season_data import DATA
from heatdesk.billing.models import Account, Bill, NumberBook, Payment, TillShift
from heatdesk.billing.rules.workflow import NumberKind
from heatdesk.billing.services import season_runs
from heatdesk.db import db, transaction

CASHIERS = 8
BRANCHES = 4
"""Of the city that `season_data` makes; its accounts change the branch every `BLOCK` rows."""
BLOCK = 60
BARE_BLOCKS = 8
"""Blocks of each branch that only the bare SQL pays for, an even number."""

PASSWORD = "somebody of the bench"  # noqa: S105 (opens nothing but a database that lives for minutes)
_DAY = date(2026, 10, 20)
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_TICKED = re.compile(r'<input type="checkbox" name="season" value="(\d+)" form="pay" checked')


@dataclass(frozen=True, slots=True)
class Hall:
    """Who sits at the counters; the bare SQL has as many cashiers of its own, numbered in a row."""

    logins: list[str]
    stock: list[list[int]]
    """Account ids by cashier, each with one bill to pay."""
    first_staff: int
    first_shift: int
    first_book: int
    first_block: int
    last_block: int


def furnish(stock: int) -> Hall:
    """Make and bill a city in which every cashier has `stock` accounts to collect from; run as the owner."""
    first_block = -(-stock * CASHIERS // BRANCHES // BLOCK)
    first_block += first_block % 2
    flats = (first_block + BARE_BLOCKS) * BRANCHES * BLOCK
    with transaction():
        for statement in DATA:
            db.session.execute(text(statement), {"flats": flats})
    _bill()
    with transaction():
        people = _cashiers()
        db.session.execute(text("analyze"))
    at_counter, bare = people[:CASHIERS], people[CASHIERS:]
    return Hall(
        logins=[staff.login for staff, _, _ in at_counter],
        stock=[_stock(place, first_block, stock) for place in range(CASHIERS)],
        first_staff=bare[0][0].id,
        first_shift=bare[0][1].id,
        first_book=bare[0][2].id,
        first_block=first_block,
        last_block=first_block + BARE_BLOCKS,
    )


def _bill() -> None:
    """The season run itself, so that bills carry what real ones do."""
    starter, releaser = db.session.scalars(select(Staff.id).order_by(Staff.id)).all()
    season_id: int = db.session.execute(text("select id from season")).scalar_one()
    with transaction(starter):
        run_id = season_runs.start(season_id, by=starter).id
    season_runs.carry_out(run_id, lambda _done, _total: None)
    with transaction(releaser):
        season_runs.release(run_id, by=releaser)
    season_runs.carry_out(run_id, lambda _done, _total: None)


def _cashiers() -> list[tuple[Staff, TillShift, NumberBook]]:
    """Eight for the counters and eight for the bare SQL, two of each in every branch."""
    password = auth.hash_password(PASSWORD)
    people = []
    with transaction():
        for number in range(2 * CASHIERS):
            branch_id = 1 + number % BRANCHES
            staff = Staff(
                login=f"cashier{number}",
                name=f"收费员{number}",
                password_hash=password,
                role=Role.CASHIER,
                branch_id=branch_id,
            )
            db.session.add(staff)
            db.session.flush()
            shift = TillShift(
                branch_id=branch_id,
                business_date=_DAY,
                staff_id=staff.id,
                till_name=f"{number}号窗口",
                float_amount=Decimal(0),
            )
            first = 1 + number * 1_000_000
            book = NumberBook(
                branch_id=branch_id,
                kind=NumberKind.RECEIPT,
                first_number=first,
                last_number=first + 999_999,
                next_number=first,
                digits=8,
                staff_id=staff.id,
            )
            db.session.add_all([shift, book])
            db.session.flush()
            people.append((staff, shift, book))
    return people


def _stock(place: int, first_block: int, size: int) -> list[int]:
    """Half of the branch's accounts below the bare SQL's blocks: two cashiers of a branch never share a household."""
    half, branch = divmod(place, BRANCHES)
    query = (
        select(Account.id)
        .join(Bill, Bill.account_id == Account.id)
        .where(
            Account.branch_id == branch + 1,
            Account.id <= first_block * BRANCHES * BLOCK,
            Account.id % 2 == half,
            Bill.charged - Bill.reduced - Bill.paid > 0,
        )
        .order_by(Account.id)
        .limit(size)
    )
    return list(db.session.scalars(query))


def payments_of(logins: list[str]) -> int:
    """How many payments these cashiers have in the books."""
    query = (
        select(func.count(Payment.id))
        .join(TillShift, TillShift.id == Payment.till_shift_id)
        .join(Staff, Staff.id == TillShift.staff_id)
        .where(Staff.login.in_(logins))
    )
    return db.session.scalar(query) or 0


@dataclass
class Browser:
    """What a cashier's browser does: keeps the cookie, reads the form, posts it, follows the answer."""

    address: tuple[str, int]
    login: str
    receipts: list[str] = field(default_factory=list)
    """Acknowledged, as the answer named them."""
    waited: list[float] = field(default_factory=list)
    """Seconds from sending each payment to its answer."""

    def __post_init__(self) -> None:
        self._connection = HTTPConnection(*self.address, timeout=60)
        self._cookie = ""
        form = dict(_HIDDEN.findall(self.get("/login")))
        answer = self._send("POST", "/login", {**form, "login": self.login, "password": PASSWORD})
        if answer[0] != 302:
            raise RuntimeError(f"{self.login} could not sign in: {answer[0]}")

    def form_of(self, account_id: int) -> dict[str, str | list[str]]:
        """The payment form of an account's page, filled in with the whole sum in cash."""
        page = self.get(f"/billing/counter/{account_id}")
        form: dict[str, str | list[str]] = dict(_HIDDEN.findall(page))
        return {**form, "season": _TICKED.findall(page), "tender-cash": form["shown_due"]}

    def pay(self, account_id: int, form: dict[str, str | list[str]]) -> str:
        """Post the form; gives the address that the answer leads to."""
        start = perf_counter()
        status, location, page = self._send("POST", f"/billing/counter/{account_id}/pay", form)
        self.waited.append(perf_counter() - start)
        if status != 303:
            raise RuntimeError(f"account {account_id} was answered {status}: {page[:2000]}")
        self.receipts.append(location.rpartition("=")[2])
        return location

    def serve_all(self, account_ids: list[int]) -> None:
        """One customer after the other, each from the open page to the next empty counter."""
        for account_id in account_ids:
            self.get(self.pay(account_id, self.form_of(account_id)))

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str) -> str:
        status, _, page = self._send("GET", path)
        if status != 200:
            raise RuntimeError(f"{path} was answered {status}")
        return page

    def _send(
        self, method: str, path: str, form: dict[str, str | list[str]] | None = None
    ) -> tuple[int, str, str]:
        headers = {"Cookie": self._cookie, "Accept-Language": "zh"}
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"http://{self.address[0]}:{self.address[1]}{path}"
            body = urlencode(form, doseq=True)
        try:
            answer = self._ask(method, path, body, headers)
        except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # The server hangs up on a quiet connection; a browser opens another, and a payment sent twice counts once.
            self._connection.close()
            answer = self._ask(method, path, body, headers)
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self._cookie = cookie.partition(";")[0]
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> HTTPResponse:
        self._connection.request(method, path, body, headers)
        return self._connection.getresponse()
