"""Payments after they were taken: lists, sheets, voiding on the day."""

import io
import uuid
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import func, select

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import (
    Entry,
    Journal,
    NumberBook,
    Payment,
    PaymentVoid,
    Prepayment,
    Receipt,
)
from heatdesk.billing.rules.ledger import JournalKind
from heatdesk.billing.rules.workflow import PaperState
from heatdesk.billing.services import ledger
from heatdesk.db import db
from heatdesk.network.models import Branch
from tests import factories
from tests.conftest import Person, text_of

BECAUSE = {"reason": "wrong_amount"}


@pytest.fixture
def paid(window):
    """The window after one cash payment over both seasons."""
    assert window.pay(cash="3400").status_code == 303
    return window


def the_payment():
    return db.session.scalars(select(Payment).order_by(Payment.id)).first()


def void_url(payment=None):
    return f"/billing/payments/{(payment or the_payment()).id}/void"


# --- lists -----------------------------------------------------------------------------------------------------------


def test_the_list_shows_the_day_with_its_sum(paid):
    words = text_of(paid.cashier.get("/billing/payments"))
    assert "程超杰" in words
    assert "3,327.36" in words
    assert "Payments that stand: 1, void: 0" in words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, True),
        ({"day": "2026-11-21"}, True),
        ({"day": "2026-11-20"}, False),
        ({"method": "cash"}, True),
        ({"method": "cheque"}, False),
        ({"method": "nonsense"}, True),
        ({"cashier": "999999"}, False),
        ({"number": "0000000"}, False),
        ({"card_no": "nobody"}, False),
    ],
)
def test_filters_narrow_the_list(paid, query, found):
    words = text_of(paid.cashier.get("/billing/payments", query_string=query))
    assert ("程超杰" in words) is found
    assert ("No payment fits" in words) is not found


def test_a_number_finds_its_payment_on_any_day(paid):
    written = db.session.scalars(select(Receipt.written)).one()
    assert "程超杰" in text_of(paid.cashier.get("/billing/payments", query_string={"number": written}))
    answer = paid.cashier.get("/billing/receipts", query_string={"number": f" {written} "})
    assert answer.headers["Location"] == f"/billing/payments/{the_payment().id}"


def test_a_day_that_is_no_day_is_refused(paid):
    answer = paid.cashier.get("/billing/payments", query_string={"day": "yesterday"})
    assert answer.status_code == 422
    assert "is not a date" in text_of(answer)


def test_the_list_goes_out_as_a_workbook(paid, supervisor):
    answer = supervisor.get("/billing/payments/export.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][3] == "程超杰"
    assert rows[1][6] == pytest.approx(3327.36)


def test_no_query_per_row(paid, branch):
    counts = []
    for _ in range(2):
        statements = []
        db.event.listen(
            db.engine, "before_cursor_execute", lambda *args, seen=statements: seen.append(args[2])
        )
        paid.cashier.get("/billing/payments")
        counts.append(len(statements))
        other = factories.make_account(branch)
        factories.owe(other, paid.season, "10.00", paid.cashier.staff)
        db.session.commit()
    assert counts[1] <= counts[0]


def test_everybody_who_may_look_sees_the_sheet(app, paid, branch):
    for role in (Role.CASHIER, Role.SUPERVISOR, Role.FINANCE, Role.MANAGER, Role.BILLING_CLERK):
        person = Person(app, factories.make_staff(role, branch))
        assert person.get(f"/billing/payments/{the_payment().id}").status_code == 200, role
    administrator = Person(app, factories.make_staff(Role.ADMINISTRATOR, branch))
    assert administrator.get(f"/billing/payments/{the_payment().id}").status_code == 403


def test_another_branch_sees_nothing(paid, stranger):
    assert "程超杰" not in text_of(stranger.get("/billing/payments", query_string={"day": "2026-11-21"}))
    for path in (f"/billing/payments/{the_payment().id}", void_url()):
        assert stranger.get(path).status_code == 404
    assert stranger.post(void_url(), BECAUSE).status_code == 404


# --- voiding ---------------------------------------------------------------------------------------------------------


def test_a_void_mirrors_the_journal_and_marks_the_paper(paid):
    answer = paid.cashier.post(void_url(), BECAUSE)
    assert answer.headers["Location"] == paid.page
    payment = the_payment()
    undone = db.session.scalars(select(PaymentVoid)).one()
    mirror = db.session.get_one(Journal, undone.journal_id)
    assert (mirror.kind, mirror.reverses) == (JournalKind.PAYMENT_VOID, payment.journal_id)
    assert [one.mirrored() for one in ledger.movements_of(payment.journal_id)] == ledger.movements_of(
        mirror.id
    )
    receipt = db.session.scalars(select(Receipt)).one()
    assert (receipt.state, receipt.void_reason) == (PaperState.VOID, "wrong_amount")
    assert paid.standing().owed == Decimal("3327.36")
    assert "Give back ¥3,327.40" in text_of(paid.cashier.get(paid.page))


def test_the_void_is_seen_on_sheet_and_list(paid):
    paid.cashier.post(void_url(), BECAUSE)
    sheet = text_of(paid.cashier.get(f"/billing/payments/{the_payment().id}"))
    assert "Wrong amount" in sheet
    assert "Payments that stand: 0, void: 1" in text_of(paid.cashier.get("/billing/payments"))


def test_the_number_stays_used(paid):
    paid.cashier.post(void_url(), BECAUSE)
    paid.pay(cash="3400")
    numbers = db.session.scalars(select(Receipt.number).order_by(Receipt.id)).all()
    assert numbers[1] == numbers[0] + 1


def test_words_of_ones_own_are_a_reason(paid):
    page = paid.cashier.get(void_url())
    assert "Something else" in text_of(page)
    assert paid.cashier.post(void_url(), {"reason": "other", "words": "  "}).status_code == 422
    assert paid.cashier.post(void_url(), {"reason": "other", "words": "顾客反悔"}).status_code == 303
    assert db.session.scalars(select(PaymentVoid.reason)).one() == "顾客反悔"


@pytest.mark.parametrize("form", [{}, {"reason": "nonsense"}, {"reason": "other", "words": "x" * 201}])
def test_no_void_without_a_reason(paid, form):
    answer = paid.cashier.post(void_url(), form)
    assert answer.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(PaymentVoid)) == 0


def test_a_void_happens_once(paid):
    form = BECAUSE | {"request_id": str(uuid.uuid4())}
    assert paid.cashier.post(void_url(), form).status_code == 303
    assert paid.cashier.post(void_url(), form).status_code == 303
    again = paid.cashier.post(void_url(), BECAUSE)
    assert again.status_code == 409
    assert "already voided by" in text_of(again)
    assert paid.cashier.get(void_url()).status_code == 409
    assert db.session.scalar(select(func.count()).select_from(PaymentVoid)) == 1


def test_another_cashiers_till_is_not_yours(app, paid, branch):
    other = Person(app, factories.make_staff(Role.CASHIER, branch))
    answer = other.post(void_url(), BECAUSE)
    assert answer.status_code == 409
    assert "or a supervisor to void it" in text_of(answer)


def test_a_supervisor_voids_at_any_till_of_the_branch(paid, supervisor):
    answer = supervisor.post(void_url(), BECAUSE)
    assert answer.headers["Location"] == f"/billing/payments/{the_payment().id}"
    mirror = db.session.get_one(Journal, db.session.scalars(select(PaymentVoid.journal_id)).one())
    assert (mirror.actor_id, mirror.till_shift_id) == (supervisor.id, paid.shift.id)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.MANAGER, Role.BILLING_CLERK, Role.ADMINISTRATOR])
def test_others_may_not_void(app, paid, branch, role):
    person = Person(app, factories.make_staff(role, branch))
    assert person.get(void_url()).status_code == 403
    assert person.post(void_url(), BECAUSE).status_code == 403


def test_after_the_day_a_request_is_needed(paid, supervisor):
    paid.close_day()
    for person in (paid.cashier, supervisor):
        answer = person.post(void_url(), BECAUSE)
        assert answer.status_code == 409
        assert "file a request for correction" in text_of(answer)
    assert "Void" not in text_of(paid.cashier.get(f"/billing/payments/{the_payment().id}"))


def test_a_counted_till_keeps_its_payments(paid, supervisor):
    paid.close_till()
    assert "has been counted and closed" in text_of(supervisor.post(void_url(), BECAUSE))


def test_prepayment_that_was_used_cannot_be_taken_back(window):
    window.pay(window.before, wechat="1500", surplus="prepayment")
    window.pay(window.season, prepayment="500", cash="1827.40")
    first, second = db.session.scalars(select(Payment).order_by(Payment.id)).all()
    refused = window.cashier.post(void_url(first), BECAUSE)
    assert refused.status_code == 409
    assert "¥500.00 of this payment became prepayment and has been used" in text_of(refused)
    assert window.cashier.post(void_url(second), BECAUSE).status_code == 303
    assert window.cashier.post(void_url(first), BECAUSE).status_code == 303
    assert db.session.get_one(Prepayment, window.account.id).balance == 0
    assert window.standing().owed == Decimal("3327.36")


def test_the_till_pill_counts_standing_payments(paid):
    assert "3号窗口 · 1 receipts" in text_of(paid.cashier.get("/billing/payments"))
    paid.cashier.post(void_url(), BECAUSE)
    assert "3号窗口 · 0 receipts" in text_of(paid.cashier.get("/billing/payments"))


def test_the_books_balance_after_all_of_it(paid):
    paid.cashier.post(void_url(), BECAUSE)
    paid.pay(cash="100", part="1")
    per_book = select(NumberBook.next_number - NumberBook.first_number)
    assert db.session.scalars(per_book).one() == db.session.scalar(select(func.count()).select_from(Receipt))
    assert db.session.scalar(select(func.count()).select_from(Entry).where(Entry.amount <= 0)) == 0
    assert db.session.get(Branch, paid.account.branch_id) is not None
