"""Tills on screen: opening with a float, the blind count, over and short, who may, twice, stale."""

import re
import uuid
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from heatdesk.audit import AuditEntry
from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import NoOpenTill, TillBeingCounted, TillIsCounted
from heatdesk.billing.models import Entry, Journal, TillShift
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.services import ledger, takings, till_counts, tills
from heatdesk.db import db
from tests import factories
from tests.billing.drawers import close_drawer, make_hall, open_drawer
from tests.conftest import Person, text_of, workbook_rows


@pytest.fixture
def hall(app, branch, cashier, supervisor):
    return make_hall(branch, cashier.staff, supervisor.staff)


def typed(hall, **fields):
    """The count form as the page would send it now that the count has begun."""
    tills.begin_count(tills.get_locked(hall.shift.id), by=hall.cashier)
    db.session.commit()
    return {"seen": str(tills.moves_on(hall.shift)), **fields}


def amounts_in(answer):
    """The column of amounts in an exported list of payments."""
    return [row[6] for row in workbook_rows(answer)[1:]]


def cash_of(hall):
    return takings.cash_in_till(db.session.get(TillShift, hall.shift.id))


def booked(kind):
    return [
        (row.debit, row.credit, row.amount)
        for row in db.session.execute(
            select(Entry.debit, Entry.credit, Entry.amount)
            .join(Journal, Journal.id == Entry.journal_id)
            .where(Journal.kind == kind)
            .order_by(Entry.id)
        )
    ]


# --- opening ---------------------------------------------------------------------------------------------------------


def test_open_books_the_float_from_the_bank(cashier, branch):
    factories.open_day(branch)
    answer = cashier.post("/billing/tills/open", {"till_name": " 3号窗口 ", "float_amount": "２００"})
    assert answer.status_code == 302
    shift = tills.find_open_shift(cashier.id)
    assert (shift.till_name, shift.float_amount) == ("3号窗口", Decimal("200.00"))
    assert booked(JournalKind.TILL_FLOAT) == [("1001", "1002", Decimal("200.00"))]
    assert "3号窗口 is open with ¥200.00 in it." in text_of(cashier.get("/billing/tills"))


def test_open_without_a_float_books_nothing(cashier, branch):
    factories.open_day(branch)
    cashier.post("/billing/tills/open", {"till_name": "1", "float_amount": ""})
    assert tills.find_open_shift(cashier.id).float_amount == 0
    assert booked(JournalKind.TILL_FLOAT) == []


def test_open_suggests_what_the_last_till_was(hall, cashier):
    close_drawer(hall.shift, hall.cashier, "200.00")
    page = cashier.get("/billing/tills/open").get_data(as_text=True)
    assert 'value="3号窗口"' in page
    assert 'value="200.00"' in page


@pytest.mark.parametrize(
    ("float_amount", "sentence"),
    [
        ("-5", "below zero"),
        ("12,50", "cannot be read as an amount"),
        ("1.234", "parts of a fen"),
        ("100000.01", "is more than ¥100,000.00: check the zeros"),
        ("zwei", "cannot be read as an amount"),
    ],
)
def test_open_refuses_a_float_in_words(cashier, branch, float_amount, sentence):
    factories.open_day(branch)
    answer = cashier.post("/billing/tills/open", {"till_name": "1", "float_amount": float_amount})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert tills.find_open_shift(cashier.id) is None


def test_open_needs_an_open_day(cashier):
    answer = cashier.post("/billing/tills/open", {"till_name": "1", "float_amount": "0"})
    assert answer.status_code == 409
    assert "No business day is open" in text_of(answer)
    assert "No business day is open" in text_of(cashier.get("/billing/tills"))


def test_open_refuses_a_second_till(hall, cashier):
    answer = cashier.post("/billing/tills/open", {"till_name": "4号窗口", "float_amount": "0"})
    assert answer.status_code == 409
    assert "already open in your hands" in text_of(answer)


def test_open_refuses_a_drawer_in_other_hands(hall, app, branch):
    other = Person(app, factories.make_staff(Role.CASHIER, branch))
    answer = other.post("/billing/tills/open", {"till_name": "3号窗口", "float_amount": "0"})
    assert answer.status_code == 409
    assert f"in the hands of {hall.cashier.name}" in text_of(answer)


def test_open_twice_with_one_form_opens_once(cashier, branch):
    factories.open_day(branch)
    form = {"till_name": "1", "float_amount": "100", "request_id": str(uuid.uuid4())}
    assert cashier.post("/billing/tills/open", form).status_code == 302
    assert cashier.post("/billing/tills/open", form).status_code == 302
    assert db.session.query(TillShift).count() == 1


def test_open_is_not_for_the_clerk(clerk, branch):
    factories.open_day(branch)
    assert clerk.get("/billing/tills/open").status_code == 403


# --- the blind count -------------------------------------------------------------------------------------------------


def test_the_count_page_says_nothing_of_what_is_expected(hall, cashier):
    hall.pay(cash="1234.56", wechat="777.77")
    db.session.commit()
    begun = cashier.post(f"/billing/tills/{hall.shift.id}/begin")
    page = cashier.get(begun.headers["Location"]).get_data(as_text=True)
    assert "Cash in the drawer" in page
    for told in ("1,434.56", "1434.56", "1,234.56", "777.77", "2,012.33", "5,000.00"):
        assert told not in page
    assert "1,434.56" not in cashier.get(f"/billing/tills/{hall.shift.id}").get_data(as_text=True)


def test_an_exact_count_closes_and_leaves_the_till_empty(hall, cashier):
    hall.pay(cash="300.00", wechat="20.00")
    back = hall.pay(cash="55.50")
    hall.void(back)
    db.session.commit()
    answer = cashier.post(
        f"/billing/tills/{hall.shift.id}/count", typed(hall, **{"pieces-100": "５", "slip-wechat": "20"})
    )
    assert answer.status_code == 302
    shift = db.session.get(TillShift, hall.shift.id)
    assert (shift.state, shift.expected_cash, shift.over_short) == ("closed", Decimal("500.00"), 0)
    assert booked(JournalKind.TILL_CLOSE) == [("1002", "1001", Decimal("500.00"))]
    assert cash_of(hall) == 0
    assert "agrees" in text_of(cashier.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("cash", "entries", "over_short"),
    [
        ("503.00", [("1001", "2241.3", "3.00"), ("1002", "1001", "503.00")], "3.00"),
        ("480.50", [("1221", "1001", "19.50"), ("1002", "1001", "480.50")], "-19.50"),
        ("", [("1221", "1001", "500.00")], "-500.00"),
    ],
)
def test_a_difference_wants_a_reason_and_is_then_booked(hall, cashier, cash, entries, over_short):
    hall.pay(cash="300.00")
    db.session.commit()
    path = f"/billing/tills/{hall.shift.id}/count"
    first = cashier.post(path, typed(hall, other_cash=cash))
    assert first.status_code == 200
    assert "Your count and the books differ: Cash. Count once more" in text_of(first)
    assert "500.00" not in first.get_data(as_text=True).replace(f'value="{cash}"', "")
    assert tills.find_open_shift(cashier.id) is not None
    answer = cashier.post(path, typed(hall, other_cash=cash, reason="一张钞票对不上"))
    assert answer.status_code == 302
    assert booked(JournalKind.TILL_CLOSE) == [(d, c, Decimal(a)) for d, c, a in entries]
    assert cash_of(hall) == 0
    shift = db.session.get(TillShift, hall.shift.id)
    assert (shift.over_short, shift.over_short_reason) == (Decimal(over_short), "一张钞票对不上")
    page = text_of(cashier.get(answer.headers["Location"]))
    assert "一张钞票对不上" in page
    assert "Earlier counts that differed" in page


def test_a_differing_slip_wants_a_reason_and_moves_no_money(hall, cashier):
    hall.pay(wechat="20.00")
    db.session.commit()
    path = f"/billing/tills/{hall.shift.id}/count"
    assert "differ" in text_of(cashier.post(path, typed(hall, other_cash="200", **{"slip-wechat": "25"})))
    cashier.post(path, typed(hall, other_cash="200", reason="pos 未打印", **{"slip-wechat": "25"}))
    assert booked(JournalKind.TILL_CLOSE) == [("1002", "1001", Decimal("200.00"))]
    lines = {
        line.method: line.over_short
        for line in till_counts.count_lines(db.session.get(TillShift, hall.shift.id))
    }
    assert lines["wechat"] == Decimal("5.00")


def test_feeling_ones_way_to_the_books_leaves_a_trace(hall, cashier):
    path = f"/billing/tills/{hall.shift.id}/count"
    for cash in ("100", "150", "180"):
        assert cashier.post(path, typed(hall, other_cash=cash)).status_code == 200
    cashier.post(path, typed(hall, other_cash="200"))
    tries = [
        entry.after["cash"]
        for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "count_differed"))
    ]
    assert tries == ["100.00", "150.00", "180.00"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"pieces-100": "-2"}, "below zero: a drawer holds nothing or more"),
        ({"pieces-100": "１.５"}, "is no count"),
        ({"pieces-0.1": "abc"}, "is no count"),
        ({"pieces-5": "9999999999"}, "is more than a drawer holds: check the zeros"),
        ({"slip-card": "-1"}, "below zero"),
        ({"other_cash": "1e5"}, "cannot be read as an amount"),
        ({"slip-wechat": "999999999999"}, "check the zeros"),
    ],
)
def test_what_cannot_be_counted_is_refused_at_its_field(hall, cashier, fields, sentence):
    answer = cashier.post(f"/billing/tills/{hall.shift.id}/count", typed(hall, **fields))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    value = next(iter(fields.values()))
    assert f'value="{value}"' in answer.get_data(as_text=True)
    assert tills.find_open_shift(cashier.id) is not None


def test_a_count_overtaken_by_a_payment_is_stale(hall, cashier):
    form = typed(hall, other_cash="200")
    cashier.post(f"/billing/tills/{hall.shift.id}/resume")
    hall.pay(cash="10.00")
    db.session.commit()
    laid_aside = cashier.post(f"/billing/tills/{hall.shift.id}/count", form)
    assert laid_aside.status_code == 409
    assert "is taking money again" in text_of(laid_aside)
    cashier.post(f"/billing/tills/{hall.shift.id}/begin")
    answer = cashier.post(f"/billing/tills/{hall.shift.id}/count", form)
    assert answer.status_code == 409
    assert "while it was being counted" in text_of(answer)


def test_pressed_twice_closes_once(hall, cashier):
    path = f"/billing/tills/{hall.shift.id}/count"
    form = typed(hall, other_cash="200", request_id=str(uuid.uuid4()))
    assert [cashier.post(path, form).status_code for _ in range(2)] == [302, 302]
    assert len(booked(JournalKind.TILL_CLOSE)) == 1
    answer = cashier.post(path, {**form, "request_id": str(uuid.uuid4())})
    assert answer.status_code == 409
    assert "already counted and closed" in text_of(answer)


def test_a_counted_till_takes_and_gives_back_no_money(hall):
    receipt = hall.pay(cash="10.00")
    close_drawer(hall.shift, hall.cashier, "210.00")
    with pytest.raises(NoOpenTill):
        hall.pay(cash="10.00")
    with pytest.raises(TillIsCounted):
        hall.void(receipt)


@pytest.mark.parametrize(
    "statement",
    [
        "update till_shift set state = 'open', counted = null where id = :id",
        "update till_shift set over_short = 0 where id = :id",
        "delete from till_shift where id = :id",
    ],
)
def test_a_counted_till_stays_counted(hall, statement):
    close_drawer(hall.shift, hall.cashier, "200.00")
    with pytest.raises(DBAPIError, match="stays closed|permission denied"):
        db.session.execute(text(statement), {"id": hall.shift.id})


def test_a_journal_joins_no_counted_till(hall):
    close_drawer(hall.shift, hall.cashier, "200.00")
    with pytest.raises(DBAPIError, match="is not open"):
        ledger.post(
            JournalKind.PAYMENT,
            [ledger.movement(LedgerCode.CASH_IN_TILL, LedgerCode.BANK, Decimal("1.00"))],
            branch_id=hall.branch.id,
            by=hall.cashier.id,
            till_shift_id=hall.shift.id,
        )


# --- blind: the own till's sums are kept from its cashier until the count is handed in ---------------------------------


def test_while_counting_no_money_goes_in_or_out(hall, cashier):
    receipt = hall.pay(cash="10.00")
    db.session.commit()
    cashier.post(f"/billing/tills/{hall.shift.id}/begin")
    with pytest.raises(TillBeingCounted):
        hall.pay(cash="10.00")
    with pytest.raises(TillBeingCounted):
        hall.void(receipt)
    page = text_of(cashier.get("/billing/counter"))
    assert "3号窗口 is being counted, so no money goes in or out of it." in page


def test_the_database_lets_no_payment_join_a_till_being_counted(hall):
    tills.begin_count(tills.get_locked(hall.shift.id), by=hall.cashier)
    with pytest.raises(DBAPIError, match="is not open"):
        ledger.post(
            JournalKind.PAYMENT,
            [ledger.movement(LedgerCode.CASH_IN_TILL, LedgerCode.BANK, Decimal("1.00"))],
            branch_id=hall.branch.id,
            by=hall.cashier.id,
            till_shift_id=hall.shift.id,
        )


def test_no_page_tells_a_cashier_the_sum_of_the_own_drawer(hall, cashier):
    """An open till: single payments are there to be voided, what they add up to is not."""
    hall.pay(cash="1234.50")
    hall.pay(cash="100.25")
    db.session.commit()
    for path in (
        "/",
        "/billing/counter",
        "/billing/tills",
        "/billing/payments",
        "/billing/payments?method=cash",
    ):
        page = cashier.get(path).get_data(as_text=True)
        for told in ("1,334.75", "1334.75", "1,534.75", "1534.75"):
            assert told not in page, path
    page = text_of(cashier.get("/billing/payments"))
    assert "1,234.50" in page
    assert "after the count" in page
    assert "2 receipts" in page


def test_the_export_adds_up_no_more_than_the_page(hall, cashier, supervisor):
    hall.pay(cash="1234.50")
    db.session.commit()
    assert amounts_in(cashier.get("/billing/payments/export.xlsx")) == ["after the count"]
    assert amounts_in(supervisor.get("/billing/payments/export.xlsx")) == [1234.5]
    close_drawer(hall.shift, hall.cashier, "1434.50")
    db.session.commit()
    assert amounts_in(cashier.get("/billing/payments/export.xlsx")) == [1234.5]


def test_while_counting_single_amounts_are_hidden_too(hall, cashier, supervisor):
    hall.pay(cash="1234.50")
    db.session.commit()
    cashier.post(f"/billing/tills/{hall.shift.id}/begin")
    assert "1,234.50" not in text_of(cashier.get("/billing/payments"))
    assert "being counted" in text_of(cashier.get("/billing/tills"))
    assert "1,234.50" in text_of(supervisor.get("/billing/payments"))


def test_a_count_laid_aside_leaves_a_trace_and_takes_money_again(hall, cashier):
    cashier.post(f"/billing/tills/{hall.shift.id}/begin")
    cashier.post(f"/billing/tills/{hall.shift.id}/resume")
    hall.pay(cash="10.00")
    verbs = list(db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)))
    assert [verb for verb in verbs if verb.startswith("count_")] == ["count_begun", "count_laid_aside"]


def test_a_count_page_that_never_began_takes_no_count(hall, cashier):
    answer = cashier.post(f"/billing/tills/{hall.shift.id}/count", {"seen": "0", "other_cash": "200"})
    assert answer.status_code == 409
    assert "Begin the count anew" in text_of(answer)
    assert tills.find_open_shift(cashier.id) is not None


def test_another_cashier_begins_no_count(hall, app, branch, stranger):
    other = Person(app, factories.make_staff(Role.CASHIER, branch))
    for deed in ("begin", "resume"):
        assert other.post(f"/billing/tills/{hall.shift.id}/{deed}").status_code == 403
        assert stranger.post(f"/billing/tills/{hall.shift.id}/{deed}").status_code == 404


# --- who -------------------------------------------------------------------------------------------------------------


def test_another_cashier_neither_sees_nor_counts(hall, app, branch):
    other = Person(app, factories.make_staff(Role.CASHIER, branch))
    assert other.get(f"/billing/tills/{hall.shift.id}").status_code == 403
    assert other.post(f"/billing/tills/{hall.shift.id}/count", typed(hall)).status_code == 403
    assert "3号窗口" not in text_of(other.get("/billing/tills"))


def test_the_supervisor_counts_for_somebody_who_left(hall, supervisor):
    answer = supervisor.post(f"/billing/tills/{hall.shift.id}/count", typed(hall, other_cash="200"))
    assert answer.status_code == 302
    assert supervisor.staff.name in text_of(supervisor.get(answer.headers["Location"]))


def test_the_clerk_reads_and_does_not_count(hall, clerk):
    assert clerk.get(f"/billing/tills/{hall.shift.id}").status_code == 200
    assert clerk.get(f"/billing/tills/{hall.shift.id}/count").status_code == 403


def test_another_branch_sees_nothing(hall, stranger, app):
    boss = Person(app, factories.make_staff(Role.SUPERVISOR, factories.make_branch()))
    for person in (stranger, boss):
        assert person.get(f"/billing/tills/{hall.shift.id}").status_code == 404
        assert person.post(f"/billing/tills/{hall.shift.id}/count", typed(hall)).status_code == 404
    assert "3号窗口" not in text_of(boss.get("/billing/tills"))


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_list_filters_and_exports(hall, supervisor, app, branch):
    other = factories.make_staff(Role.CASHIER, branch, name="李娜")
    close_drawer(open_drawer(other, "5号窗口"), other, "199.00", reason="少一元")
    db.session.commit()
    page = text_of(supervisor.get("/billing/tills"))
    assert "3号窗口" in page
    assert "short ¥1.00" in page
    assert "5号窗口" not in text_of(supervisor.get("/billing/tills", query_string={"state": "open"}))
    only = text_of(supervisor.get("/billing/tills", query_string={"cashier": other.id, "day": "2026-11-21"}))
    assert "5号窗口" in only
    assert "3号窗口" not in only
    assert "No till fits" in text_of(supervisor.get("/billing/tills", query_string={"day": "2026-11-20"}))
    file = supervisor.get("/billing/tills/export.xlsx", query_string={"state": "closed"})
    assert file.data.startswith(b"PK")


def test_a_book_that_runs_low_is_said_in_time(hall, cashier):
    db.session.execute(text("update number_book set next_number = last_number - 18"))
    assert "Only 19 numbers are left" in text_of(cashier.get("/billing/tills"))
    db.session.execute(text("update number_book set next_number = last_number + 1"))
    assert re.search(r"Your book SJ\d+–SJ\d+ is used up", text_of(cashier.get("/billing/tills")))
