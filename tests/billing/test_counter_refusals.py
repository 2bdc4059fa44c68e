"""The counter says no: the wrong person, the wrong state, the second press, the stale page."""

import uuid

import pytest
from sqlalchemy import select

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import (
    NumberBook,
    Payment,
    Receipt,
)
from heatdesk.db import db
from heatdesk.network.models import Branch
from tests import factories
from tests.billing.conftest import fault_of, payments_taken
from tests.conftest import Person, text_of

# --- who, where ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CASHIER])
def test_only_cashiers_take_money(app, window, branch, role):
    person = Person(app, factories.make_staff(role, branch))
    assert person.get("/billing/counter").status_code == 403
    assert person.get(window.page).status_code == 403
    assert person.get(f"{window.page}/phone").status_code == 403
    assert window.pay(who=person, cash="3400").status_code == 403
    assert payments_taken() == 0


def test_another_branch_does_not_exist(window, stranger):
    home = db.session.get_one(Branch, stranger.staff.branch_id)
    factories.open_day(home)
    factories.open_till(stranger.staff, home)
    db.session.commit()
    assert stranger.get(window.page).status_code == 404
    assert stranger.get(f"{window.page}/phone").status_code == 404
    assert window.pay(who=stranger, cash="3400").status_code == 404
    assert payments_taken() == 0


# --- states that stand against it ------------------------------------------------------------------------------------


def test_no_till_no_payment(app, window, branch):
    other = Person(app, factories.make_staff(Role.CASHIER, branch))
    assert "Open one with your float first" in text_of(other.get(window.page))
    assert "Open one with your float first" in fault_of(window.pay(who=other, cash="3400"))


def test_a_counted_till_takes_nothing(window):
    window.close_till()
    assert "You have no open till" in fault_of(window.pay(cash="3400"))


def test_a_closed_day_takes_nothing_until_a_till_is_opened(window):
    window.close_day()
    assert "You have no open till" in fault_of(window.pay(cash="3400"))
    assert payments_taken() == 0


def test_a_locked_account_takes_nothing(window):
    window.account.is_locked = True
    db.session.commit()
    assert "This account is locked" in text_of(window.cashier.get(window.page))
    assert "locked" in fault_of(window.pay(cash="3400"))


def test_a_closed_account_takes_nothing(window):
    window.account.closed_on = factories.TODAY
    db.session.commit()
    assert "closed on 2026-11-21" in fault_of(window.pay(cash="3400"))


def test_an_exhausted_book_takes_nothing(window):
    book = db.session.scalars(select(NumberBook)).one()
    book.next_number = book.last_number + 1
    db.session.commit()
    assert "No receipt book" in text_of(window.cashier.get(window.page))
    assert "no receipt book with numbers left" in fault_of(window.pay(cash="3400"))
    assert payments_taken() == 0


def test_the_last_number_of_a_book_is_still_good(window):
    book = db.session.scalars(select(NumberBook)).one()
    book.next_number = book.last_number
    db.session.commit()
    assert window.pay(cash="3400").status_code == 303
    assert db.session.scalars(select(Receipt.number)).one() == book.last_number


# --- once ------------------------------------------------------------------------------------------------------------


def test_pressed_twice_is_paid_once(window):
    form = {"request_id": str(uuid.uuid4()), **window.form(cash="3400")}
    first, second = (window.cashier.post(f"{window.page}/pay", form) for _ in range(2))
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    assert payments_taken() == 1


def test_the_same_form_with_another_sum_is_refused(window):
    form = {"request_id": str(uuid.uuid4()), **window.form(cash="3400")}
    window.cashier.post(f"{window.page}/pay", form)
    assert window.cashier.post(f"{window.page}/pay", form | {"tender-cash": "3500"}).status_code == 409
    assert payments_taken() == 1


def test_a_refused_form_can_be_sent_again_corrected(window):
    form = {"request_id": str(uuid.uuid4()), **window.form(cash="34")}
    assert window.cashier.post(f"{window.page}/pay", form).status_code == 409
    assert window.cashier.post(f"{window.page}/pay", form | {"tender-cash": "3400"}).status_code == 303


def test_a_stale_page_says_who_was_faster(app, window, branch):
    stale = window.form(cash="3400")
    other = Person(app, factories.make_staff(Role.CASHIER, branch, name="李娜"))
    factories.open_till(other.staff, branch)
    db.session.commit()
    assert window.pay(window.before, who=other, cash="1000").status_code == 303
    answer = window.cashier.post(f"{window.page}/pay", stale)
    assert answer.status_code == 409
    assert "¥2,327.36 is owed now, because 李娜 took ¥1,000.00 at" in fault_of(answer)
    assert payments_taken() == 1


def test_a_page_from_before_a_void_says_so(window):
    window.pay(window.before, cash="1000")
    stale = window.form(window.season, cash="2400")
    payment = db.session.scalars(select(Payment)).one()
    window.cashier.post(f"/billing/payments/{payment.id}/void", {"reason": "wrong_amount"})
    assert "voided a payment of ¥1,000.00" in fault_of(window.cashier.post(f"{window.page}/pay", stale))


def test_a_sum_that_is_not_the_ticked_ones_is_refused(window):
    answer = window.pay(cash="3400", shown_due="3000.00")
    assert "come to ¥3,327.36, but the page showed ¥3,000.00" in fault_of(answer)


def test_a_made_up_token_is_a_stale_page(window):
    for seen in ("", "x", ".", "9" * 40 + ".0", "-1.0"):
        assert "the books have changed" in fault_of(window.pay(cash="3400", seen=seen))
