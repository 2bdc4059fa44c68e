"""Closing under paying clients (F9) and closing killed in the middle (F3): right totals, open or closed, never half."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.event import listen, remove
from sqlalchemy.exc import DBAPIError

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import NoOpenTill, TillsStillOpen
from heatdesk.billing.models import BusinessDay, TillShift
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.services import business_days, day_seals, ledger, takings, tills
from heatdesk.billing.services.verification import verify
from heatdesk.db import db, transaction
from tests import factories
from tests.billing.drawers import close_drawer, make_hall, open_drawer

PATIENCE = 30
CASHIERS = 4


@pytest.fixture
def hall(own_app):
    return make_hall()


@pytest.fixture
def owner(own_app):
    """The server's own user: sees who waits, kills, and reaches past every guard."""
    engine = create_engine(db.engine.url, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


class Client:
    """Somebody at another screen; what went wrong there is raised by `done()`."""

    def __init__(self, app: Any, work: Callable[[], Any]) -> None:
        self.app, self.work = app, work
        screen = ThreadPoolExecutor(max_workers=1)
        self._future = screen.submit(self._run)
        screen.shutdown(wait=False)

    def _run(self) -> Any:
        with self.app.app_context():
            try:
                return self.work()
            finally:
                db.session.remove()

    def is_waiting(self) -> bool:
        return not self._future.done()

    def done(self) -> Any:
        return self._future.result(PATIENCE)


def until_somebody_waits(owner) -> None:
    """Returns once a session waits for a lock: asked again and again, without a clock."""
    with owner.connect() as connection:
        for _ in range(20_000):
            waiting = connection.execute(
                text(
                    "select count(*) from pg_stat_activity"
                    " where datname = current_database() and wait_event_type = 'Lock'"
                )
            ).scalar_one()
            if waiting:
                return
    raise AssertionError("nobody ever waited")


def the_day(hall) -> BusinessDay:
    db.session.rollback()
    return db.session.get(BusinessDay, (hall.branch_id, factories.TODAY), populate_existing=True)


class Frozen:
    """The ids of a hall, so that threads with sessions of their own can use it."""

    def __init__(self, hall) -> None:
        self.hall = hall
        self.branch_id, self.cashier_id = hall.branch.id, hall.cashier.id
        self.supervisor_id, self.shift_id = hall.supervisor.id, hall.shift.id
        self.account_id, self.season_id = hall.account.id, hall.season.id


def staff(staff_id: int) -> Staff:
    return db.session.get(Staff, staff_id)


def close_the_till(shift_id: int, by: int, counted: str | None = None) -> None:
    """Count exactly what the books say once the till is locked, or `counted`."""
    with transaction():
        shift = tills.get_locked(shift_id)
        tills.refuse_closed(shift)
        cash = counted or str(takings.cash_in_till(shift))
        close_drawer(shift, staff(by), cash, reason="数错")


def close_the_day(branch_id: int, by: int) -> None:
    with transaction():
        business_days.close_day(branch_id, factories.TODAY, by=staff(by))


def assert_sealed(hall) -> None:
    day = the_day(hall)
    assert day.state == "closed"
    assert business_days.day_totals.compute(day.branch_id, day.day) == day.totals
    assert day_seals.recompute_seal(day.branch_id, day.day) == day.seal


def assert_books_hold() -> None:
    assert [(one.id, one.cases) for one in verify() if not one.holds] == []


# --- under paying clients --------------------------------------------------------------------------------------------


def test_closing_a_till_waits_for_the_payment_under_way_and_counts_it(own_app, hall, owner):
    ids = Frozen(hall)
    booked, may_commit = threading.Barrier(2), threading.Event()

    def pay():
        with transaction():
            fresh = reload(ids)
            fresh.pay(cash="123.00")
            booked.wait(PATIENCE)
            assert may_commit.wait(PATIENCE)

    payer = Client(own_app, pay)
    booked.wait(PATIENCE)
    closer = Client(own_app, lambda: close_the_till(ids.shift_id, ids.cashier_id))
    until_somebody_waits(owner)
    assert closer.is_waiting()
    may_commit.set()
    payer.done()
    closer.done()
    db.session.rollback()
    shift = db.session.get(TillShift, ids.shift_id, populate_existing=True)
    assert (shift.expected_cash, shift.over_short) == (Decimal("323.00"), 0)
    assert_books_hold()


def test_a_payment_that_waits_for_a_closing_till_is_refused(own_app, hall, owner):
    ids = Frozen(hall)
    locked, may_commit = threading.Barrier(2), threading.Event()

    def close():
        with transaction():
            shift = tills.get_locked(ids.shift_id)
            close_drawer(shift, staff(ids.cashier_id), "200.00")
            locked.wait(PATIENCE)
            assert may_commit.wait(PATIENCE)

    def pay():
        with transaction():
            reload(ids).pay(cash="1.00")

    closer = Client(own_app, close)
    locked.wait(PATIENCE)
    payer = Client(own_app, pay)
    until_somebody_waits(owner)
    may_commit.set()
    closer.done()
    with pytest.raises(NoOpenTill):
        payer.done()
    assert_books_hold()


def test_closing_a_day_waits_for_the_booking_under_way_and_counts_it(own_app, hall, owner):
    ids = Frozen(hall)
    close_the_till(ids.shift_id, ids.cashier_id)
    booked, may_commit = threading.Barrier(2), threading.Event()

    def book():
        with transaction():
            ledger.post(
                JournalKind.OPENING,
                [ledger.movement(LedgerCode.BANK, LedgerCode.MIGRATION, Decimal("777.00"))],
                branch_id=ids.branch_id,
                by=ids.supervisor_id,
            )
            booked.wait(PATIENCE)
            assert may_commit.wait(PATIENCE)

    booker = Client(own_app, book)
    booked.wait(PATIENCE)
    closer = Client(own_app, lambda: close_the_day(ids.branch_id, ids.supervisor_id))
    until_somebody_waits(owner)
    may_commit.set()
    booker.done()
    closer.done()
    assert_sealed(ids)
    accounts = {row["code"]: row for row in the_day(ids).totals["accounts"]}
    assert accounts["3999"]["credit"] == "5777.00"


def test_a_day_closed_under_paying_clients_is_right(own_app, hall):
    """Everybody starts at once: cashiers pay until they close, the supervisor closes the day as soon as it goes."""
    ids = Frozen(hall)
    windows = [(ids.cashier_id, ids.shift_id, ids.account_id)]
    for number in range(1, CASHIERS):
        cashier = factories.make_staff(Role.CASHIER, hall.branch)
        windows.append((cashier.id, open_drawer(cashier, f"{number}号").id, hall.owing().id))
    db.session.commit()
    together = threading.Barrier(CASHIERS + 1)

    def serve(cashier_id: int, shift_id: int, account_id: int) -> int:
        together.wait(PATIENCE)
        for number in range(8):
            with transaction():
                fresh = reload(ids)
                account = db.session.get(type(fresh.account), account_id)
                tender = {"cash" if number % 2 else "wechat": f"{number + 1}.00"}
                receipt = fresh.pay(by=staff(cashier_id), account=account, **tender)
            if number == 3:
                with transaction():
                    reload(ids).void(receipt, by=staff(cashier_id))
        close_the_till(shift_id, cashier_id)
        return 8

    def close() -> int:
        together.wait(PATIENCE)
        for refused in range(100_000):
            try:
                close_the_day(ids.branch_id, ids.supervisor_id)
            except TillsStillOpen:
                continue
            return refused
        raise AssertionError("the day never closed")

    clients = [Client(own_app, lambda window=window: serve(*window)) for window in windows]
    closer = Client(own_app, close)
    paid = sum(client.done() for client in clients)
    assert closer.done() > 0
    assert_sealed(ids)
    totals = the_day(ids).totals
    assert sum(row["payments"] for row in totals["cashiers"]) == paid
    assert sum(Decimal(row["taken"]) for row in totals["cashiers"]) == CASHIERS * Decimal("36.00")
    assert sum(Decimal(row["voided"]) for row in totals["cashiers"]) == CASHIERS * Decimal("4.00")
    assert {row["over_short"] for row in totals["tills"]} == {"0.00"}
    assert_books_hold()


def reload(ids: Frozen):
    """The hall in this thread's own session."""
    hall = ids.hall
    return type(hall)(
        branch=db.session.get(type(hall.branch), ids.branch_id),
        supervisor=staff(ids.supervisor_id),
        cashier=staff(ids.cashier_id),
        season=db.session.get(type(hall.season), ids.season_id),
        account=db.session.get(type(hall.account), ids.account_id),
        shift=db.session.get(type(hall.shift), ids.shift_id),
    )


# --- killed in the middle --------------------------------------------------------------------------------------------


@contextmanager
def killed_before(statement: int, owner) -> Iterator[list[int]]:
    """Kills the backend of this session before its statement number `statement`, or before its commit when it has
    fewer; yields a list that holds the number once it happened.
    """
    killed: list[int] = []
    seen = 0

    def kill(pid: int) -> None:
        killed.append(seen)
        with owner.connect() as connection:
            assert connection.execute(
                text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid}
            ).scalar_one()

    def before(conn, _cursor, _statement, _parameters, _context, _many):
        nonlocal seen
        seen += 1
        if seen == statement:
            kill(conn.connection.driver_connection.info.backend_pid)

    def at_commit(conn):
        if not killed and seen < statement:
            kill(conn.connection.driver_connection.info.backend_pid)

    engine = db.engine
    listen(engine, "before_cursor_execute", before)
    listen(engine, "commit", at_commit)
    try:
        yield killed
    finally:
        remove(engine, "before_cursor_execute", before)
        remove(engine, "commit", at_commit)
        db.session.remove()


def kill_everywhere(work: Callable[[], None], untouched: Callable[[], None], owner) -> int:
    """Do `work` with its backend killed before each of its statements and before its commit; how many kills."""
    for statement in range(1, 200):
        with killed_before(statement, owner) as killed, pytest.raises(DBAPIError):
            work()
        assert killed
        untouched()
        if killed[0] < statement:
            return statement
    raise AssertionError("the work has no end")


def test_a_day_close_killed_anywhere_leaves_the_day_open(hall, owner):
    ids = Frozen(hall)
    hall.pay(cash="5.00")
    db.session.commit()
    close_the_till(ids.shift_id, ids.cashier_id)

    def untouched():
        day = the_day(ids)
        assert (day.state, day.totals, day.seal, day.closed_by) == ("open", None, None, None)

    kills = kill_everywhere(lambda: close_the_day(ids.branch_id, ids.supervisor_id), untouched, owner)
    assert kills > 10
    close_the_day(ids.branch_id, ids.supervisor_id)
    assert_sealed(ids)


def test_a_till_close_killed_anywhere_leaves_the_till_open(hall, owner):
    ids = Frozen(hall)
    hall.pay(cash="5.00")
    db.session.commit()

    def untouched():
        db.session.rollback()
        shift = db.session.get(TillShift, ids.shift_id, populate_existing=True)
        assert (shift.state, shift.counted, takings.cash_in_till(shift)) == ("open", None, Decimal("205.00"))

    kills = kill_everywhere(lambda: close_the_till(ids.shift_id, ids.cashier_id, "199.00"), untouched, owner)
    assert kills > 8
    close_the_till(ids.shift_id, ids.cashier_id, "199.00")
    shift = db.session.get(TillShift, ids.shift_id, populate_existing=True)
    assert (shift.over_short, takings.cash_in_till(shift)) == (Decimal("-6.00"), 0)
    assert_books_hold()


def test_a_close_that_fails_by_itself_changes_nothing(hall, monkeypatch):
    ids = Frozen(hall)
    close_the_till(ids.shift_id, ids.cashier_id)

    def fail(*_arguments):
        raise RuntimeError("planted")

    monkeypatch.setattr(day_seals, "seal_of", fail)
    with pytest.raises(RuntimeError, match="planted"):
        close_the_day(ids.branch_id, ids.supervisor_id)
    assert the_day(ids).state == "open"


# --- the seal --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "update entry set amount = amount + 0.01 where id = (select max(id) from entry)",
        "update entry set debit = '1012' where debit = '1001' and amount = 5",
        "update entry set account_id = account_id + 1 where amount = 5",
        "update entry set item = 'heat' where item is null",
        "delete from entry where id = (select min(id) from entry)",
        "insert into entry (journal_id, debit, credit, amount) select max(id), '1001', '1002', 1 from journal",
        "update journal set memo = 'x' where id = (select max(id) from journal)",
        "update journal set actor_id = actor_id + 1 where id = (select min(id) from journal)",
        "update journal set recorded_at = recorded_at - interval '1 microsecond'",
        "update journal set till_shift_id = null where kind = 'payment'",
        "update business_day set totals = jsonb_set(totals, '{cashiers,0,taken}', '\"4.00\"') where day = '2026-11-21'",
        "update business_day set seal = repeat('f', 64) where day = '2026-11-20'",
    ],
)
def test_the_seal_tells_when_somebody_reached_past_the_guards(own_app, owner, statement):
    branch = factories.make_branch()
    factories.open_day(branch, factories.TODAY.replace(day=20))
    supervisor = factories.make_staff(Role.SUPERVISOR, branch)
    business_days.close_day(branch.id, factories.TODAY.replace(day=20), by=supervisor)
    ids = Frozen(hall := make_hall(branch))
    hall.pay(cash="5.00")
    db.session.commit()
    close_the_till(ids.shift_id, ids.cashier_id)
    close_the_day(ids.branch_id, ids.supervisor_id)
    assert_sealed(ids)
    with owner.connect() as connection:
        connection.execute(text("set session_replication_role = replica"))
        assert connection.execute(text(statement)).rowcount
    day = the_day(ids)
    assert day_seals.recompute_seal(day.branch_id, day.day) != day.seal
