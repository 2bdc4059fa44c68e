"""Quality (低温减免, 晚供, 停供): what the utility takes off the bill for heat it did not deliver.

Every reduction is a daily fee × days × a share. The daily fee is the household's rounded fee ÷ the days it is
charged for, as the documents put it (LY1, BJ4); each reduction is rounded once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from heatdesk.billing.rules.lines import Assessment, Line
from heatdesk.billing.rules.parameters import Celsius, Count, Share
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import Item, PartStep
from heatdesk.billing.rules.steps import Step, figure, percent
from heatdesk.dates import DateRange
from heatdesk.errors import BadInput, RuleBroken
from heatdesk.money import round_money


class ReductionBase(StrEnum):
    """What the share is taken of: the whole fee, the fee less the basic fee, or the fee of the cold rooms'
    area.
    """

    WHOLE_FEE = "whole_fee"
    LESS_BASIC = "less_basic"
    ROOMS = "rooms"


@dataclass(frozen=True, slots=True)
class ColdBand:
    """Rooms colder than `below_c` (with `or_equal`: not warmer) give back `share` of the daily fee."""

    below_c: Celsius
    share: Share
    or_equal: bool = False

    def covers(self, celsius: Decimal) -> bool:
        return celsius < self.below_c or (self.or_equal and celsius == self.below_c)


@dataclass(frozen=True, slots=True)
class LowTemperatureRule:
    """Bands from the warmest limit down; the last one that covers the temperature counts.

    Harbin (old): below 18 30 %, below 16 50 %, below 14 100 % (HL1). Beijing: below 18 40 %, 16 or less 60 %,
    14 or less 100 %, of the cold rooms only (BJ2, BJ3). Xi'an takes the basic fee off first (XA1).
    """

    bands: tuple[ColdBand, ...]
    base: ReductionBase = ReductionBase.WHOLE_FEE
    basic_share: Share = Decimal(0)
    document_no: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        limits = [band.below_c for band in self.bands]
        if not limits or limits != sorted(set(limits), reverse=True):
            raise BadInput(
                "“%(key)s” must list temperatures from the warmest down.", key="low_temperature.bands"
            )

    def share(self, celsius: Decimal) -> Decimal:
        covering = [band.share for band in self.bands if band.covers(celsius)]
        return covering[-1] if covering else Decimal(0)


@dataclass(frozen=True, slots=True)
class SupplyTimeRule:
    """Late start, early stop and outages give back `share` of the daily fee for each day.

    An outage counts from `minimum_hours` on (24 h continuous, LY1), its days by `part_day`.
    """

    share: Share = Decimal(1)
    minimum_hours: Count = 24
    part_day: PartStep = PartStep.FLOOR
    document_no: str = ""
    source: str = ""

    def outage_days(self, hours: Decimal) -> Decimal:
        """The days given back for an outage of so many hours; none below the minimum."""
        if hours < self.minimum_hours:
            return Decimal(0)
        if self.part_day is PartStep.EXACT:
            return hours / 24
        whole = hours // 24
        return whole + (self.part_day is PartStep.CEIL and whole * 24 < hours)


@dataclass(frozen=True, slots=True)
class ColdSpell:
    """A measured room: from the report to the day before it was warm again, both days counted; room area in
    m².
    """

    period: DateRange
    celsius: Decimal
    room_area_m2: Decimal | None = None


def low_temperature(
    rule: LowTemperatureRule, season: Season, bill: Assessment, spells: tuple[ColdSpell, ...]
) -> list[Line]:
    """One reduction per cold spell on the heated lines of `bill`.

    W13 Harbin, 3 065.60 ÷ 183: 10 days at 17 °C 50.26, 5 at 15 °C 41.88, 2 at 13.5 °C 33.50. W14 Beijing by
    rooms: 8.57 and 17.85. W15 Tianjin: 16.0 °C 4.13, 15.9 °C 20.66, 11.9 °C 41.32. W16: 42.14. W17 Xi'an:
    26.84.
    """
    _refuse_overlap(rule, spells)
    return [_cold_line(rule, season, bill, spell) for spell in spells]


def _cold_line(rule: LowTemperatureRule, season: Season, bill: Assessment, spell: ColdSpell) -> Line:
    share = rule.share(spell.celsius)
    whole = _daily_fees(season, bill, spell.period)
    part = Fraction(1)
    steps = [_step("cold_band", rule.document_no, celsius=figure(spell.celsius), share=percent(share))]
    if rule.base is ReductionBase.LESS_BASIC:
        part = 1 - Fraction(rule.basic_share)
        steps.append(_step("cold_less_basic", rule.document_no, share=percent(rule.basic_share)))
    if rule.base is ReductionBase.ROOMS:
        area = whole.line.quantity
        if spell.room_area_m2 is None or not 0 < spell.room_area_m2 <= area:
            raise BadInput(
                "“%(key)s” must be given, %(area)s m² at most: the tariff reduces the fee of cold rooms.",
                key="room_area",
                area=area,
            )
        part = Fraction(spell.room_area_m2) / Fraction(area)
        steps.append(_step("cold_room", rule.document_no, room=figure(spell.room_area_m2), area=figure(area)))
    elif spell.room_area_m2 is not None:
        raise RuleBroken(
            "“%(key)s” has no meaning here: this tariff reduces the fee of the whole flat.", key="room_area"
        )
    return whole.reduction(Item.LOW_TEMPERATURE, part, Decimal(whole.days), share, rule.document_no, steps)


def _refuse_overlap(rule: LowTemperatureRule, spells: tuple[ColdSpell, ...]) -> None:
    """Two rooms may be cold on one day; a flat as a whole is reduced once a day."""
    if rule.base is ReductionBase.ROOMS:
        return
    ordered = sorted(spells, key=lambda spell: spell.period.first)
    for earlier, later in pairwise(ordered):
        if later.period.first <= earlier.period.last:
            raise BadInput(
                "Two temperatures are given for %(day)s. Give one for each day.",
                day=later.period.first,
                key="temperatures",
            )


def late_start(rule: SupplyTimeRule, season: Season, bill: Assessment, days: int) -> Line:
    """The reduction for heat that began `days` late (W18: Beijing 2 400 ÷ 121 × 7 = 138.84)."""
    if not 0 < days <= season.statutory_days:
        raise BadInput("“%(key)s” must lie inside the season.", key="late_start_days")
    last = date.fromordinal(season.starts_on.toordinal() + days - 1)
    return _lost_days(rule, Item.LATE_START, season, bill, DateRange(season.starts_on, last), Decimal(days))


def early_stop(rule: SupplyTimeRule, season: Season, bill: Assessment, days: int) -> Line:
    """The reduction for heat that ended `days` early."""
    if not 0 < days <= season.statutory_days:
        raise BadInput("“%(key)s” must lie inside the season.", key="early_stop_days")
    first = date.fromordinal(season.ends_on.toordinal() - days + 1)
    return _lost_days(rule, Item.EARLY_STOP, season, bill, DateRange(first, season.ends_on), Decimal(days))


def outage(
    rule: SupplyTimeRule, season: Season, bill: Assessment, period: DateRange, hours: Decimal
) -> Line | None:
    """The reduction for an outage of `hours` in `period` (W18: Shenyang 2 327 ÷ 151 × 5 = 77.05); None if too
    short.
    """
    days = rule.outage_days(hours)
    return _lost_days(rule, Item.OUTAGE, season, bill, period, days) if days else None


def _lost_days(
    rule: SupplyTimeRule, item: Item, season: Season, bill: Assessment, period: DateRange, days: Decimal
) -> Line:
    whole = _daily_fees(season, bill, period)
    steps = [_step(item.value, rule.document_no, days=figure(days))]
    return whole.reduction(item, Fraction(1), days, rule.share, rule.document_no, steps)


@dataclass(frozen=True, slots=True)
class _DailyFee:
    """The heated line a reduction belongs to, and the counted days of the reduction in it."""

    line: Line
    period: DateRange
    days: int

    def reduction(
        self, item: Item, part: Fraction, days: Decimal, share: Decimal, document_no: str, steps: list[Step]
    ) -> Line:
        fee = self.line
        amount = -round_money(Fraction(fee.amount) / fee.days * part * Fraction(days) * Fraction(share))
        values = {
            "fee": f"{fee.amount:f}",
            "of_days": str(fee.days),
            "part": figure(part),
            "days": figure(days),
            "share": percent(share),
            "amount": f"{-amount:f}",
        }
        return Line(
            item=item,
            period=self.period,
            quantity=fee.quantity,
            price=fee.price,
            amount=amount,
            document_no=document_no,
            steps=(*steps, Step("reduction" if part == 1 else "reduction_of_part", values)),
            share=share,
            days=self.days,
            of_days=fee.days,
            tax_class=fee.tax_class,
        )


def _daily_fees(season: Season, bill: Assessment, period: DateRange) -> _DailyFee:
    """The heated line `period` lies in; raises `BadInput` outside the season, `RuleBroken` where no heat was
    owed.
    """
    if period.first < season.starts_on or period.last > season.ends_on:
        raise BadInput(
            "%(first)s to %(last)s does not lie inside the season %(code)s.",
            first=period.first,
            last=period.last,
            code=season.code,
        )
    for line in bill.lines:
        heated = line.item is Item.HEAT and line.share > 0 and line.days > 0
        if heated and line.period.first <= period.first and period.last <= line.period.last:
            return _DailyFee(line, period, season.counted_days(period.first, period.last))
    raise RuleBroken(
        "From %(first)s to %(last)s these premises were not charged for heat by area at one rate, "
        "so nothing can be taken off. Give the days of each term apart.",
        first=period.first,
        last=period.last,
    )


def refuse_overlaps(lines: Iterable[Line]) -> None:
    """No day is given back twice: raises `BadInput` where two reductions meet, unless they are rooms of one
    flat.
    """
    ordered = sorted(lines, key=lambda line: line.period.first)
    for i, earlier in enumerate(ordered):
        for later in ordered[i + 1 :]:
            rooms = earlier.item is later.item is Item.LOW_TEMPERATURE
            if not rooms and earlier.period.overlap(later.period):
                raise BadInput("Two reductions are given for %(day)s. Keep one.", day=later.period.first)


def _step(rule: str, document_no: str, **values: str) -> Step:
    return Step(rule, values, document_no)
