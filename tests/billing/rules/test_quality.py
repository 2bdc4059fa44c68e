"""Reductions for heat that was not delivered: boundaries, and nobody gets back more than the fee."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from heatdesk.billing.rules.areas import AreaRule, Areas
from heatdesk.billing.rules.charges import season_charge
from heatdesk.billing.rules.lines import Assessment
from heatdesk.billing.rules.quality import (
    ColdBand,
    ColdSpell,
    LowTemperatureRule,
    SupplyTimeRule,
    early_stop,
    late_start,
    low_temperature,
    outage,
)
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import AreaBase, PartStep, PriceUnit, SupplyState, TaxClass, UseClass
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.rules.terms import Term
from heatdesk.dates import DateRange
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
FLAT = Term(
    first=SEASON.starts_on,
    last=SEASON.ends_on,
    use_class=UseClass.RESIDENTIAL,
    areas=Areas(Decimal("96.37")),
)
BANDS = LowTemperatureRule(
    (
        ColdBand(Decimal(18), Decimal("0.2")),
        ColdBand(Decimal(16), Decimal("0.5"), or_equal=True),
        ColdBand(Decimal(14), Decimal(1)),
    )
)


def bill(*terms: Term) -> Assessment:
    return season_charge(SEASON, terms or [FLAT], [TARIFF])


@pytest.mark.parametrize(
    ("celsius", "share"),
    [("18", "0"), ("17.9", "0.2"), ("16.1", "0.2"), ("16", "0.5"), ("14", "0.5"), ("13.9", "1"), ("-5", "1")],
)
def test_each_limit_has_its_closed_side(celsius: str, share: str) -> None:
    assert BANDS.share(Decimal(celsius)) == Decimal(share)


def test_bands_are_listed_from_the_warmest_down() -> None:
    with pytest.raises(BadInput, match=r"low_temperature\.bands"):
        LowTemperatureRule(tuple(reversed(BANDS.bands)))


@pytest.mark.parametrize(
    ("hours", "part_day", "days"),
    [
        ("23.98", PartStep.CEIL, "0"),
        ("24", PartStep.FLOOR, "1"),
        ("35", PartStep.FLOOR, "1"),
        ("35", PartStep.CEIL, "2"),
        ("36", PartStep.EXACT, "1.5"),
        ("48", PartStep.CEIL, "2"),
    ],
)
def test_days_of_an_outage(hours: str, part_day: PartStep, days: str) -> None:
    assert SupplyTimeRule(part_day=part_day).outage_days(Decimal(hours)) == Decimal(days)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 121), st.decimals("0.01", "500", places=2))
def test_what_is_given_back_at_either_end_makes_the_fee(days: int, area: Decimal) -> None:
    whole = bill(replace(FLAT, areas=Areas(area)))
    late = late_start(SupplyTimeRule(), SEASON, whole, days)
    given_back = late.amount

    if days < SEASON.statutory_days:
        given_back += early_stop(SupplyTimeRule(), SEASON, whole, SEASON.statutory_days - days).amount

    assert abs(whole.total + given_back) <= Decimal("0.01")
    assert -whole.total <= late.amount <= 0


def test_a_reduction_keeps_the_tax_class_of_the_fee() -> None:
    assert late_start(SupplyTimeRule(), SEASON, bill(), 3).tax_class is TaxClass.EXEMPT


def test_a_flat_heated_for_part_of_the_season_has_the_same_daily_fee() -> None:
    heated = replace(FLAT, first=date(2024, 12, 20), areas=Areas(Decimal(121)))
    spell = ColdSpell(DateRange(date(2025, 1, 1), date(2025, 1, 4)), Decimal(15))

    [line] = low_temperature(BANDS, SEASON, bill(heated), (spell,))

    assert line.amount == Decimal("-50.00")
    assert (line.days, line.of_days) == (4, 86)


@pytest.mark.parametrize("state", [SupplyState.CUT, SupplyState.DEMOLISHED])
def test_without_heat_owed_there_is_nothing_to_give_back(state: SupplyState) -> None:
    spell = ColdSpell(DateRange(date(2025, 1, 1), date(2025, 1, 4)), Decimal(15))
    with pytest.raises(RuleBroken, match="2025-01-01 to 2025-01-04 these premises were not charged"):
        low_temperature(BANDS, SEASON, bill(replace(FLAT, state=state)), (spell,))


def test_an_outage_across_two_terms_is_asked_for_apart() -> None:
    larger = replace(FLAT, first=date(2025, 1, 3), areas=Areas(Decimal(120)))
    whole = bill(replace(FLAT, last=date(2025, 1, 2)), larger)
    days = DateRange(date(2025, 1, 1), date(2025, 1, 4))

    with pytest.raises(RuleBroken, match="Give the days of each term apart"):
        outage(SupplyTimeRule(), SEASON, whole, days, Decimal(96))


def test_a_short_outage_gives_nothing_back() -> None:
    day = SEASON.starts_on + timedelta(days=3)

    assert outage(SupplyTimeRule(), SEASON, bill(), DateRange(day, day), Decimal(23)) is None
