"""From the request to the bill: the worked examples W11, W12a–c and W32, to the fen, once the valve was turned."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from heatdesk.approvals.models import RequestEffect
from heatdesk.billing.errors import AlreadyStopped, DebtsFirst, NothingOverdue, SeasonOver
from heatdesk.billing.models import Charge, Journal, SupplyTerm
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.services import explanations, supply_terms, verification
from heatdesk.billing.services.verification.report import _ask
from heatdesk.db import db
from heatdesk.errors import RuleBroken
from heatdesk.network.models import Premises
from heatdesk.service.models import Ticket
from heatdesk.service.rules.states import TicketState
from tests import factories
from tests.service.field import TIANJIN, make_field


def refusals_of_verify():
    """Of the invariants that speak of requests and tickets."""
    wanted = {"I12", "I13", "I14", "I26"}
    found = [_ask(one) for one in verification.INVARIANTS if one.id in wanted]
    assert {outcome.id for outcome in found} == wanted
    return [(one.id, one.cases) for one in found if not one.holds]


def test_w11_a_suspended_flat_owes_the_basic_fee(field):
    request = field.ask("suspension", "2026-11-15")
    assert Decimal(request.preview["later"]) == Decimal("-2000.00")
    assert Decimal(request.preview["difference"]) == 0
    assert field.charged() == Decimal("2500.00")
    field.turn("2026-11-15")
    assert field.charged() == Decimal("500.00")
    assert field.job().state == TicketState.RESOLVED
    assert refusals_of_verify() == []


def test_w11_by_usable_area(app):
    field = make_field(
        term={"building_area_m2": Decimal("106.64"), "usable_area_m2": Decimal(80)},
        price="38.32",
        area={"base": "usable"},
    )
    assert field.charged() == Decimal("3065.60")
    field.ask("suspension", "2026-11-15")
    field.turn("2026-11-15")
    assert field.charged() == Decimal("613.12")


def test_w12a_resumed_in_the_season_the_full_fee_is_due(app):
    field = make_field({"share": "0.3", "resumption": "full"})
    field.ask("suspension", "2026-11-15")
    field.turn("2026-11-15")
    assert field.charged() == Decimal("750.00")
    request = field.ask("resumption", "2027-01-10")
    assert Decimal(request.preview["later"]) == Decimal("1750.00")
    field.turn("2027-01-12", seal_number="", photos=[])
    assert field.charged() == Decimal("2500.00")
    assert refusals_of_verify() == []


def test_w12b_resumed_by_days(app):
    field = make_field({"share": "0"}, price="0.19", price_unit="day")
    field.ask("suspension", "2026-11-15")
    field.turn("2026-11-15")
    assert field.charged() == 0
    field.ask("resumption", "2026-12-31")
    field.turn("2026-12-31", seal_number="", photos=[])
    assert field.charged() == Decimal("1425.00")


def test_w12c_cut_for_the_last_forty_days(field):
    field.ask("cut_off", "2027-02-04")
    field.turn("2027-02-04")
    assert field.charged() == Decimal("1838.84")
    [newest, *_] = supply_terms.timeline(field.account.id)
    assert (newest.state, newest.starts_on, newest.ends_on) == (SupplyState.CUT, date(2027, 2, 4), None)
    assert refusals_of_verify() == []


def test_w32_heat_taken_in_secret(app):
    field = make_field({"share": "0.3", "secret_multiple": "1"})
    field.ask("suspension", "2026-11-15")
    field.turn("2026-11-15")
    before = field.charged()
    request = field.ask("reconnection", "2027-01-20")
    assert before == Decimal("750.00")
    assert field.charged() - before == Decimal("4250.00")
    assert Decimal(request.preview["difference"]) == Decimal("4250.00")
    penalty = db.session.scalars(select(Charge).where(Charge.item == "reconnection")).one()
    assert any("secret" in one for one in explanations.sentences(penalty))
    assert refusals_of_verify() == []


def test_the_day_of_the_valve_counts_not_the_day_asked_for(field):
    """Closed 20 days late, 20 of 121 days are heated: 2500 × 20/121 + 500 × 101/121."""
    field.ask("suspension", "2026-11-15")
    field.turn("2026-12-05")
    assert field.charged() == Decimal("413.22") + Decimal("417.36")


def test_the_season_after_a_yearly_suspension_has_heat_again(field):
    field.ask("suspension", "2026-11-15")
    field.turn("2026-11-15")
    states = [(one.state, one.starts_on) for one in reversed(supply_terms.timeline(field.account.id))]
    assert states == [
        (SupplyState.SUPPLIED, date(2020, 1, 1)),
        (SupplyState.SUSPENDED, date(2026, 11, 15)),
        (SupplyState.SUPPLIED, date(2027, 3, 16)),
    ]


def test_a_suspension_carried_on_has_no_end(app):
    field = make_field({**TIANJIN, "renewal": "carried_on"})
    field.ask("suspension", "2026-11-15")
    field.turn("2026-11-15")
    [newest, *_] = supply_terms.timeline(field.account.id)
    assert (newest.state, newest.ends_on) == (SupplyState.SUSPENDED, None)


def test_after_the_season_there_is_nothing_left_to_suspend(field):
    field.ask("suspension", "2026-11-15")
    with pytest.raises(SeasonOver, match="2027-03-15"):
        field.turn("2027-03-20")
    assert field.job().state == TicketState.NEW


@pytest.mark.parametrize(
    ("rule", "more", "refusal"),
    [
        ({"apply_by": "09-30"}, {}, "until 2026-09-30"),
        ({"whole_season": True}, {"starts_on": "2026-12-01"}, "whole season"),
        ({"minimum_days": 100}, {"starts_on": "2026-12-20"}, "100 days"),
        ({"not_for": ["gable"]}, {"obstacles": ["gable"]}, "cold gable"),
        ({"not_for": ["ground_floor"]}, {"floor": 1}, "ground floor"),
        ({"not_for": ["top_floor"]}, {"floor": 6}, "top floor"),
        ({"not_for": ["arrears"]}, {"owes": True}, "Old arrears"),
        ({}, {"applied_on": "2027-04-12"}, "handed in after today"),
    ],
)
def test_who_may_not_is_told_why(app, rule, more, refusal):
    field = make_field({**TIANJIN, **rule})
    if more.pop("owes", False):
        factories.owe(field.account, factories.make_season(2025), "10.00", field.office.clerk)
    if floor := more.pop("floor", None):
        db.session.get_one(Premises, field.account.premises_id).floor = floor
        db.session.flush()
    first = more.pop("starts_on", "2026-11-15")
    with pytest.raises(RuleBroken, match=refusal):
        field.ask("suspension", first, **more)
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_resumption_waits_for_old_debts_after_a_cut(field):
    field.ask("cut_off", "2027-02-04")
    field.turn("2027-02-04")
    factories.owe(field.account, factories.make_season(2025), "10.00", field.office.clerk)
    with pytest.raises(DebtsFirst, match="10.00"):
        field.ask("resumption", "2027-02-20")


def test_no_resumption_within_the_season_where_the_tariff_has_none(app):
    field = make_field({**TIANJIN, "resumption": "none"})
    field.ask("suspension", "2026-11-15")
    field.turn("2026-11-15")
    with pytest.raises(RuleBroken, match="cannot be resumed on 2027-01-10"):
        field.ask("resumption", "2027-01-10")


def test_nobody_is_cut_off_before_anything_is_overdue(field):
    with pytest.raises(NothingOverdue):
        field.ask("cut_off", "2026-12-20")


def test_stopped_is_not_stopped_again(field):
    field.ask("suspension", "2026-11-15")
    field.turn("2026-11-15")
    with pytest.raises(AlreadyStopped):
        field.ask("cut_off", "2027-02-04")


def test_works_for_some_days_change_the_bill_at_once_and_send_the_field_twice(field):
    """2500 × 16/121 + 2500 × 100/121 + 500 × 5/121."""
    field.ask("temporary_suspension", "2026-12-01", ends_on="2026-12-05")
    assert field.charged() == Decimal("330.58") + Decimal("2066.12") + Decimal("20.66")
    jobs = db.session.scalars(select(Ticket).order_by(Ticket.id)).all()
    assert [(one.type, one.wanted_on.isoformat(), one.order) for one in jobs] == [
        ("close_valve", "2026-12-01", {}),
        ("open_valve", "2026-12-06", {}),
    ]
    field.turn("2026-12-01", job=jobs[0])
    assert field.charged() == Decimal("2417.36")
    assert refusals_of_verify() == []


def test_demolition_ends_the_bill_on_its_day(field):
    """2500 × 30/121 to 14 December."""
    field.ask("demolition", "2026-12-15")
    assert field.charged() == Decimal("619.83")


def test_what_the_field_posts_carries_the_request(field):
    request = field.ask("suspension", "2026-11-15")
    field.turn("2026-11-15")
    journal = db.session.scalars(select(Journal).where(Journal.change_request_id == request.id)).one()
    assert journal.effect.startswith("executed:")
    effects = db.session.scalars(
        select(RequestEffect).where(RequestEffect.change_request_id == request.id)
    ).all()
    assert sorted((one.effect, one.amount, one.is_later) for one in effects) == sorted(
        [(f"executed:{field.job().number}", Decimal("-2000.00"), True), ("whole", Decimal("0.00"), False)]
    )
    assert (
        db.session.scalar(select(SupplyTerm.reason).where(SupplyTerm.state == "suspended"))
        == field.job().number
    )
