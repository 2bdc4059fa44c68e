"""What holds for every household: recomputing, splitting, and integer arithmetic change nothing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings, strategies as st

from heatdesk.billing.rules.areas import AreaRule, Areas, Part, PartRule
from heatdesk.billing.rules.charges import (
    amount_fen,
    area_ratio,
    chargeable_area,
    rate_of,
    season_charge,
)
from heatdesk.billing.rules.heights import AreaHeight, StepHeight
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import AreaBase, AreaPartKind, PriceUnit, SupplyState, UseClass
from heatdesk.billing.rules.suspensions import SuspensionRule
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.rules.terms import Term
from heatdesk.money import round_money

quick = settings(max_examples=40, deadline=None)

areas = st.decimals("0.01", "99999.99", places=2)
heights = st.none() | st.decimals("2.00", "9.99", places=2)
states = st.sampled_from(SupplyState)


@st.composite
def seasons(draw: st.DrawFn) -> Season:
    starts_on = draw(st.dates(date(2010, 10, 1), date(2030, 11, 30)))
    ends_on = starts_on + timedelta(days=draw(st.integers(0, 200)))
    calendar_days = (ends_on - starts_on).days + 1
    statutory = draw(st.integers(max(1, calendar_days - 2), calendar_days + 2))
    return Season(f"{starts_on.year}-{starts_on.year + 1}", starts_on, ends_on, statutory, starts_on)


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    divisor = draw(st.none() | st.just(Decimal("1.333")))
    height = draw(
        st.sampled_from(
            [
                None,
                StepHeight(Decimal("3.2"), Decimal("0.1"), Decimal("0.03")),
                AreaHeight(Decimal("3.2"), Decimal("0.333")),
            ]
        )
    )
    return Tariff(
        use_class=UseClass.RESIDENTIAL,
        document_no="no. 1",
        valid_from=date(2000, 1, 1),
        price=draw(st.decimals("0.01", "99.9999", places=4)),
        price_unit=draw(st.sampled_from(PriceUnit)),
        months=4,
        area=AreaRule(AreaBase.USABLE if divisor else AreaBase.BUILDING, divisor),
        height=height,
        parts=(PartRule(AreaPartKind.BALCONY, in_area=True, unheated=Decimal("0.5")),),
        suspension=SuspensionRule(share=draw(st.decimals(0, 1, places=2))),
    )


def whole_season(season: Season, area: Decimal, height: Decimal | None, state: SupplyState) -> Term:
    return Term(
        first=season.starts_on,
        last=season.ends_on,
        use_class=UseClass.RESIDENTIAL,
        areas=Areas(area),
        state=state,
        storey_height_m=height,
    )


@quick
@given(seasons(), tariffs(), areas, heights, states, st.data())
def test_a_season_split_at_any_day_costs_the_whole(
    season: Season,
    tariff: Tariff,
    area: Decimal,
    height: Decimal | None,
    state: SupplyState,
    data: st.DataObject,
) -> None:
    whole = whole_season(season, area, height, state)
    cut = season.starts_on + timedelta(
        days=data.draw(st.integers(0, (season.ends_on - season.starts_on).days))
    )
    halves = [replace(whole, last=cut)]
    if cut < season.ends_on:
        halves.append(replace(whole, first=cut + timedelta(days=1)))

    together = season_charge(season, [whole], [tariff])

    assert season_charge(season, reversed(halves), [tariff]) == together
    assert together.total == sum(line.amount for line in together.lines)
    assert season_charge(season, [whole], [tariff]) == together


@quick
@given(seasons(), tariffs(), areas, heights, st.data())
def test_two_households_in_one_season_differ_from_the_whole_by_less_than_half_a_fen_each(
    season: Season, tariff: Tariff, area: Decimal, height: Decimal | None, data: st.DataObject
) -> None:
    whole = whole_season(season, area, height, SupplyState.SUPPLIED)
    cut = season.starts_on + timedelta(
        days=data.draw(st.integers(0, (season.ends_on - season.starts_on).days))
    )
    exact = rate_of(season, whole.shape, tariff).yuan_per_m2
    parts = [replace(whole, last=cut)]
    if cut < season.ends_on:
        parts.append(replace(whole, first=cut + timedelta(days=1)))

    apart = sum(season_charge(season, [part], [tariff]).total for part in parts)

    assert sum(season.counted_days(part.first, part.last) for part in parts) == season.statutory_days
    assert sum(rate_of(season, part.shape, tariff).yuan_per_m2 for part in parts) == exact
    owed = Fraction(season_charge(season, [whole], [tariff]).lines[0].quantity) * exact
    assert abs(Fraction(apart) - owed) <= Fraction(1, 200) * len(parts)


@quick
@given(seasons(), tariffs(), areas, heights, states)
def test_integers_give_the_same_fen(
    season: Season, tariff: Tariff, area: Decimal, height: Decimal | None, state: SupplyState
) -> None:
    term = whole_season(season, area, height, state)
    rate = rate_of(season, term.shape, tariff).yuan_per_m2
    ratio = area_ratio(term.shape, tariff)

    hundredths = amount_fen(int(area * 100), ratio.numerator, ratio.denominator)
    fen = amount_fen(hundredths, rate.numerator, rate.denominator)

    assert Decimal(hundredths).scaleb(-2) == chargeable_area(term.areas, (), term.shape, tariff)
    assert Decimal(fen).scaleb(-2) == season_charge(season, [term], [tariff]).total


@given(st.integers(0, 10**9), st.fractions(0, 1000))
def test_integer_rounding_is_the_rounding_of_money(hundredths: int, rate: Fraction) -> None:
    fen = amount_fen(hundredths, rate.numerator, rate.denominator)

    assert Decimal(fen).scaleb(-2) == round_money(Fraction(hundredths, 100) * rate)


@quick
@given(tariffs(), areas, areas, st.booleans())
def test_a_part_takes_at_most_itself_from_the_area(
    tariff: Tariff, area: Decimal, balcony: Decimal, heated: bool
) -> None:
    parts = (Part(AreaPartKind.BALCONY, min(area, balcony), heated=heated),)
    season = Season("2024-2025", date(2024, 11, 1), date(2025, 3, 31), 151, date(2024, 12, 31))
    shape = whole_season(season, area, None, SupplyState.SUPPLIED).shape

    whole = chargeable_area(Areas(area), (), shape, tariff)

    assert 0 <= chargeable_area(Areas(area), parts, shape, tariff) <= whole
