"""Reductions as facts: they follow corrected areas, never go below zero, come back undone, and reach old bills too."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select

from heatdesk.approvals import kinds
from heatdesk.approvals.rules.states import RequestState
from heatdesk.approvals.services import requests
from heatdesk.billing.changes import low_temperature
from heatdesk.billing.errors import (
    DebtWrittenOff,
    MoreThanDue,
    NoColdRule,
    NotBilledYet,
    NothingReduced,
    ReducedBeyondBill,
    SecondSubsidy,
    StatedOnly,
    TakenOver,
    WithOpenRequests,
)
from heatdesk.billing.models import Adjustment, Bill, Charge, Entry, Journal
from heatdesk.billing.rules.adjustments import ColdRoom
from heatdesk.billing.rules.ledger import LedgerCode
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments, dues, ledger, standings
from heatdesk.billing.services.verification import (
    adjustments as granted_checks,
    books,
    papers,
    report,
    requests as request_checks,
)
from heatdesk.db import db
from heatdesk.errors import RuleBroken
from tests import factories
from tests.approvals.office import approve
from tests.billing.test_verify import pay
from tests.changes import reductions
from tests.changes.kinds import area as area_kind
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario, make_world, send

NO_SCENARIO = Scenario("none", lambda _world: {}, bills, prepare=reductions.give_rules)
COLD = ("low_temperature", {"spells": [{"from": "2026-12-01", "to": "2026-12-12", "celsius": "17"}]})


@pytest.fixture
def world(app):
    return make_world(NO_SCENARIO)


def grant(world, kind, *adjustments):
    """An applied request of this kind about the household's bill."""
    return agree(world, send(kind, reductions.granted(world, *adjustments), by=world.clerk))


def agree(world, request):
    for level in request.levels:
        approve(request, getattr(world.office, level["role"]))
    assert request.state == RequestState.APPLIED
    return request


def take_back(world, request):
    payload = {"request_id": request.id, "account_id": None}
    return agree(world, send("withdrawal", payload, by=world.clerk))


def correct_area(world, area):
    return agree(world, send("area", area_kind.payload(world, area), by=world.clerk))


def bill_of(world, account=None):
    query = select(Bill).where(
        Bill.account_id == (account or world.account).id, Bill.season_id == world.season.id
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def totals(world):
    bill = bill_of(world)
    return bill.charged, bill.reduced


def holds():
    """What verify says without its own transaction."""
    broken = [one.id for one in map(report._ask, [*books.INVARIANTS, *papers.INVARIANTS]) if not one.holds]
    broken += [one.id for one in map(report._ask, granted_checks.INVARIANTS) if not one.holds]
    broken += [one.id for one in map(report._ask, request_checks.INVARIANTS) if not one.holds]
    return broken == [] and granted_checks.not_as_granted() == []


def test_a_corrected_area_takes_the_reduction_with_it(world):
    grant(world, "low_temperature", COLD)
    assert totals(world) == (Decimal("2327.00"), Decimal("36.99"))
    correct_area(world, "179.00")
    assert totals(world) == (Decimal("4654.00"), Decimal("73.97"))
    assert holds()


def test_an_area_that_changes_within_the_cold_days_splits_them(world):
    grant(world, "low_temperature", COLD)
    payload = area_kind.payload(world, "179.00") | {"starts_on": "2026-12-07"}
    agree(world, send("area", payload, by=world.clerk))
    before, after = Decimal(2327) / 151 * 6 * Decimal("0.2"), Decimal(4654) / 151 * 6 * Decimal("0.2")
    assert totals(world)[1] == round(before, 2) + round(after, 2)
    assert holds()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(area=st.decimals("30", "200", places=2), first=st.integers(1, 20), days=st.integers(1, 40))
def test_area_first_or_reduction_first_make_the_same_bill(app, area, first, days):
    spell = {"from": f"2026-12-{first:02}", "celsius": "15"}
    spell["to"] = date.fromordinal(date(2026, 12, first).toordinal() + days - 1).isoformat()
    cold = ("low_temperature", {"spells": [spell]})
    ends = []
    for order in ("area", "cold"):
        saved = db.session.begin_nested()
        world = make_world(NO_SCENARIO)
        if order == "area" and area != Decimal("89.50"):
            correct_area(world, str(area))
        grant(world, "low_temperature", cold)
        if order == "cold" and area != Decimal("89.50"):
            correct_area(world, str(area))
        ends.append(totals(world))
        assert holds()
        saved.rollback()
    assert ends[0] == ends[1]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paid=st.decimals("1.00", "2327.00", places=2), off=st.decimals("0.01", "2327.00", places=2))
def test_a_withdrawn_reduction_leaves_the_books_as_before(app, paid, off):
    saved = db.session.begin_nested()
    world = make_world(NO_SCENARIO)
    cashier = world.office.administrator
    shift = factories.open_till(cashier, world.office.branch)
    pay(world.account, world.season, shift, cashier, str(paid))
    before = bills(world)
    request = grant(world, "correction", ("write_down", {"amount": f"{-off:f}"}))
    assert bills(world) != before
    take_back(world, request)
    assert bills(world) == before
    assert holds()
    saved.rollback()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(area=st.decimals("10", "300", places=2), kind=st.sampled_from(["low_income", "taiyuan"]))
def test_household_and_government_pay_the_whole_bill(app, area, kind):
    saved = db.session.begin_nested()
    world = make_world(NO_SCENARIO)
    if area != Decimal("89.50"):
        correct_area(world, str(area))
    whole = bill_of(world).due
    grant(world, "subsidy", ("subsidy", {"kind": kind}))
    claimed = select(Entry.amount).where(Entry.debit == LedgerCode.SUBSIDY_RECEIVABLE)
    assert bill_of(world).due + sum(db.session.scalars(claimed)) == whole
    assert holds()
    saved.rollback()


def test_reductions_together_stay_within_the_bill(world):
    grant(world, "correction", ("write_down", {"amount": "-2300.00"}))
    with pytest.raises(ReducedBeyondBill):
        send("low_temperature", reductions.granted(world, COLD), by=world.clerk)


def test_what_is_asked_for_elsewhere_counts_too(world):
    open_one = send(
        "correction", reductions.granted(world, ("write_down", {"amount": "-2300.00"})), by=world.clerk
    )
    with pytest.raises(WithOpenRequests, match=open_one.number):
        send("low_temperature", reductions.granted(world, COLD), by=world.clerk)
    requests.withdraw(open_one, by=world.clerk)
    grant(world, "low_temperature", COLD)


def test_no_day_is_given_back_twice_whoever_asks(world):
    grant(world, "low_temperature", COLD)
    again = {"spells": [{"from": "2026-12-12", "to": "2026-12-13", "celsius": "10"}]}
    with pytest.raises(RuleBroken, match="Two temperatures are given for 2026-12-12"):
        send("low_temperature", reductions.granted(world, ("low_temperature", again)), by=world.clerk)
    with pytest.raises(RuleBroken, match="Two reductions are given"):
        send("late_supply", reductions.granted(world, ("late_start", {"days": 40})), by=world.clerk)


def test_an_area_that_leaves_too_little_bill_is_refused(world):
    grant(world, "correction", ("write_down", {"amount": "-2300.00"}))
    with pytest.raises(RuleBroken, match="The reductions would come to"):
        send("area", area_kind.payload(world, "20.00"), by=world.clerk)


def test_without_a_rule_nothing_can_be_asked_for(app):
    world = make_world(Scenario("none", lambda _world: {}, bills))
    with pytest.raises(NoColdRule):
        send("low_temperature", reductions.granted(world, COLD), by=world.clerk)


def test_a_warm_room_gives_nothing_back(world):
    warm = {"spells": [{"from": "2026-12-01", "to": "2026-12-12", "celsius": "18"}]}
    with pytest.raises(NothingReduced):
        send("low_temperature", reductions.granted(world, ("low_temperature", warm)), by=world.clerk)


def test_one_subsidy_a_season(world):
    grant(world, "subsidy", ("subsidy", {"kind": "low_income"}))
    with pytest.raises(SecondSubsidy):
        send("subsidy", reductions.granted(world, ("subsidy", {"kind": "taiyuan"})), by=world.clerk)


def test_the_surplus_of_a_paid_bill_becomes_prepayment(world):
    cashier = world.office.administrator
    shift = factories.open_till(cashier, world.office.branch)
    pay(world.account, world.season, shift, cashier, "2327.00")
    grant(world, "low_temperature", COLD)
    assert (bill_of(world).due, standings.of_account(world.account.id).prepayment) == (
        Decimal(0),
        Decimal("36.99"),
    )
    assert holds()


def test_a_receivable_that_rises_is_income_and_one_that_falls_a_reduction(world):
    up = grant(world, "receivable", ("receivable", {"amount": "50.00"}))
    grant(world, "receivable", ("receivable", {"amount": "-80.00"}))
    assert totals(world) == (Decimal("2377.00"), Decimal("80.00"))
    take_back(world, up)
    assert totals(world) == (Decimal("2327.00"), Decimal("80.00"))
    assert holds()


def test_whoever_took_the_money_does_not_lower_the_bill(world):
    shift = factories.open_till(world.office.supervisor, world.office.branch)
    pay(world.account, world.season, shift, world.office.supervisor, "100.00")
    request = send(
        "correction", reductions.granted(world, ("write_down", {"amount": "-10.00"})), by=world.clerk
    )
    assert request.took_part == [world.office.supervisor.id]


def test_a_bill_from_old_books_takes_stated_amounts_alone(world):
    old = factories.make_season(2023)
    factories.owe(world.account, old, "500.00", world.clerk)
    world.season = old
    grant(world, "correction", ("write_down", {"amount": "-120.00"}))
    assert totals(world) == (Decimal("500.00"), Decimal("120.00"))
    raised = grant(world, "receivable", ("receivable", {"amount": "30.00"}))
    assert totals(world) == (Decimal("530.00"), Decimal("120.00"))
    grant(world, "bad_debt", ("bad_debt", {"amount": "-380.00", "grounds": "over_three_years"}))
    assert bill_of(world).due == Decimal("30.00")
    take_back(world, raised)
    assert totals(world) == (Decimal("500.00"), Decimal("500.00"))
    with pytest.raises(StatedOnly):
        send("late_supply", reductions.granted(world, ("late_start", {"days": 1})), by=world.clerk)
    with pytest.raises(TakenOver):
        assessments.assess(world.account.id, old.id, by=world.clerk.id, reason="nothing to move")
    assert holds()


def test_more_than_is_owed_is_no_bad_debt(world):
    cashier = world.office.administrator
    pay(world.account, world.season, factories.open_till(cashier, world.office.branch), cashier, "100.00")
    with pytest.raises(MoreThanDue):
        send(
            "bad_debt",
            reductions.granted(world, ("bad_debt", {"amount": "-2300.00", "grounds": "death"})),
            by=world.clerk,
        )


def test_what_is_given_back_never_goes_to_one_whose_debt_is_written_off(world):
    cashier = world.office.administrator
    shift = factories.open_till(cashier, world.office.branch)
    pay(world.account, world.season, shift, cashier, "2000.00")
    grant(world, "bad_debt", ("bad_debt", {"amount": "-327.00", "grounds": "bankruptcy"}))
    with pytest.raises(DebtWrittenOff):
        send("low_temperature", reductions.granted(world, COLD), by=world.clerk)


def test_a_season_without_bills_takes_it_with_its_first_bill(world):
    world.season.state = SeasonState.BILLED
    coming = factories.make_season(2027)
    payload = reductions.granted(world, ("write_down", {"amount": "-10.00"})) | {"season_id": coming.id}
    request = agree(world, send("correction", payload, by=world.clerk))
    assert (request.amount, request.preview["difference"]) == (Decimal("10.00"), "0.00")
    assert db.session.scalars(select(Journal).where(Journal.change_request_id == request.id)).all() == []
    with pytest.raises(NotBilledYet):
        raised = reductions.granted(world, ("receivable", {"amount": "10.00"})) | {"season_id": coming.id}
        send("receivable", raised, by=world.clerk)
    assert holds()


def test_the_counter_says_the_reduction_and_its_reasons(world):
    request = grant(world, "low_temperature", COLD)
    [row] = dues.rows_of(world.account.id, standings.of_account(world.account.id))
    assert row.notes == [f"Low-temperature reduction 12 days 17 °C, request {request.number}"]
    assert row.item == "Heating fee"
    assert row.explanation[0].startswith("89.50 m² × 26.00")
    assert "17 °C was measured: 20 % of the fee is given back. [LY1]" in row.explanation
    assert f"Request {request.number}." in row.explanation
    take_back(world, request)
    [row] = dues.rows_of(world.account.id, standings.of_account(world.account.id))
    assert row.notes == []


def test_the_preview_shows_band_days_and_document(world):
    payload = reductions.granted(world, COLD)
    rows = kinds.get("low_temperature").preview(payload).to_json()["changes"]
    assert [(row["after"], row.get("source")) for row in rows[:2]] == [
        ("%(celsius)s °C was measured: %(share)s of the fee is given back.", "LY1"),
        (
            "%(fee)s yuan ÷ %(of_days)s days × %(days)s days × %(share)s = %(amount)s yuan less.",
            None,
        ),
    ]
    assert rows[1]["values"]["days"] == "12"


def test_a_measured_room_becomes_a_draft_with_its_amount(world):
    room = ColdRoom(date(2026, 12, 1), date(2026, 12, 12), Decimal("17.0"), measurement_id=4)
    draft = low_temperature.propose(
        world.account.id, world.season.id, [room], reason="measured", by=world.clerk
    )
    assert (draft.state, draft.preview["difference"]) == (RequestState.DRAFT, "-36.99")
    assert draft.payload["adjustments"][0]["facts"]["spells"][0]["measurement_id"] == 4


def test_the_guards_of_the_table_hold(world):
    request = grant(world, "low_temperature", COLD)
    [row] = db.session.scalars(select(Adjustment).where(Adjustment.change_request_id == request.id))
    for wrong in ({"facts": {}}, {"withdrawn_by": None, "effect": "x"}):
        with (
            pytest.raises(Exception, match="can only be withdrawn|permission denied"),
            db.session.begin_nested(),
        ):
            db.session.execute(Adjustment.__table__.update().where(Adjustment.id == row.id).values(**wrong))
    charge = db.session.scalars(select(Charge).where(Charge.item == "low_temperature")).one()
    assert charge.basis_id is None
    assert ledger.movements_of(charge.journal_id)[0].debit == LedgerCode.REDUCTION
