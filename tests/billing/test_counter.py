"""The counter's page: what it shows, what it takes, what it refuses and how."""

import re
import uuid
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import (
    Allocation,
    Entry,
    NumberBook,
    Payment,
    Prepayment,
    Receipt,
    Tender,
)
from heatdesk.billing.papers.receipts import ReceiptFacts
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.workflow import DayState, ShiftState
from heatdesk.billing.services import ledger
from heatdesk.db import db
from heatdesk.network.models import Branch
from tests import factories
from tests.conftest import Person, text_of


def payments_taken():
    return db.session.scalar(select(func.count()).select_from(Payment))


def fault_of(answer):
    found = re.search(r"data-fault[^>]*>([^<]*)<", answer.get_data(as_text=True))
    return found.group(1)


def test_the_empty_counter_waits_for_a_customer(window):
    page = window.cashier.get("/billing/counter")
    assert page.status_code == 200
    assert "Next customer" in text_of(page)
    assert "/billing/counter/search" in page.get_data(as_text=True)


def test_the_household_is_shown_with_all_it_owes(window):
    page = window.cashier.get(window.page)
    words = text_of(page)
    for part in (
        "程超杰",
        window.account.card_no,
        "151****8395",
        "2026-2027",
        "2025-2026",
        "3,327.36",
        "Opening balance",
    ):
        assert part in words, part
    assert "叁仟叁佰贰拾柒元叁角陆分" in words
    assert "15158018395" not in page.get_data(as_text=True)


def test_search_opens_the_counter(window):
    for path in ("/billing/counter/search", "/search"):
        answer = window.cashier.get(path, query_string={"q": window.account.card_no})
        assert f'href="{window.page}"' in answer.get_data(as_text=True)


def test_search_leads_others_elsewhere(window, clerk):
    answer = clerk.get("/search", query_string={"q": window.account.card_no})
    assert window.account.card_no in text_of(answer)
    assert window.page not in answer.get_data(as_text=True)


def test_the_phone_is_shown_on_asking_and_that_is_written_down(window):
    assert window.cashier.get(f"{window.page}/phone").get_data(as_text=True) == "15158018395"
    trail = db.session.execute(
        db.text("select actor_id, subject_id from audit_entry where verb = 'show_phone'")
    ).all()
    assert trail == [(window.cashier.id, str(window.account.id))]


def test_cash_for_two_seasons_with_change_and_rounding(window):
    answer = window.pay(cash="3,400.00")
    assert answer.status_code == 303
    payment = db.session.scalars(select(Payment)).one()
    assert (payment.amount, payment.rounding, payment.cash_received, payment.change_given) == (
        Decimal("3327.36"),
        Decimal("0.04"),
        Decimal("3400.00"),
        Decimal("72.60"),
    )
    allocated = dict(db.session.execute(select(Allocation.season_id, Allocation.amount)).all())
    assert allocated == {window.before.id: Decimal("1000.00"), window.season.id: Decimal("2327.36")}
    assert db.session.scalars(select(Tender.amount)).all() == [Decimal("3327.40")]
    assert window.standing().owed == 0
    rounding = db.session.scalars(select(Entry).where(Entry.credit == LedgerCode.ROUNDING)).one()
    assert (rounding.debit, rounding.amount) == (LedgerCode.CASH_IN_TILL, Decimal("0.04"))


def test_the_next_page_prints_the_paper_and_keeps_the_change_in_sight(window):
    page = window.cashier.get(window.pay(cash="3400").headers["Location"])
    receipt = db.session.scalars(select(Receipt)).one()
    assert f'data-print-paper="/billing/receipts/{receipt.id}/paper"' in page.get_data(as_text=True)
    words = text_of(page)
    assert receipt.written in words
    assert "¥72.60" in words


def test_several_tenders_go_where_they_belong(window):
    ledger_entry = [
        ledger.movement(LedgerCode.BANK, LedgerCode.PREPAYMENT, Decimal(500), account_id=window.account.id)
    ]
    ledger.post(JournalKind.OPENING, ledger_entry, branch_id=window.account.branch_id, by=window.cashier.id)
    form = window.form(
        cash="1000", wechat="1,000.00", card="500", transfer="200", cheque="127.36", prepayment="500"
    )
    form["reference-cheque"] = " No. 4711\n"
    assert window.cashier.post(f"{window.page}/pay", form).status_code == 303
    taken = dict(
        db.session.execute(
            select(Entry.debit, func.sum(Entry.amount))
            .where(Entry.credit == LedgerCode.RECEIVABLE)
            .group_by(Entry.debit)
        ).all()
    )
    assert taken == {
        "1001": Decimal("1000.00"),
        "1012": Decimal("1500.00"),
        "1002": Decimal("327.36"),
        "2203": Decimal("500.00"),
    }
    facts = ReceiptFacts.from_json(db.session.scalars(select(Receipt)).one().facts)
    assert (facts.prepayment_before, facts.prepayment_after) == (Decimal("500.00"), Decimal("0.00"))
    assert "支票 Cheque No. 4711" in [tender.method for tender in facts.tenders]


def test_part_payment_settles_the_oldest_first(window):
    assert "still missing" in fault_of(window.pay(cash="1500"))
    assert window.pay(cash="1500", part="1").status_code == 303
    bills = {bill.season_id: bill.due for bill in window.standing().bills}
    assert bills == {window.before.id: 0, window.season.id: Decimal("1827.36")}


def test_only_what_is_ticked_is_paid(window):
    assert window.pay(window.season, wechat="2327.36").status_code == 303
    bills = {bill.season_id: bill.due for bill in window.standing().bills}
    assert bills == {window.before.id: Decimal("1000.00"), window.season.id: 0}


def test_a_surplus_is_kept_as_prepayment_when_asked(window):
    assert window.pay(wechat="4000").status_code == 409
    assert window.pay(wechat="4000", surplus="prepayment").status_code == 303
    assert window.standing().prepayment == Decimal("672.64")


def test_a_household_without_bills_pays_ahead(window, branch):
    empty = factories.make_account(branch)
    db.session.commit()
    page = f"/billing/counter/{empty.id}"
    assert "Money taken now is kept as prepayment" in text_of(window.cashier.get(page))
    seen = re.search(r'name="seen" value="([^"]+)"', window.cashier.get(page).get_data(as_text=True)).group(1)
    form = {"shown_due": "0", "seen": seen, "tender-cash": "100", "surplus": "prepayment"}
    assert window.cashier.post(f"{page}/pay", form).status_code == 303
    assert db.session.get(Prepayment, empty.id).balance == Decimal("100.00")


BAD_AMOUNTS = [
    "-5",
    "1e5",
    "NaN",
    "Infinity",
    "12,50",
    "1.234",
    "9" * 200,
    "abc",
    "１２，５０",
    "<script>",
    "=1+1",
    "0x10",
]


@pytest.mark.parametrize("typed", BAD_AMOUNTS)
def test_bad_amounts_are_refused_in_words_and_stay_typed(window, typed):
    answer = window.pay(cash=typed)
    assert answer.status_code == 422
    assert fault_of(answer)
    assert "<script>" not in fault_of(answer)
    assert payments_taken() == 0


@pytest.mark.parametrize("typed", ["3,400.00", "３４００", "3400。00", "￥3,400", " 3 400 "])
def test_amounts_as_people_type_them_are_taken(window, typed):
    assert window.pay(cash=typed).status_code == 303


def test_a_refused_form_is_shown_again_as_it_was(window):
    answer = window.pay(window.season, wechat="100", cash="7")
    page = answer.get_data(as_text=True)
    assert 'name="tender-wechat" value="100"' in page
    assert 'name="tender-cash" value="7"' in page


@pytest.mark.parametrize(
    "changed",
    [{"season": ["x"]}, {"season": ["999999"]}, {"shown_due": "abc"}, {"season": ["9" * 30]}],
)
def test_tampered_forms_are_refused(window, changed):
    answer = window.cashier.post(f"{window.page}/pay", window.form(cash="3400") | changed)
    assert answer.status_code in {409, 422}
    assert payments_taken() == 0


def test_nothing_typed_says_what_to_press(window):
    assert "F1" in fault_of(window.pay())


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


def test_a_closed_till_takes_nothing(window):
    window.shift.counted, window.shift.state = {}, ShiftState.CLOSED
    db.session.commit()
    assert "You have no open till" in fault_of(window.pay(cash="3400"))


def test_a_closed_day_takes_nothing(window, branch):
    close_day(branch)
    assert "No business day is open" in fault_of(window.pay(cash="3400"))


def test_yesterdays_till_takes_nothing_today(window, branch):
    close_day(branch)
    factories.open_day(branch, factories.TODAY.replace(day=22))
    db.session.commit()
    assert "Your till was opened for 2026-11-21" in fault_of(window.pay(cash="3400"))


def close_day(branch):
    day = db.session.get(factories.BusinessDay, (branch.id, factories.TODAY))
    day.state, day.seal = DayState.CLOSED, "sealed"
    db.session.commit()


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
