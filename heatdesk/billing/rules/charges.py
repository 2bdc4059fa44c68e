"""Charges by area: what one household owes for a season, line by line, with the steps that led there.

The work is split so that a season run computes each distinct *shape* once: `rate_of` gives the exact yuan per
chargeable m², `chargeable_area` the m², and `amount_fen` multiplies the two in integers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from heatdesk.billing.rules.areas import Areas, Part, weighted_area
from heatdesk.billing.rules.heights import area_factor, fee_factor
from heatdesk.billing.rules.lines import Assessment, Line
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import AreaRounding, Item, SupplyMode, SupplyState
from heatdesk.billing.rules.steps import Step, figure, percent
from heatdesk.billing.rules.suspensions import resumed
from heatdesk.billing.rules.tariffs import Tariff, tariff_in_force
from heatdesk.billing.rules.terms import Shape, Term, joined
from heatdesk.dates import DateRange
from heatdesk.errors import RuleBroken
from heatdesk.money import round_money


@dataclass(frozen=True, slots=True)
class Rate:
    """What one chargeable m² costs for a term: `yuan_per_m2` is exact, nothing is rounded before the line."""

    item: Item
    period: DateRange
    yuan_per_m2: Fraction
    price: Decimal
    height_factor: Fraction
    area_ratio: Fraction
    share: Decimal
    days: int
    of_days: int
    document_no: str
    steps: tuple[Step, ...]


def season_charge(season: Season, terms: Iterable[Term], tariffs: Sequence[Tariff]) -> Assessment:
    """The lines of one household's season, one per term; neighbouring terms with the same facts are one term.

    So a season split at any day into equal halves costs the same fen as the whole, and a split into different
    halves differs from the sum of exact parts by less than half a fen per line. Raises `BadInput` for terms
    that overlap or leave the season, `RuleBroken` where the tariffs have no rule for a term.
    """
    return Assessment(tuple(_line(season, term, tariffs) for term in charged_terms(season, terms, tariffs)))


def charged_terms(season: Season, terms: Iterable[Term], tariffs: Sequence[Tariff]) -> list[Term]:
    """The terms as they are charged: neighbours joined, heat resumed within the season by the tariff's
    policy.
    """
    facts = joined(season, terms)
    if all(term.state is not SupplyState.SUSPENDED for term in facts):
        return facts
    rule = tariff_in_force(tariffs, facts[-1].use_class, season).suspension
    return joined(season, resumed(rule, season, facts))


def _line(season: Season, term: Term, tariffs: Sequence[Tariff]) -> Line:
    tariff = tariff_in_force(tariffs, term.use_class, season)
    rate = rate_of(season, term.shape, tariff)
    quantity, steps = explained_area(term.areas, term.parts, term.shape, tariff)
    amount = round_money(Fraction(quantity) * rate.yuan_per_m2)
    values = {"quantity": figure(quantity), "rate": figure(rate.yuan_per_m2), "amount": f"{amount:f}"}
    return Line(
        item=rate.item,
        period=rate.period,
        quantity=quantity,
        price=rate.price,
        factors=tuple(factor for factor in (rate.height_factor, rate.area_ratio) if factor != 1),
        share=rate.share,
        days=rate.days,
        of_days=rate.of_days,
        amount=amount,
        document_no=rate.document_no,
        steps=(*steps, *rate.steps, Step("amount", values)),
        tax_class=tariff.tax_class,
    )


def rate_of(season: Season, shape: Shape, tariff: Tariff) -> Rate:
    """The exact yuan per chargeable m² of a term: season price × days ÷ days of the season × height × share.

    W01 26; W02 0.18 × 121; W07 18 × 1.15; W11 25 × 20 %; W12c 25 × 81 ÷ 121 and 25 × 20 % × 40 ÷ 121; W28 26
    × 102 ÷ 151. A metered flat pays by area until its meter is settled (BJ6, HL6).
    """
    if shape.mode not in (SupplyMode.AREA, SupplyMode.METERED):
        raise RuleBroken("Charging “%(mode)s” does not go by area.", mode=shape.mode.value)
    price = tariff.season_price(season)
    days = season.counted_days(shape.first, shape.last)
    height, height_steps = fee_factor(tariff.height, shape.storey_height_m)
    share, item, share_steps = _share(shape, tariff)
    ratio = Fraction(1)
    if tariff.area.rounding is AreaRounding.NONE:
        ratio = area_ratio(shape, tariff)
    return Rate(
        item=item,
        period=DateRange(shape.first, shape.last),
        yuan_per_m2=Fraction(price)
        * Fraction(days, season.statutory_days)
        * height
        * Fraction(share)
        * ratio,
        price=tariff.price,
        height_factor=height,
        area_ratio=ratio,
        share=share,
        days=days,
        of_days=season.statutory_days,
        document_no=tariff.document_no,
        steps=(_price_step(season, tariff), *height_steps, *_day_steps(season, shape, days), *share_steps),
    )


def area_ratio(shape: Shape, tariff: Tariff) -> Fraction:
    """What one measured m² counts as: conversion × type factor × over-height area factor (exact)."""
    ratio, _ = tariff.area.ratio(shape.known_areas, shape.building_type)
    height, _ = area_factor(tariff.height, shape.storey_height_m, shape.building_type)
    return ratio * height


def chargeable_area(areas: Areas, parts: Iterable[Part], shape: Shape, tariff: Tariff) -> Decimal:
    """The m² that are multiplied by the rate, to two places (W04 75.02; W09 36.00; W27 97.00).

    Where the tariff says that converted areas are not rounded, the conversion is in the rate and this is the
    measured area with its parts.
    """
    return explained_area(areas, parts, shape, tariff)[0]


def explained_area(
    areas: Areas, parts: Iterable[Part], shape: Shape, tariff: Tariff
) -> tuple[Decimal, list[Step]]:
    """`chargeable_area` with its steps."""
    start = tariff.area.start(areas.known)
    measured = areas.of(start) or Decimal(0)
    ratio, ratio_steps = tariff.area.ratio(shape.known_areas, shape.building_type)
    height, height_steps = area_factor(tariff.height, shape.storey_height_m, shape.building_type)
    applied = Fraction(1) if tariff.area.rounding is AreaRounding.NONE else ratio * height
    quantity, part_steps = weighted_area(measured, parts, tariff.parts, applied)
    steps = [
        Step(f"area_{start.value}", {"area": figure(measured)}),
        *part_steps,
        *ratio_steps,
        *height_steps,
    ]
    if quantity != measured:
        steps.append(Step("chargeable", {"quantity": figure(quantity)}))
    return quantity, steps


def amount_fen(area_hundredths: int, rate_numerator: int, rate_denominator: int) -> int:
    """Area × rate in whole fen, half-up, in integers: `round_money(area × rate)` × 100 for areas in 0.01 m².

    Takes areas and rates from zero up. Also turns a measured area into a converted one: the rate is then
    `area_ratio`.
    """
    doubled = 2 * area_hundredths * rate_numerator
    return (doubled + rate_denominator) // (2 * rate_denominator)


def _share(shape: Shape, tariff: Tariff) -> tuple[Decimal, Item, list[Step]]:
    """The share of the fee due in this state, as which item, and why (W11, W12c)."""
    if shape.state is SupplyState.SUPPLIED:
        return Decimal(1), Item.HEAT, []
    if shape.state is SupplyState.DEMOLISHED:
        return Decimal(0), Item.HEAT, [Step("demolished", {})]
    rule = tariff.suspension
    if shape.state is SupplyState.SUSPENDED:
        if rule is None:
            raise RuleBroken(
                "The tariff %(document)s has no rule for suspension, but heat is suspended from %(first)s.",
                document=tariff.document_no,
                first=shape.first,
                key="terms",
            )
        return (
            rule.share,
            Item.BASIC_FEE,
            [Step("suspended", {"share": percent(rule.share)}, rule.document_no)],
        )
    if rule is None or rule.cut_share is None:
        return Decimal(0), Item.BASIC_FEE, [Step("cut_free", {})]
    return rule.cut_share, Item.BASIC_FEE, [Step("cut", {"share": percent(rule.cut_share)}, rule.document_no)]


def _price_step(season: Season, tariff: Tariff) -> Step:
    values = {
        "price": figure(tariff.price),
        "months": figure(tariff.months or 0),
        "days": str(season.statutory_days),
        "season_price": figure(tariff.season_price(season)),
    }
    return Step(f"price_{tariff.price_unit.value}", values, tariff.document_no)


def _day_steps(season: Season, shape: Shape, days: int) -> list[Step]:
    if days == season.statutory_days:
        return []
    values = {
        "first": str(shape.first),
        "last": str(shape.last),
        "days": str(days),
        "of_days": str(season.statutory_days),
    }
    return [Step("days", values)]
