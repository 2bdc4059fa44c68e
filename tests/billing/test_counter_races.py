"""Money under haste, on a database of its own with real commits: whatever is pressed at once, it is booked once."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import TillMoved
from heatdesk.billing.models import (
    Journal,
    NumberBook,
    Payment,
    PaymentVoid,
    Prepayment,
    Receipt,
    TillShift,
)
from heatdesk.billing.rules.workflow import NumberKind, ShiftState
from heatdesk.billing.services import standings
from heatdesk.db import db
from tests import factories
from tests.billing.drawers import close_drawer
from tests.conftest import Person

ROUNDS = 20
BECAUSE = {"reason": "wrong_amount"}


@pytest.fixture
def counter(own_app):
    """A branch with an open day, two cashiers with tills, a supervisor, and twenty households that owe 100.04 each."""
    branch = factories.make_branch(cash_rounding="jiao")
    factories.open_day(branch)
    season = factories.make_season()
    people = [Person(own_app, factories.make_staff(Role.CASHIER, branch)) for _ in range(2)]
    people.append(Person(own_app, factories.make_staff(Role.SUPERVISOR, branch)))
    for person in people[:2]:
        factories.open_till(person.staff, branch)
    building = factories.make_building(branch)
    accounts = [factories.make_account(branch, building=building) for _ in range(ROUNDS)]
    for account in accounts:
        factories.owe(account, season, "100.04", people[0].staff)
    db.session.commit()
    return Race(own_app, people, [account.id for account in accounts], season.id)


class Race:
    """Runs deeds at once and looks at what the books say afterwards."""

    def __init__(self, app: Any, people: list[Person], accounts: list[int], season: int) -> None:
        self.app, self.accounts, self.season = app, accounts, season
        self.ann, self.bob, self.supervisor = people

    def form(self, account_id: int, **typed: str) -> dict[str, str]:
        standing = standings.of_account(account_id)
        marks = {
            "season": str(self.season),
            "shown_due": str(standing.owed),
            "seen": standings.token(account_id, standing),
            "request_id": str(uuid.uuid4()),
        }
        db.session.rollback()
        return marks | {
            f"tender-{name}" if name not in {"part", "surplus"} else name: value
            for name, value in typed.items()
        }

    def at_once(self, *deeds: Callable[[], Any]) -> list[Any]:
        """The answers of all deeds, started together."""
        barrier = threading.Barrier(len(deeds))
        answers: list[Any] = [None] * len(deeds)

        def run(place: int, deed: Callable[[], Any]) -> None:
            barrier.wait(timeout=30)
            answers[place] = deed()

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        return answers

    def pay(self, person: Person, account_id: int, form: dict[str, str]) -> Callable[[], Any]:
        """A deed with a browser of its own, as two tabs have."""
        return self._post(person, f"/billing/counter/{account_id}/pay", form)

    def void(self, person: Person, payment_id: int) -> Callable[[], Any]:
        form = BECAUSE | {"request_id": str(uuid.uuid4())}
        return self._post(person, f"/billing/payments/{payment_id}/void", form)

    def _post(self, person: Person, path: str, form: dict[str, str]) -> Callable[[], Any]:
        client = self.app.test_client()
        client.set_cookie("heatdesk", person.client.get_cookie("heatdesk").value)
        return lambda: client.post(path, data=form)

    def check_books(self) -> None:
        """No gap, no double, no bill overpaid, every payment balanced."""
        db.session.rollback()
        for book in db.session.scalars(select(NumberBook).where(NumberBook.kind == NumberKind.RECEIPT)):
            used = db.session.scalars(select(Receipt.number).where(Receipt.number_book_id == book.id)).all()
            assert sorted(used) == list(range(book.first_number, book.next_number))
        unbalanced = db.session.execute(
            text(
                "select payment.id from payment where amount + rounding <> "
                "(select coalesce(sum(amount), 0) from tender where payment_id = payment.id)"
            )
        ).all()
        assert unbalanced == []


def statuses(answers):
    return Counter(answer.status_code for answer in answers)


def test_two_cashiers_on_one_bill(counter):
    for account_id in counter.accounts:
        forms = [counter.form(account_id, cash="100.10"), counter.form(account_id, wechat="100.04")]
        answers = counter.at_once(
            counter.pay(counter.ann, account_id, forms[0]), counter.pay(counter.bob, account_id, forms[1])
        )
        assert statuses(answers) == {303: 1, 409: 1}
        refused = next(answer for answer in answers if answer.status_code == 409).get_data(as_text=True)
        assert "¥0.00 is owed now" in refused or "现在" in refused
    assert db.session.scalar(select(func.count()).select_from(Payment)) == ROUNDS
    counter.check_books()


def test_a_double_click_pays_once(counter):
    for account_id in counter.accounts:
        form = counter.form(account_id, cash="100.10")
        answers = counter.at_once(*(counter.pay(counter.ann, account_id, form) for _ in range(2)))
        assert statuses(answers) == {303: 2}
        assert len({answer.headers["Location"] for answer in answers}) == 1
    assert db.session.scalar(select(func.count()).select_from(Payment)) == ROUNDS
    counter.check_books()


def test_one_cashier_in_two_tabs(counter):
    """Two forms with ids of their own, both for part of the bill: the second page is stale and says so."""
    for account_id in counter.accounts:
        forms = [counter.form(account_id, cash="30.00", part="1") for _ in range(2)]
        answers = counter.at_once(*(counter.pay(counter.ann, account_id, form) for form in forms))
        assert statuses(answers) == {303: 1, 409: 1}
    counter.check_books()


def test_many_households_at_once_take_numbers_without_gaps(counter):
    deeds = [
        counter.pay(counter.ann, account_id, counter.form(account_id, cash="100.10"))
        for account_id in counter.accounts[:8]
    ]
    assert statuses(counter.at_once(*deeds)) == {303: 8}
    counter.check_books()


def paid(counter, account_id, **typed):
    form = counter.form(account_id, **(typed or {"cash": "100.10"}))
    assert counter.pay(counter.ann, account_id, form)().status_code == 303
    payment_id = db.session.scalar(select(func.max(Payment.id)).where(Payment.account_id == account_id))
    db.session.rollback()
    return payment_id


def test_two_voids_at_once(counter):
    for account_id in counter.accounts:
        payment_id = paid(counter, account_id)
        answers = counter.at_once(
            counter.void(counter.ann, payment_id), counter.void(counter.supervisor, payment_id)
        )
        assert statuses(answers) == {303: 1, 409: 1}
    assert db.session.scalar(select(func.count()).select_from(PaymentVoid)) == ROUNDS
    assert (
        db.session.scalar(select(func.count()).select_from(Journal).where(Journal.reverses.is_not(None)))
        == ROUNDS
    )
    counter.check_books()


def test_void_against_a_second_payment(counter):
    """Bob pays the rest of a bill while Ann takes back the first part: his page is right or stale, never both booked wrong."""
    for account_id in counter.accounts:
        payment_id = paid(counter, account_id, cash="40.00", part="1")
        form = counter.form(account_id, wechat="60.04")
        answers = counter.at_once(
            counter.void(counter.ann, payment_id), counter.pay(counter.bob, account_id, form)
        )
        assert answers[0].status_code == 303
        assert answers[1].status_code in {303, 409}
        owed = standings.of_account(account_id).owed
        assert str(owed) == ("40.00" if answers[1].status_code == 303 else "100.04")
        db.session.rollback()
    counter.check_books()


def test_void_against_the_use_of_its_prepayment(counter):
    for account_id in counter.accounts:
        payment_id = paid(counter, account_id, wechat="100.00", surplus="prepayment", part="1")
        top_up = paid(counter, account_id, wechat="5.04", surplus="prepayment")
        assert db.session.get_one(Prepayment, account_id).balance == 5
        db.session.rollback()
        counter.void(counter.ann, payment_id)()
        form = counter.form(account_id, prepayment="5.00", part="1")
        answers = counter.at_once(
            counter.void(counter.ann, top_up), counter.pay(counter.bob, account_id, form)
        )
        assert statuses(answers) == {303: 1, 409: 1}
        assert db.session.get_one(Prepayment, account_id).balance == 0
        db.session.rollback()
    counter.check_books()


def test_a_till_is_counted_while_a_payment_is_under_way(counter):
    """The payment is in the count, or the count is made anew, or the payment is refused: the drawer never differs."""
    account_id = counter.accounts[0]
    form = counter.form(account_id, cash="100.10")
    shift_id = db.session.scalars(select(TillShift.id).where(TillShift.staff_id == counter.ann.id)).one()
    staff_id = counter.ann.id
    db.session.rollback()

    def close() -> str:
        with counter.app.app_context():
            try:
                close_drawer(
                    db.session.get_one(TillShift, shift_id),
                    db.session.get_one(Staff, staff_id),
                    "0",
                    "counted",
                )
                db.session.commit()
            except TillMoved:
                db.session.rollback()
                return "moved"
            finally:
                db.session.remove()
            return "closed"

    closed, answer = counter.at_once(close, counter.pay(counter.ann, account_id, form))
    taken = db.session.scalar(select(func.count()).select_from(Payment))
    assert (answer.status_code, taken) in {(303, 1), (409, 0)}
    assert closed in {"closed", "moved"}
    counted = db.session.get_one(TillShift, shift_id)
    if counted.state is ShiftState.CLOSED:
        assert str(counted.expected_cash) == ("100.00" if taken else "0.00")
