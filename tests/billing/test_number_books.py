"""Number books: issued, taken back, handed on; no overlap, no gap, the life of every number."""

import uuid

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import NoNumberBook
from heatdesk.billing.models import NumberBook
from heatdesk.billing.services import number_books
from heatdesk.db import db
from tests import factories
from tests.billing.drawers import make_hall
from tests.conftest import Person, text_of

LIST = "/billing/number-books"


@pytest.fixture
def hall(app, branch, cashier, supervisor):
    return make_hall(branch, cashier.staff, supervisor.staff)


def book_of(staff, kind="receipt"):
    return db.session.scalar(
        select(NumberBook)
        .where(NumberBook.staff_id == staff.id, NumberBook.kind == kind)
        .order_by(NumberBook.id.desc())
        .execution_options(populate_existing=True)
    )


def wanted(cashier, **changes):
    return {
        "holder": str(cashier.id),
        "kind": "receipt",
        "prefix": "",
        "first_number": "0012001",
        "last_number": "0012100",
        **changes,
    }


def test_issue_puts_numbers_into_a_cashiers_hands(supervisor, cashier):
    answer = supervisor.post(f"{LIST}/issue", wanted(cashier, prefix="ｓｊ", first_number="００１２００１"))
    assert answer.status_code == 302
    book = book_of(cashier)
    assert (book.written(book.next_number), book.left, book.is_active) == ("sj0012001", 100, True)
    assert "100 numbers were issued." in text_of(supervisor.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last_number": "0012000"}, "The last number comes before the first"),
        ({"first_number": "-1"}, "digits alone"),
        ({"first_number": "SJ12"}, "digits alone"),
        ({"last_number": "9" * 13}, "at most 12 digits"),
        ({"first_number": ""}, "First number"),
        ({"kind": "cheque"}, "Kind"),
        ({"holder": "999999"}, "Cashier"),
        ({"prefix": "A" * 13}, "Prefix"),
    ],
)
def test_issue_refuses_in_words(supervisor, cashier, changes, sentence):
    answer = supervisor.post(f"{LIST}/issue", wanted(cashier, **changes))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert book_of(cashier) is None


@pytest.mark.parametrize(
    ("first", "last"), [("1", "12001"), ("12050", "12060"), ("12100", "13000"), ("1", "99999")]
)
def test_issue_refuses_numbers_that_were_issued_before(supervisor, cashier, branch, first, last):
    supervisor.post(f"{LIST}/issue", wanted(cashier))
    other = factories.make_staff(Role.CASHIER, branch)
    db.session.commit()
    answer = supervisor.post(f"{LIST}/issue", wanted(other, first_number=first, last_number=last))
    assert answer.status_code == 422
    assert "overlap the book 0012001–0012100" in text_of(answer)
    beside = wanted(other, first_number=first, last_number=last, prefix="B")
    assert supervisor.post(f"{LIST}/issue", beside).status_code == 302


def test_the_database_refuses_an_overlap_too(supervisor, cashier):
    supervisor.post(f"{LIST}/issue", wanted(cashier))
    with pytest.raises(DBAPIError, match="ex_number_book_overlap"):
        db.session.execute(
            text(
                "insert into number_book (branch_id, kind, first_number, last_number, next_number)"
                " values (:branch, 'receipt', 12100, 12200, 12100)"
            ),
            {"branch": cashier.staff.branch_id},
        )


def test_issue_waits_until_the_old_book_is_used_or_taken_back(supervisor, cashier):
    supervisor.post(f"{LIST}/issue", wanted(cashier))
    following = wanted(cashier, first_number="0012101", last_number="0012200")
    answer = supervisor.post(f"{LIST}/issue", following)
    assert "still holds the book 0012001–0012100 with 100 numbers left" in text_of(answer)
    db.session.execute(text("update number_book set next_number = last_number + 1"))
    assert supervisor.post(f"{LIST}/issue", following).status_code == 302
    assert book_of(cashier).first_number == 12101


def test_issue_suggests_the_numbers_that_follow(supervisor, cashier):
    supervisor.post(f"{LIST}/issue", wanted(cashier, prefix="SJ"))
    page = supervisor.get(f"{LIST}/issue").get_data(as_text=True)
    assert 'value="0012101"' in page
    assert 'value="SJ"' in page


def test_issue_twice_with_one_form_issues_once(supervisor, cashier):
    form = wanted(cashier, request_id=str(uuid.uuid4()))
    assert [supervisor.post(f"{LIST}/issue", form).status_code for _ in range(2)] == [302, 302]
    assert db.session.query(NumberBook).count() == 1


def test_take_back_and_hand_on_go_on_where_the_last_one_stopped(hall, supervisor, branch):
    receipt = hall.pay(cash="10.00")
    book = book_of(hall.cashier)
    db.session.commit()
    assert supervisor.post(f"{LIST}/{book.id}/take-back").status_code == 302
    with pytest.raises(NoNumberBook):
        hall.pay(cash="10.00")
    other = factories.make_staff(Role.CASHIER, branch, name="李娜")
    db.session.commit()
    assert supervisor.post(f"{LIST}/{book.id}/hand-on", {"holder": other.id}).status_code == 302
    taken, number = number_books.take_number("receipt", other.id)
    assert (taken.id, number) == (book.id, receipt.number + 1)
    page = text_of(supervisor.get(f"{LIST}/{book.id}"))
    assert "handed to 李娜" in page
    assert "taken back" in page


def test_take_back_pressed_twice_and_on_a_stale_page(hall, supervisor):
    book = book_of(hall.cashier)
    mark = {"request_id": str(uuid.uuid4())}
    assert [supervisor.post(f"{LIST}/{book.id}/take-back", mark).status_code for _ in range(2)] == [302, 302]
    answer = supervisor.post(f"{LIST}/{book.id}/take-back")
    assert answer.status_code == 409
    assert "in nobody's hands any more" in text_of(answer).replace("&#39;", "'")


def test_hand_on_refuses_a_held_and_a_used_up_book(hall, supervisor, branch):
    book = book_of(hall.cashier)
    other = factories.make_staff(Role.CASHIER, branch)
    db.session.commit()
    answer = supervisor.post(f"{LIST}/{book.id}/hand-on", {"holder": other.id})
    assert answer.status_code == 422
    assert f"in the hands of {hall.cashier.name}" in text_of(answer)
    db.session.execute(text("update number_book set next_number = last_number + 1, is_active = false"))
    assert "All numbers of this book are used" in text_of(
        supervisor.post(f"{LIST}/{book.id}/hand-on", {"holder": other.id})
    )


def test_every_number_shows_its_life(hall, supervisor):
    first, second = hall.pay(cash="10.00"), hall.pay(wechat="20.00")
    hall.void(second)
    db.session.commit()
    book = book_of(hall.cashier)
    page = supervisor.get(f"{LIST}/{book.id}")
    for receipt in (first, second):
        assert receipt.written in text_of(page)
        assert f"/billing/payments/{receipt.payment_id}" in page.get_data(as_text=True)
    assert "Wrong amount" in text_of(page)
    assert "tell finance" not in text_of(page)


def test_a_number_without_a_paper_is_shown_not_left_out(hall, supervisor):
    hall.pay(cash="10.00")
    db.session.execute(text("update number_book set next_number = next_number + 1"))
    db.session.commit()
    page = text_of(supervisor.get(f"{LIST}/{book_of(hall.cashier).id}"))
    assert "no paper: tell finance" in page


def test_the_list_warns_filters_and_exports(hall, supervisor, branch):
    db.session.execute(text("update number_book set next_number = last_number - 18"))
    other = factories.make_staff(Role.CASHIER, branch, name="李娜")
    db.session.commit()
    supervisor.post(f"{LIST}/issue", wanted(other, prefix="X"))
    assert "only 19 left" in text_of(supervisor.get(LIST))
    only = text_of(
        supervisor.get(LIST, query_string={"cashier": other.id, "kind": "receipt", "state": "held"})
    )
    assert "X0012001" in only
    assert "only 19 left" not in only
    assert "No book fits" in text_of(supervisor.get(LIST, query_string={"kind": "invoice"}))
    assert supervisor.get(f"{LIST}/export.xlsx").data.startswith(b"PK")


def test_books_are_the_supervisors(hall, cashier, clerk):
    book = book_of(hall.cashier)
    for person in (cashier, clerk):
        for path in (LIST, f"{LIST}/issue", f"{LIST}/{book.id}"):
            assert person.get(path).status_code == 403
        assert person.post(f"{LIST}/{book.id}/take-back").status_code == 403


def test_another_branch_sees_no_book(hall, app, cashier):
    boss = Person(app, factories.make_staff(Role.SUPERVISOR, factories.make_branch()))
    book = book_of(hall.cashier)
    assert boss.get(f"{LIST}/{book.id}").status_code == 404
    assert boss.post(f"{LIST}/{book.id}/take-back").status_code == 404
    assert boss.post(f"{LIST}/{book.id}/hand-on", {"holder": cashier.id}).status_code == 404
    assert boss.post(f"{LIST}/issue", wanted(cashier)).status_code == 422
    assert "SJ" not in text_of(boss.get(LIST))
