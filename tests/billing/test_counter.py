"""The counter's page: what it shows, what it takes, what it refuses and how."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from heatdesk.billing.models import (
    Allocation,
    Entry,
    Payment,
    Prepayment,
    Receipt,
    Tender,
)
from heatdesk.billing.papers.receipts import ReceiptFacts
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.services import ledger
from heatdesk.db import db
from tests import factories
from tests.billing.conftest import fault_of, payments_taken
from tests.conftest import text_of


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
