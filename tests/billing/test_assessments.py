"""Assessments: a bill is moved to what the facts say, by the difference, whatever happened before."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select, text

from heatdesk.billing.errors import DayNotOpen, SeasonIsClosed, TakenOver
from heatdesk.billing.models import Bill, Charge, Entry, Prepayment, SupplyTerm
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.states import SupplyMode, SupplyState
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments, ledger
from heatdesk.db import db
from heatdesk.errors import RuleBroken
from heatdesk.money import ZERO
from tests import factories
from tests.billing.season_city import make_city

FULL = Decimal("2327.00")
"""89.50 m² × 26 yuan."""
BASIC = Decimal("465.40")


@pytest.fixture
def city(app):
    return make_city()


@pytest.fixture
def account(city):
    return factories.make_account(city.branch)


def assess(city, account):
    return assessments.assess(account.id, city.season.id, by=city.clerk.id, reason="test")


def bill_of(city, account):
    return db.session.get(Bill, (city.season.id, account.id), populate_existing=True)


def rewrite(account, *terms):
    """Replace the account's facts."""
    db.session.execute(text("delete from supply_term where account_id = :id"), {"id": account.id})
    for term in terms:
        factories.make_term(account, **term)
    db.session.expire_all()


def suspended_from(day):
    return (
        {"ends_on": day - timedelta(days=1)},
        {"starts_on": day, "state": SupplyState.SUSPENDED},
    )


def pay(city, account, amount):
    ledger.post(
        JournalKind.PAYMENT,
        [
            ledger.movement(
                LedgerCode.BANK,
                LedgerCode.RECEIVABLE,
                Decimal(amount),
                season_id=city.season.id,
                account_id=account.id,
            )
        ],
        branch_id=account.branch_id,
        by=city.clerk.id,
    )


def test_the_first_assessment_charges_everything(city, account):
    assert assess(city, account) == FULL
    assert bill_of(city, account).charged == FULL
    charge = db.session.scalar(select(Charge))
    assert (charge.item, charge.revision, charge.amount, charge.target) == ("heat", 1, FULL, FULL)
    assert charge.quantity_m2 == Decimal("89.50")


def test_assessing_again_changes_nothing(city, account):
    assess(city, account)
    assert assess(city, account) == 0
    assert len(db.session.scalars(select(Charge)).all()) == 1


def test_a_preview_posts_nothing(city, account):
    changes = assessments.preview(account.id, city.season.id)
    assert [(change.item, change.before, change.target) for change in changes] == [("heat", ZERO, FULL)]
    assert bill_of(city, account) is None


def test_suspending_moves_heat_to_the_basic_fee(city, account):
    assess(city, account)
    rewrite(account, {"state": SupplyState.SUSPENDED})
    assert assess(city, account) == BASIC - FULL
    assert bill_of(city, account).charged == BASIC
    last = {row.item: row for row in db.session.scalars(select(Charge).order_by(Charge.revision))}
    assert (last["heat"].revision, last["heat"].amount, last["heat"].target) == (2, -FULL, ZERO)
    assert (last["basic_fee"].revision, last["basic_fee"].amount) == (1, BASIC)
    incomes = select(Entry.debit, Entry.credit, Entry.amount).order_by(Entry.id)
    assert [tuple(row) for row in db.session.execute(incomes)] == [
        ("1122", "6001", FULL),
        ("1122", "6002", BASIC),
        ("6001", "1122", FULL),
    ]


def test_suspending_and_undoing_leaves_the_books_as_before(city, account):
    assess(city, account)
    before = (bill_of(city, account).charged, bill_of(city, account).due)
    rewrite(account, *suspended_from(date(2026, 12, 15)))
    assess(city, account)
    rewrite(account, {})
    assess(city, account)
    assert (bill_of(city, account).charged, bill_of(city, account).due) == before
    assert [row.target for row in db.session.scalars(select(Charge).where(Charge.revision == 3))] == [FULL]


def test_what_was_paid_beyond_the_new_total_becomes_a_prepayment(city, account):
    assess(city, account)
    pay(city, account, "2000.00")
    rewrite(account, {"state": SupplyState.SUSPENDED})
    assess(city, account)
    bill = bill_of(city, account)
    assert (bill.charged, bill.paid, bill.due) == (BASIC, BASIC, ZERO)
    assert db.session.get(Prepayment, account.id).balance == Decimal("2000.00") - BASIC
    rewrite(account, {})
    assess(city, account)
    assert bill_of(city, account).due - db.session.get(Prepayment, account.id).balance == FULL - 2000


def test_a_term_that_was_taken_out_leaves_nothing_due(city, account):
    assess(city, account)
    rewrite(account)
    assert assess(city, account) == -FULL
    assert bill_of(city, account).charged == 0


def test_demolished_owes_nothing_and_gets_no_bill(city):
    account = factories.make_account(city.branch, term={"state": SupplyState.DEMOLISHED})
    assert assess(city, account) == 0
    assert bill_of(city, account) is None


def test_a_rule_that_refuses_leaves_everything_as_it_was(city, account):
    assess(city, account)
    rewrite(account, {"mode": SupplyMode.STEAM})
    with pytest.raises(RuleBroken, match="does not go by area"):
        assess(city, account)
    assert bill_of(city, account).charged == FULL


def test_a_bill_of_the_old_books_is_not_assessed(city, account):
    factories.owe(account, city.season, "500.00", city.clerk)
    with pytest.raises(TakenOver, match=account.card_no):
        assess(city, account)


def test_a_closed_season_takes_no_charge(city, account):
    city.season.state = SeasonState.CLOSED
    db.session.flush()
    with pytest.raises(SeasonIsClosed):
        assess(city, account)


def test_without_an_open_day_nothing_is_charged(city):
    account = factories.make_account(factories.make_branch())
    with pytest.raises(DayNotOpen):
        assess(city, account)


def test_several_at_once_a_refused_one_keeps_out_of_it(city, account):
    steamed = factories.make_account(city.branch, term={"mode": SupplyMode.STEAM})
    elsewhere = factories.make_account(city.other_branch)
    ids = [account.id, steamed.id, elsewhere.id]
    done = assessments.assess_many(ids, city.season.id, by=city.clerk.id, reason="test")
    assert done.differences == {account.id: FULL, elsewhere.id: FULL}
    assert list(done.refusals) == [steamed.id]
    assert db.session.scalar(text("select count(*) from journal where kind = 'assessment'")) == 2


DAYS = st.integers(0, 150).map(lambda days: date(2026, 11, 1) + timedelta(days=days))
FACTS = st.one_of(
    st.just(({},)),
    st.just(({"state": SupplyState.SUSPENDED},)),
    st.just(({"state": SupplyState.DEMOLISHED},)),
    st.just(()),
    DAYS.filter(lambda day: day > date(2026, 11, 1)).map(suspended_from),
    st.integers(1, 30000).map(lambda area: ({"building_area_m2": Decimal(area).scaleb(-2)},)),
    st.integers(300, 600).map(lambda height: ({"storey_height_m": Decimal(height).scaleb(-2)},)),
)


@given(changes=st.lists(st.tuples(FACTS, st.integers(0, 300000)), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_changes_ends_like_a_fresh_assessment(city, changes):
    """Facts change and money comes in between; at the end the bill is what a new account with the last facts gets."""
    account, fresh = (factories.make_account(city.branch, term=None) for _account in range(2))
    for facts, paid in changes:
        rewrite(account, *facts)
        assess(city, account)
        bill = bill_of(city, account)
        money = min(Decimal(paid).scaleb(-2), bill.due if bill else ZERO)
        if money:
            pay(city, account, money)
    rewrite(fresh, *changes[-1][0])
    assess(city, fresh)
    ended, expected = bill_of(city, account), bill_of(city, fresh)
    assert (ended.charged if ended else ZERO) == (expected.charged if expected else ZERO)
    charges = db.session.scalars(select(Charge).where(Charge.account_id == account.id)).all()
    for item in {charge.item for charge in charges}:
        of_item = [charge for charge in charges if charge.item == item]
        assert sum(charge.amount for charge in of_item) == max(of_item, key=lambda one: one.revision).target
    assert db.session.scalar(select(SupplyTerm.id).limit(1)) is None or assess(city, account) == 0
