"""Late payment at the counter (W19–W21): shown before it is paid, frozen with the payment, restored by a void."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import select

from heatdesk.billing.errors import PenaltyFirst
from heatdesk.billing.models import (
    Allocation,
    Bill,
    BusinessDay,
    Entry,
    Invoice,
    Journal,
    Payment,
    Penalty,
    Receipt,
)
from heatdesk.billing.papers.invoice_facts import InvoiceFacts
from heatdesk.billing.papers.receipt_facts import ReceiptFacts
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.services import day_sheets, ownership, standings
from heatdesk.billing.services.verification import INVARIANTS, report
from heatdesk.db import db
from heatdesk.network.models import Branch
from tests import factories
from tests.billing.conftest import fault_of, payments_taken
from tests.billing.late import (
    DOCUMENT,
    after,
    bill,
    close_day,
    day_start,
    give_invoice_book,
    go_to,
    make_late_tariff,
    make_late_window,
)
from tests.conftest import text_of

DUE = date(2026, 11, 21)
"""A season two years due is booked on this day, so its days count from the morning after."""


@pytest.fixture(autouse=True)
def _the_day():
    """The calendar stands where the counter's first business day does; tests move both on."""
    with time_machine.travel(day_start(DUE)) as clock:
        yield clock


@pytest.fixture
def late(branch, cashier):
    """2,327.00 yuan, 1 ‰ of what is unpaid, penalty first (W21)."""
    make_late_tariff()
    return make_late_window(branch, cashier, first=DUE)


def on(window, days):
    return go_to(window, after(DUE, days))


def kept(window):
    """What the database keeps of the bill: paid of the fee, penalty in the books."""
    row = db.session.get_one(Bill, (window.season.id, window.account.id), populate_existing=True)
    return row.paid, row.penalty


def holds():
    return [(one.id, one.cases) for one in map(report._ask, INVARIANTS) if not one.holds]


# --- to today --------------------------------------------------------------------------------------------------------


def test_a_debt_taken_over_counts_from_the_morning_after(late):
    """W21: the twentieth day is 46.54; the day it was booked costs nothing."""
    assert bill(late).penalty == 0
    with on(late, 1):
        assert bill(late).penalty == Decimal("2.33")
    with on(late, 20):
        assert (bill(late).fee, bill(late).penalty) == (Decimal("2327.00"), Decimal("46.54"))
        assert late.standing().owed == Decimal("2373.54")


def test_before_the_due_date_and_without_a_rule_nothing_is_counted(branch, cashier):
    make_late_tariff()
    early = make_late_window(branch, cashier, first=DUE, year=2026)
    with on(early, 20):
        assert bill(early).penalty == 0


def test_a_class_without_a_rule_has_no_penalty(window):
    """The season before is due since last year; no tariff knows a penalty."""
    [before] = window.standing().chosen({window.before.id})
    assert before.penalty == 0


def test_looking_twice_adds_nothing_and_looking_costs_no_query_per_season(late, count_queries):
    with on(late, 20):
        account_id, season_id = late.account.id, late.season.id
        with count_queries() as one:
            [first] = standings.of_account(account_id).chosen({season_id})
        for year in (2021, 2022):
            factories.owe(late.account, factories.make_season(year), "100.00", late.cashier.staff)
        with count_queries() as three:
            [again] = standings.of_account(account_id).chosen({season_id})
        assert again == first
        assert first.penalty == Decimal("46.54")
        assert len(three) == len(one) == 6
        assert db.session.scalar(select(Penalty.id)) is None


@pytest.mark.parametrize(
    ("rule", "owed", "days", "penalty"),
    [
        ({"share_per_day": "0.002", "base": "whole_fee"}, "2500.00", 45, "225.00"),
        ({"cap": "0.3"}, "2670.00", 299, "798.33"),
        ({"cap": "0.3"}, "2670.00", 300, "801.00"),
        ({"cap": "0.3"}, "2670.00", 301, "801.00"),
        ({"grace_days": 800}, "2327.00", 20, "0.00"),
    ],
)
def test_the_worked_examples_on_the_page(branch, cashier, rule, owed, days, penalty):
    """W19 and W20; with days of grace the due date of 31 December 2024 moves."""
    make_late_tariff(**rule)
    window = make_late_window(branch, cashier, first=DUE, owed=owed)
    with on(window, days):
        page = window.cashier.get(window.page)
        assert bill(window).penalty == Decimal(penalty)
        total = Decimal(owed) + Decimal(penalty)
        assert f"{total:,.2f}" in text_of(page)
        assert f'data-penalty="{Decimal(penalty).scaleb(2):f}"' in page.get_data(as_text=True)
        assert window.pay(window.season, cash=str(total)).status_code == 303
        assert kept(window) == (Decimal(owed), Decimal(0))
    assert holds() == []


def test_the_row_says_why(late):
    with on(late, 20):
        words = text_of(late.cashier.get(late.page))
        assert "Penalty to 2026-12-11" in words
        reckoned = "2026-11-22 to 2026-12-11: 2327.00 yuan unpaid × 1 ‰ × 20 days = 46.54"
        assert f"{reckoned} [{DOCUMENT}]" in words


def test_the_bill_and_its_statement_say_why(late):
    with on(late, 20):
        address = f"/households/{late.account.id}/bills/{late.season.code}"
        words = text_of(late.cashier.get(address))
        assert "2327.00 yuan unpaid × 1 ‰ × 20 days = 46.54" in words
        assert "2,373.54" in words
        [page] = PdfReader(BytesIO(late.cashier.get(f"{address}/statement.pdf").data)).pages
        printed = "".join(page.extract_text().split())
        assert "46.54" in printed
        assert "2,373.54" in printed


def test_a_penalty_does_not_pass_to_a_new_owner(late):
    new = factories.make_account(db.session.get_one(Branch, late.account.branch_id))
    with on(late, 20), pytest.raises(PenaltyFirst) as refused:
        ownership.carry_over(late.account, new, by=late.cashier.id, memo="")
    assert refused.value.values == {"penalty": "46.54"}


def test_days_without_supply_are_left_out(branch, cashier):
    make_late_tariff(stops_when_cut=True)
    window = make_late_window(branch, cashier, first=DUE)
    term = db.session.scalars(select(factories.SupplyTerm)).one()
    term.ends_on = date(2026, 11, 30)
    db.session.flush()
    factories.make_term(window.account, starts_on=date(2026, 12, 1), state=SupplyState.CUT)
    db.session.commit()
    with on(window, 40):
        assert bill(window).penalty == Decimal("20.94")  # 22 to 30 November: nine days
        assert window.pay(window.season, cash="2347.94").status_code == 303
    assert holds() == []


# --- frozen when money moves -----------------------------------------------------------------------------------------


def test_penalty_first_then_the_rest(late):
    """W21 B: of 1,000 on the 20th day 46.54 pay penalty; 40 days later 54.94 more are due."""
    with on(late, 20):
        assert late.pay(late.season, cash="1000", part="1").status_code == 303
        assert kept(late) == (Decimal("953.46"), Decimal(0))
        assert bill(late).due == Decimal("1373.54")
    with on(late, 60):
        assert (bill(late).fee, bill(late).penalty) == (Decimal("1373.54"), Decimal("54.94"))
        assert late.pay(late.season, cash="1428.48").status_code == 303
        assert bill(late).owed == 0
    lines = db.session.scalars(select(Penalty).order_by(Penalty.id)).all()
    assert [(one.starts_on, one.ends_on, one.days, one.amount) for one in lines] == [
        (date(2026, 11, 22), date(2026, 12, 11), 20, Decimal("46.54")),
        (date(2026, 12, 12), date(2027, 1, 20), 40, Decimal("54.94")),
    ]
    assert holds() == []


def test_fee_first_then_the_rest(branch, cashier):
    """W21 A: the 1,000 pay fee; 46.54 stay in the books and 53.08 come to them."""
    make_late_tariff(allocation="principal_first")
    window = make_late_window(branch, cashier, first=DUE)
    with on(window, 20):
        assert window.pay(window.season, cash="1000", part="1").status_code == 303
        assert kept(window) == (Decimal("1000.00"), Decimal("46.54"))
    with on(window, 60):
        assert (bill(window).fee, bill(window).penalty) == (Decimal("1327.00"), Decimal("99.62"))
        assert window.pay(window.season, cash="1426.62").status_code == 303
    assert holds() == []


def test_a_paid_fee_leaves_its_penalty_owed(branch, cashier):
    """Closing the fee closes no penalty, and no day is added to it any more."""
    make_late_tariff(allocation="principal_first")
    window = make_late_window(branch, cashier, first=DUE)
    with on(window, 20):
        assert window.pay(window.season, cash="2327", part="1").status_code == 303
    with on(window, 90):
        assert (bill(window).fee, bill(window).penalty) == (Decimal(0), Decimal("46.54"))
        assert "46.54" in text_of(window.cashier.get(window.page))
        assert window.pay(window.season, wechat="46.54").status_code == 303
        assert bill(window).owed == 0
    assert db.session.scalars(select(Penalty.amount)).all() == [Decimal("46.54")]
    assert holds() == []


def test_one_journal_tells_fee_and_penalty_apart(late):
    with on(late, 20):
        late.pay(late.season, cash="1000", part="1")
    journal = db.session.scalars(select(Journal).where(Journal.kind == JournalKind.PAYMENT)).one()
    entries = db.session.execute(
        select(Entry.debit, Entry.credit, Entry.amount)
        .where(Entry.journal_id == journal.id)
        .order_by(Entry.id)
    )
    assert [tuple(row) for row in entries] == [
        (LedgerCode.PENALTY_RECEIVABLE, LedgerCode.PENALTY_INCOME, Decimal("46.54")),
        (LedgerCode.CASH_IN_TILL, LedgerCode.PENALTY_RECEIVABLE, Decimal("46.54")),
        (LedgerCode.CASH_IN_TILL, LedgerCode.RECEIVABLE, Decimal("953.46")),
    ]
    paid = db.session.scalars(select(Allocation)).one()
    assert (paid.amount, paid.penalty) == (Decimal("1000.00"), Decimal("46.54"))


def test_a_second_payment_on_the_day_adds_nothing_and_the_next_day_adds_one(late):
    with on(late, 20):
        late.pay(late.season, cash="1000", part="1")
        late.pay(late.season, wechat="300", part="1")
        assert (bill(late).fee, bill(late).penalty) == (Decimal("1073.54"), Decimal(0))
    with on(late, 21):
        assert bill(late).penalty == Decimal("1.07")
    assert db.session.scalars(select(Penalty.amount)).all() == [Decimal("46.54")]


def test_several_seasons_tenders_and_cash_rounding(late):
    """Two old debts at once: each gets its fee and its penalty, whatever tender reaches it; cash carries the rounding."""
    factories.round_cash(db.session.get_one(Branch, late.account.branch_id), "jiao")
    factories.owe(late.account, late.before, "1000.00", late.cashier.staff)
    db.session.commit()
    with on(late, 20):
        assert late.standing().owed == Decimal("3327.00") + Decimal("20.00") + Decimal("46.54")
        assert late.pay(wechat="1000", cash="2393.50").status_code == 303
        assert late.standing().owed == 0
    shares = db.session.execute(
        select(Allocation.season_id, Allocation.amount, Allocation.penalty).order_by(Allocation.amount)
    )
    assert [tuple(row) for row in shares] == [
        (late.before.id, Decimal("1020.00"), Decimal("20.00")),
        (late.season.id, Decimal("2373.54"), Decimal("46.54")),
    ]
    assert db.session.scalars(select(Payment.rounding)).one() == Decimal("-0.04")
    assert holds() == []


def test_prepayment_pays_penalty_like_any_tender(late):
    ahead = {**late.form(late.before, cash="3000", surplus="prepayment"), "season": [], "shown_due": "0"}
    assert late.cashier.post(f"{late.page}/pay", ahead).status_code == 303
    with on(late, 20):
        assert late.pay(late.season, prepayment="2373.54").status_code == 303
        assert (late.standing().owed, late.standing().prepayment) == (Decimal(0), Decimal("626.46"))
    assert holds() == []


# --- void ------------------------------------------------------------------------------------------------------------


def void(window, payment_id):
    return window.cashier.post(f"/billing/payments/{payment_id}/void", {"reason": "wrong_amount"})


def test_a_void_restores_balance_and_penalty(late):
    with on(late, 20):
        before = late.standing()
        late.pay(late.season, cash="1000", part="1")
        [payment_id] = db.session.scalars(select(Payment.id))
        assert void(late, payment_id).status_code == 303
        assert late.standing() == before
        assert kept(late) == (Decimal(0), Decimal(0))
    with on(late, 60):
        assert bill(late).penalty == Decimal("139.62")
        assert late.pay(late.season, cash="2466.62").status_code == 303
    assert holds() == []


def test_a_void_waits_for_the_payment_that_used_its_penalty(branch, cashier):
    """Fee first: the first payment froze what the second one paid."""
    make_late_tariff(allocation="principal_first")
    window = make_late_window(branch, cashier, first=DUE)
    with on(window, 20):
        window.pay(window.season, cash="1000", part="1")
        window.pay(window.season, cash="1373.54")
        first, second = db.session.scalars(select(Payment.id).order_by(Payment.id))
        refused = void(window, first)
        assert refused.status_code == 409
        assert "Undo the later payment first" in text_of(refused)
        assert void(window, second).status_code == 303
        assert void(window, first).status_code == 303
        assert (bill(window).fee, bill(window).penalty) == (Decimal("2327.00"), Decimal("46.54"))
    assert holds() == []


# --- stale pages and two windows -------------------------------------------------------------------------------------


def test_a_page_of_yesterday_takes_no_money(late):
    """The sum has grown overnight: the cashier is told why and sees the new one."""
    with on(late, 20):
        form = late.form(late.season, cash="2373.54")
    with on(late, 21):
        answer = late.cashier.post(f"{late.page}/pay", form)
        assert answer.status_code == 409
        assert "a new business day has begun" in fault_of(answer)
        assert "2,375.87" in text_of(answer)
        assert payments_taken() == 0


def test_two_cashiers_on_one_bill(late):
    with on(late, 20):
        form = late.form(late.season, cash="2373.54")
        assert late.cashier.post(f"{late.page}/pay", form).status_code == 303
        again = late.cashier.post(f"{late.page}/pay", {**form})
        assert again.status_code == 409
        assert "took ¥2,373.54" in fault_of(again)
        assert payments_taken() == 1


# --- papers and lists ------------------------------------------------------------------------------------------------


def test_receipt_and_invoice_have_a_line_of_their_own(late):
    give_invoice_book(late)
    with on(late, 20):
        late.pay(late.season, cash="2373.54")
        receipt = db.session.scalars(select(Receipt)).one()
        facts = ReceiptFacts.from_json(receipt.facts)
        assert [(line.item, line.amount) for line in facts.lines] == [
            ("期初欠费", Decimal("2327.00")),
            ("违约金 Penalty", Decimal("46.54")),
        ]
        assert "1 ‰" in facts.lines[1].formula
        assert (facts.total, facts.balance_after) == (Decimal("2373.54"), Decimal(0))
        payment_id = receipt.payment_id
        late.cashier.post(f"/billing/invoices/issue/{payment_id}", {"season": str(late.season.id)})
        invoice = InvoiceFacts.from_json(db.session.scalars(select(Invoice.facts)).one())
        assert [(line.item, line.amount) for line in invoice.lines] == [
            ("*供暖*采暖费", Decimal("2327.00")),
            ("*供暖*违约金", Decimal("46.54")),
        ]
        sheet = text_of(late.cashier.get(f"/billing/payments/{payment_id}"))
        assert re.search(r"2024-2025 2,327.00 46.54 2,373.54", sheet)


def test_the_day_closes_with_its_penalties(late):
    with on(late, 20):
        late.pay(late.season, cash="2373.54")
        close_day(late)
        closed = db.session.get_one(BusinessDay, (late.account.branch_id, date(2026, 12, 11)))
        moved = {row["code"]: (row["debit"], row["credit"]) for row in closed.totals["accounts"]}
        assert moved["1123"] == ("46.54", "46.54")
        assert moved["6301"] == ("0.00", "46.54")
        on_paper = {total.name: total.amount for total in day_sheets.read(closed).totals}
        assert on_paper["6301 违约金收入 Penalty income"] == Decimal("-46.54")
    assert holds() == []
