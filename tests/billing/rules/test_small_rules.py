"""Connections, discounts, payers, readings and steam: the small rules, each with the case it must refuse."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from heatdesk.billing.rules.areas import AreaRule, Areas
from heatdesk.billing.rules.charges import season_charge
from heatdesk.billing.rules.connections import ConnectionAgreement, Instalment, connection_fee, instalments
from heatdesk.billing.rules.discounts import DiscountRow, DiscountRule, early_discount
from heatdesk.billing.rules.energy import EnergyPrice, SettlementPeriod, SteamRule
from heatdesk.billing.rules.lines import Assessment
from heatdesk.billing.rules.parameters import MonthDay
from heatdesk.billing.rules.payers import PayerShare, payer_lines, taken_over
from heatdesk.billing.rules.penalties import DatedAmount
from heatdesk.billing.rules.readings import (
    ImplausibleReading,
    Reading,
    ReadingBelowPrevious,
    check_plausible,
    used_between,
)
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import AreaBase, PriceUnit, Unit, UseClass
from heatdesk.billing.rules.steam import settlement_periods, steam_charge
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.rules.taxes import split_tax, usual_tax
from heatdesk.billing.rules.terms import Term
from heatdesk.errors import BadInput, RuleBroken

SEASON = Season("2024-2025", date(2024, 11, 15), date(2025, 3, 15), 121, date(2024, 12, 31))
TARIFF = Tariff(
    use_class=UseClass.RESIDENTIAL,
    document_no="no. 1",
    valid_from=date(2010, 1, 1),
    price=Decimal(25),
    price_unit=PriceUnit.SEASON,
    area=AreaRule(AreaBase.BUILDING),
)
STEAM = SteamRule((EnergyPrice(Unit.TONNE, Decimal(220)),), minimum=Decimal(500))


def bill(area: str = "100") -> Assessment:
    flat = Term(
        first=SEASON.starts_on,
        last=SEASON.ends_on,
        use_class=UseClass.RESIDENTIAL,
        areas=Areas(Decimal(area)),
    )
    return season_charge(SEASON, [flat], [TARIFF])


def test_connection_by_the_agreed_area_then_by_the_measured() -> None:
    agreed = ConnectionAgreement(Decimal(12000), Decimal(85))
    measured = ConnectionAgreement(Decimal(12000), Decimal(85), Decimal("12040.55"), Decimal("-1000.00"))

    assert connection_fee(agreed)[0] == Decimal("1020000.00")
    amount, steps = connection_fee(measured)
    assert amount == Decimal("1022446.75")
    assert [step.english() for step in steps] == [
        "Measured area 12040.55 m² × 85 yuan = 1023446.75 yuan.",
        "Adjustment as agreed: -1000.00 yuan.",
    ]
    with pytest.raises(BadInput, match="below zero"):
        ConnectionAgreement(Decimal(-1), Decimal(85))


@given(st.decimals("0.01", "9999999", places=2))
def test_instalments_make_the_whole_fee(fee: Decimal) -> None:
    third = Decimal("0.333")
    plan = (
        Instalment(date(2025, 6, 1), third),
        Instalment(date(2024, 6, 1), third),
        Instalment(date(2026, 6, 1), 1 - 2 * third),
    )

    parts = instalments(fee, plan)

    assert sum(amount for _, amount in parts) == fee
    assert [day.year for day, _ in parts] == [2024, 2025, 2026]


def test_instalments_must_make_one() -> None:
    with pytest.raises(BadInput, match="100 % together"):
        instalments(Decimal(100), (Instalment(date(2025, 6, 1), Decimal("0.9")),))


DISCOUNT = DiscountRule(
    (DiscountRow(MonthDay(8, 31), Decimal("0.03")), DiscountRow(MonthDay(10, 15), Decimal("0.01")))
)


@pytest.mark.parametrize(
    ("day", "paid", "earned"),
    [
        (date(2024, 8, 31), "2425.00", Decimal("75.00")),
        (date(2024, 8, 31), "2424.99", None),
        (date(2024, 9, 1), "2500.00", Decimal("25.00")),
        (date(2024, 10, 15), "2475.00", Decimal("25.00")),
        (date(2024, 10, 16), "2500.00", None),
    ],
)
def test_early_payment(day: date, paid: str, earned: Decimal | None) -> None:
    discount = early_discount(DISCOUNT, SEASON, Decimal("2500.00"), [DatedAmount(day, Decimal(paid))])

    assert (discount and discount[0]) == earned
    if discount:
        assert "less" in discount[1].english()


def test_a_discount_table_starts_with_the_greatest() -> None:
    with pytest.raises(BadInput, match=r"discount\.rows"):
        DiscountRule(tuple(reversed(DISCOUNT.rows)))


def test_an_organisation_pays_its_share_and_the_household_the_rest() -> None:
    shares = (
        PayerShare("works", Decimal("0.70"), up_to_m2=Decimal(90)),
        PayerShare("union", Decimal("0.10"), limit=Decimal(200)),
    )

    lines = payer_lines(bill(), shares, SEASON.period)

    assert [line.amount for line in lines] == [Decimal("-1575.00"), Decimal(-200)]
    assert bill().with_lines(*lines).total == Decimal("725.00")
    assert "works answers for 70 % of 2500.00 yuan for 90 of 100 m²" in lines[0].steps[0].english()
    assert "no more than 200.00" in lines[1].steps[-1].english()


@given(st.decimals("0.01", "5000", places=2), st.lists(st.decimals(0, "0.33", places=4), max_size=3))
def test_organisations_and_household_pay_the_whole_bill(area: Decimal, shares: list[Decimal]) -> None:
    whole = bill(str(area))

    lines = payer_lines(whole, [PayerShare(str(i), share) for i, share in enumerate(shares)], SEASON.period)

    organisation = taken_over(-sum((line.amount for line in lines), Decimal(0)), 1, SEASON.period)
    assert whole.with_lines(*lines, organisation).total == whole.total
    assert whole.with_lines(*lines).total >= 0


def test_organisations_cannot_pay_more_than_the_bill() -> None:
    with pytest.raises(BadInput, match=r"undertake 500\.00 yuan more"):
        payer_lines(
            bill(), (PayerShare("works", Decimal(1)), PayerShare("union", Decimal("0.2"))), SEASON.period
        )


@given(st.decimals("-99999", "99999", places=2), st.sampled_from(UseClass))
def test_net_and_tax_make_the_amount(amount: Decimal, use: UseClass) -> None:
    split = split_tax(amount, usual_tax(use))

    assert split.net + split.tax == amount


def test_a_meter_runs_forward_or_over() -> None:
    before = Reading(date(2024, 11, 15), Decimal(99900))

    assert used_between(before, Reading(date(2025, 3, 15), Decimal("99950.5"))) == Decimal("50.5")
    assert used_between(before, Reading(date(2025, 3, 15), Decimal(300)), digits=5) == Decimal(400)
    with pytest.raises(ReadingBelowPrevious, match="showed 300 on 2025-03-15, less than 99900"):
        used_between(before, Reading(date(2025, 3, 15), Decimal(300)))
    with pytest.raises(ReadingBelowPrevious):
        used_between(before, Reading(date(2025, 3, 15), Decimal(50000)), digits=5)
    with pytest.raises(ReadingBelowPrevious):
        used_between(Reading(date(2024, 11, 15), Decimal(50000)), Reading(date(2025, 3, 15), Decimal(300)), 5)
    with pytest.raises(BadInput, match="must come after"):
        used_between(before, before)


def test_an_implausible_reading_is_questioned() -> None:
    check_plausible(Decimal(12100), Decimal(100), 121, Decimal(1))
    with pytest.raises(ImplausibleReading, match="12101 in 121 days"):
        check_plausible(Decimal(12101), Decimal(100), 121, Decimal(1))


def test_steam_is_billed_by_calendar_months() -> None:
    months = settlement_periods(STEAM, SEASON)

    assert [(period.first.isoformat(), period.last.isoformat()) for period in months] == [
        ("2024-11-15", "2024-11-30"),
        ("2024-12-01", "2024-12-31"),
        ("2025-01-01", "2025-01-31"),
        ("2025-02-01", "2025-02-28"),
        ("2025-03-01", "2025-03-15"),
    ]
    whole = SteamRule(STEAM.prices, period=SettlementPeriod.SEASON)
    assert settlement_periods(whole, SEASON) == [SEASON.period]


def test_an_agreement_of_its_own_replaces_the_minimum() -> None:
    assert steam_charge(STEAM, SEASON.period, Unit.TONNE, Decimal(430), Decimal(400)).total == Decimal(
        "94600.00"
    )


def test_steam_without_a_price_for_the_unit_is_refused() -> None:
    with pytest.raises(RuleBroken, match="no price per “gj”; it has one per: t"):
        steam_charge(STEAM, SEASON.period, Unit.GJ, Decimal(1))
    with pytest.raises(BadInput, match="cannot be below zero"):
        steam_charge(STEAM, SEASON.period, Unit.TONNE, Decimal(-1))
