"""Early-payment discount at the counter: offered with its date, granted with the payment, undone with it."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select

from heatdesk.billing.models import Bill, Charge, Entry, Payment, Receipt
from heatdesk.billing.papers.receipt_facts import ReceiptFacts
from heatdesk.billing.rules.ledger import LedgerCode
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments, ownership, standings
from heatdesk.billing.services.verification import INVARIANTS, report
from heatdesk.db import db
from heatdesk.network.models import Branch
from tests import factories
from tests.billing.late import bill, day_start, give_invoice_book, go_to, make_late_tariff, make_late_window
from tests.conftest import text_of

EARLY = {
    "rows": [{"paid_by": "09-30", "share": "0.02"}, {"paid_by": "10-31", "share": "0.01"}],
    "document_no": "示例优惠文号",
}
SEPTEMBER = date(2026, 9, 21)


@pytest.fixture(autouse=True)
def _the_day():
    with time_machine.travel(day_start(SEPTEMBER)):
        yield


@pytest.fixture
def early(branch, cashier):
    """2,327.00 yuan by area for the winter to come; 2 % less until 30 September, 1 % in October."""
    make_late_tariff(discount=EARLY)
    window = make_late_window(branch, cashier, first=SEPTEMBER, owed="0", year=2026)
    window.season.state = SeasonState.BILLED
    assessments.assess(window.account.id, window.season.id, by=cashier.id, reason="first bill")
    db.session.commit()
    return window


def kept(window):
    row = db.session.get_one(Bill, (window.season.id, window.account.id), populate_existing=True)
    return row.charged, row.reduced, row.paid


def holds():
    return [(one.id, one.cases) for one in map(report._ask, INVARIANTS) if not one.holds]


def test_the_counter_offers_it_with_its_date(early):
    words = text_of(early.cashier.get(early.page))
    assert "If the whole season is paid by 2026-09-30: ¥46.54 less" in words
    assert (bill(early).due, bill(early).owed) == (Decimal("2280.46"), Decimal("2327.00"))


def test_each_date_has_its_share_and_after_the_last_there_is_none(early):
    with go_to(early, date(2026, 10, 1)):
        assert bill(early).less == Decimal("23.27")
    with go_to(early, date(2026, 11, 1)):
        assert bill(early).less == 0
        assert "is paid by" not in text_of(early.cashier.get(early.page))


def test_a_new_owner_takes_over_the_whole_fee(early):
    """What paying early would earn is nobody's before somebody pays early."""
    new = factories.make_account(db.session.get_one(Branch, early.account.branch_id))
    ownership.carry_over(early.account, new, by=early.cashier.id, memo="")
    owed = {one: standings.of_account(one).owed for one in (early.account.id, new.id)}
    assert owed == {early.account.id: 0, new.id: Decimal("2327.00")}


def test_it_is_granted_with_the_payment(early):
    give_invoice_book(early)
    assert early.pay(early.season, cash="2280.46").status_code == 303
    assert kept(early) == (Decimal("2327.00"), Decimal("46.54"), Decimal("2280.46"))
    assert bill(early).owed == 0
    charge = db.session.scalars(select(Charge).where(Charge.item == Item.DISCOUNT)).one()
    entry = db.session.scalars(select(Entry).where(Entry.debit == LedgerCode.REDUCTION)).one()
    assert (charge.amount, entry.amount, entry.item) == (Decimal("-46.54"), Decimal("46.54"), Item.DISCOUNT)
    assert charge.journal_id == entry.journal_id == db.session.scalars(select(Payment.journal_id)).one()
    facts = ReceiptFacts.from_json(db.session.scalars(select(Receipt.facts)).one())
    assert [line.amount for line in facts.lines] == [Decimal("2327.00"), Decimal("-46.54")]
    assert (facts.total, facts.balance_after) == (Decimal("2280.46"), Decimal(0))
    words = text_of(early.cashier.get(early.page))
    assert "Paid by 2026-09-30: 2 % less, 46.54 yuan. [示例优惠文号]" in words
    assert holds() == []


def test_part_payment_earns_nothing(early):
    assert early.pay(early.season, cash="2000", part="1").status_code == 303
    assert kept(early) == (Decimal("2327.00"), Decimal(0), Decimal("2000.00"))
    facts = ReceiptFacts.from_json(db.session.scalars(select(Receipt.facts)).one())
    assert facts.balance_after == Decimal("327.00")
    assert bill(early).due == Decimal("280.46")
    assert early.pay(early.season, cash="280.46").status_code == 303
    assert bill(early).owed == 0
    assert holds() == []


def test_a_void_takes_it_back(early):
    before = early.standing()
    early.pay(early.season, cash="2280.46")
    [payment_id] = db.session.scalars(select(Payment.id))
    early.cashier.post(f"/billing/payments/{payment_id}/void", {"reason": "wrong_amount"})
    assert kept(early) == (Decimal("2327.00"), Decimal(0), Decimal(0))
    assert early.standing() == before
    amounts = db.session.execute(select(Charge.amount, Charge.target).where(Charge.item == Item.DISCOUNT))
    assert sorted(tuple(row) for row in amounts) == [
        (Decimal("-46.54"), Decimal("-46.54")),
        (Decimal("46.54"), Decimal("0.00")),
    ]
    assert early.pay(early.season, cash="2280.46").status_code == 303
    assert holds() == []


def test_it_survives_a_new_assessment(early, clerk):
    """The area grows: the discount of the day stays as it was, and only what is new is owed."""
    early.pay(early.season, cash="2280.46")
    [term] = db.session.scalars(select(assessments.supply_facts.SupplyTerm))
    term.building_area_m2 = Decimal("92.30")
    db.session.flush()
    with go_to(early, date(2026, 11, 2)):
        moved = assessments.assess(early.account.id, early.season.id, by=clerk.id, reason="measured anew")
        assert moved == Decimal("72.80")
        assert kept(early) == (Decimal("2399.80"), Decimal("46.54"), Decimal("2280.46"))
        assert bill(early).due == Decimal("72.80")
        assert assessments.assess(early.account.id, early.season.id, by=clerk.id, reason="again") == 0
    assert holds() == []


def test_it_is_never_more_than_is_charged(early, clerk):
    """The flat turns out to be no household of ours: what was paid goes to the prepayment, the discount to nobody."""
    early.pay(early.season, cash="2280.46")
    early.account.opened_on = date(2027, 6, 1)
    db.session.flush()
    assessments.assess(early.account.id, early.season.id, by=clerk.id, reason="opened later")
    assert kept(early) == (Decimal(0), Decimal(0), Decimal(0))
    assert early.standing().prepayment == Decimal("2280.46")
    assert holds() == []
