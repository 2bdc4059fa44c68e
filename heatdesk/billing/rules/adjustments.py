"""Adjustments (减免, 核减): granted facts that lower or raise a bill, and the lines that follow from them.

A granted reduction is a dated fact like an area: which days were cold, how many days began late, which amount was
agreed. What it comes to is worked out each time the bill is (decision 0133).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from heatdesk.billing.errors import NoRuleForThis, SecondSubsidy
from heatdesk.billing.rules.ledger import CHART, BillTotal, LedgerCode
from heatdesk.billing.rules.lines import Assessment, Line
from heatdesk.billing.rules.parameters import Celsius, Count, SquareMetres, read, write
from heatdesk.billing.rules.quality import (
    ColdSpell,
    LowTemperatureRule,
    SupplyTimeRule,
    early_stop,
    late_start,
    low_temperature,
    outage,
    refuse_overlaps,
)
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import Item, UseClass
from heatdesk.billing.rules.steps import Step, figure
from heatdesk.billing.rules.subsidies import subsidy_lines, subsidy_rule
from heatdesk.billing.rules.tariffs import Tariff, tariff_in_force
from heatdesk.billing.rules.terms import Term
from heatdesk.dates import DateRange
from heatdesk.errors import BadInput
from heatdesk.money import ZERO


@dataclass(frozen=True, slots=True)
class ColdRoom:
    """One measured room from the report to the day before it was warm again, and the measurement behind it."""

    first: date = field(metadata={"key": "from"})
    last: date = field(metadata={"key": "to"})
    celsius: Celsius
    room_area_m2: SquareMetres | None = None
    measurement_id: int | None = None

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadInput("From %(first)s to %(last)s is no time.", first=self.first, last=self.last)

    @property
    def period(self) -> DateRange:
        return DateRange(self.first, self.last)


@dataclass(frozen=True, slots=True)
class ColdRooms:
    spells: tuple[ColdRoom, ...]


@dataclass(frozen=True, slots=True)
class LostDays:
    """How many days heat began late or ended early."""

    days: Count


@dataclass(frozen=True, slots=True)
class NoHeat:
    """An outage: its days and its hours."""

    first: date = field(metadata={"key": "from"})
    last: date = field(metadata={"key": "to"})
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Stated:
    """An amount that was agreed: how the bill moves, yuan, below zero where it falls. `grounds` of a bad debt."""

    amount: Decimal
    grounds: str = ""


@dataclass(frozen=True, slots=True)
class Subsidised:
    """Which of the tariff's subsidies the household has."""

    kind: str


FACTS: dict[Item, type[Any]] = {
    Item.LOW_TEMPERATURE: ColdRooms,
    Item.LATE_START: LostDays,
    Item.EARLY_STOP: LostDays,
    Item.OUTAGE: NoHeat,
    Item.WRITE_DOWN: Stated,
    Item.RECEIVABLE: Stated,
    Item.BAD_DEBT: Stated,
    Item.SUBSIDY: Subsidised,
}
"""Which facts stand behind each kind of adjustment; in this order they are worked out."""

STATED = frozenset({Item.WRITE_DOWN, Item.RECEIVABLE, Item.BAD_DEBT})
"""These need no fee to be a share of."""
_ONCE_A_DAY = frozenset({Item.LOW_TEMPERATURE, Item.LATE_START, Item.EARLY_STOP, Item.OUTAGE})
_REDUCES = {
    Item.BAD_DEBT: LedgerCode.BAD_DEBT,
    Item.SUBSIDY: LedgerCode.SUBSIDY_RECEIVABLE,
}


@dataclass(frozen=True, slots=True)
class Granted:
    """One adjustment of a bill: `number` names its request, `recovered` what of a bad debt is claimed again."""

    item: Item
    facts: Any
    number: str = ""
    recovered: Decimal = ZERO


def ledger_account(item: Item, amount: Decimal) -> LedgerCode:
    """Where an adjustment is booked: only a receivable that rises is income, all others reduce."""
    if item is Item.RECEIVABLE and amount > 0:
        return LedgerCode.HEAT_INCOME
    return _REDUCES.get(item, LedgerCode.REDUCTION)


def is_reduction(line: Line) -> bool:
    """Whether a line counts among the reductions of its bill."""
    return (
        line.item in FACTS and CHART[ledger_account(line.item, line.amount)].bill_total is BillTotal.REDUCED
    )


def facts_of(item: Item, stored: Any) -> Any:
    """The facts as a database keeps them; raises `BadInput` naming what is wrong."""
    return read(FACTS[item], stored)


def plain(granted: Granted) -> dict[str, Any]:
    """Item and facts as plain JSON."""
    return {"item": granted.item.value, "facts": write(granted.facts)}


def adjusted(
    season: Season,
    bill: Assessment,
    terms: Sequence[Term],
    tariffs: Sequence[Tariff],
    granted: Sequence[Granted],
) -> list[tuple[Granted, Line]]:
    """The lines that adjustments add to `bill`, each with the adjustment it follows from.

    Raises `NoRuleForThis` where the tariff has no rule, `SecondSubsidy`, and what the rules of quality refuse: days
    outside the season, without heat by area, or given twice.
    """
    rules = _Rules(season, bill, terms, tariffs)
    ordered = sorted(granted, key=lambda one: list(FACTS).index(one.item))
    if sum(one.item is Item.SUBSIDY for one in ordered) > 1:
        raise SecondSubsidy
    lines = [*rules.cold(ordered)]
    for one in ordered:
        lines += [(one, line) for line in rules.others(one)]
    refuse_overlaps([line for _one, line in lines if line.item in _ONCE_A_DAY])
    return [(one, _with_number(one, line)) for one, line in lines]


def stated(season: Season, granted: Sequence[Granted]) -> list[tuple[Granted, Line]]:
    """The lines of stated amounts alone: all that a bill from old books can be given."""
    return [(one, _with_number(one, _stated(season, one))) for one in granted if one.item in STATED]


@dataclass(frozen=True, slots=True)
class _Rules:
    """One household's season, and the rules of its tariff on each of its days."""

    season: Season
    bill: Assessment
    terms: Sequence[Term]
    tariffs: Sequence[Tariff]

    def cold(self, granted: Sequence[Granted]) -> Iterator[tuple[Granted, Line]]:
        """All cold days together, so that no flat is reduced twice a day whoever asked; a spell over which the area
        changed gives a line for each part.
        """
        spells = [
            (one, part, spell)
            for one in granted
            if one.item is Item.LOW_TEMPERATURE
            for spell in one.facts.spells
            for part in self._parts(spell.period)
        ]
        for tariff in {
            id(found): found for _one, part, _spell in spells for found in [self._tariff(part)]
        }.values():
            mine = [row for row in spells if self._tariff(row[1]) is tariff]
            given = tuple(ColdSpell(part, spell.celsius, spell.room_area_m2) for _one, part, spell in mine)
            lines = low_temperature(_cold_rule(tariff), self.season, self.bill, given)
            yield from ((one, line) for (one, _part, _spell), line in zip(mine, lines, strict=True))

    def others(self, one: Granted) -> Iterator[Line]:
        season, bill = self.season, self.bill
        match one.facts:
            case LostDays(days) if one.item is Item.LATE_START:
                yield late_start(self._supply_time(one.item, season.starts_on), season, bill, days)
            case LostDays(days):
                yield early_stop(self._supply_time(one.item, season.ends_on), season, bill, days)
            case NoHeat(first, last, hours):
                rule = self._supply_time(one.item, first)
                line = outage(rule, season, bill, DateRange(first, last), hours)
                yield from [line] if line else []
            case Stated():
                yield _stated(season, one)
            case Subsidised(kind):
                tariff = self._tariff(DateRange(season.ends_on, season.ends_on))
                yield from subsidy_lines(subsidy_rule(tariff.subsidies, kind), bill)

    def _parts(self, period: DateRange) -> list[DateRange]:
        """The period cut where a line of the bill ends; as it is where no line touches it, for the rule to refuse."""
        meeting = [period.overlap(line.period) for line in self.bill.lines]
        parts = sorted({one for one in meeting if one}, key=lambda one: one.first)
        return parts if sum(one.days for one in parts) == period.days else [period]

    def _supply_time(self, item: Item, day: date) -> SupplyTimeRule:
        tariff = self._tariff(DateRange(day, day))
        if tariff.supply_time is None:
            raise NoRuleForThis(document=tariff.document_no, item=item.value)
        return tariff.supply_time

    def _tariff(self, period: DateRange) -> Tariff:
        """The tariff of what the premises were used for on the first of these days."""
        uses = [term.use_class for term in self.terms if term.first <= period.first <= term.last]
        last = self.terms[-1].use_class if self.terms else UseClass.RESIDENTIAL
        return tariff_in_force(self.tariffs, uses[0] if uses else last, self.season)


def _cold_rule(tariff: Tariff) -> LowTemperatureRule:
    if tariff.low_temperature is None:
        raise NoRuleForThis(document=tariff.document_no, item=Item.LOW_TEMPERATURE.value)
    return tariff.low_temperature


def _stated(season: Season, one: Granted) -> Line:
    amount = one.facts.amount + one.recovered
    steps = [Step(f"stated_{one.item.value}", {"amount": f"{abs(one.facts.amount):f}"})]
    if one.recovered:
        steps.append(Step("claimed_again", {"amount": f"{one.recovered:f}"}))
    return Line(
        item=one.item,
        period=season.period,
        quantity=Decimal(1),
        price=amount,
        amount=amount,
        document_no="",
        steps=tuple(steps),
    )


def _with_number(one: Granted, line: Line) -> Line:
    """The line ends with the request that granted it."""
    if not one.number:
        return line
    return replace(line, steps=(*line.steps, Step("granted", {"number": one.number})))


def note(one: Granted) -> Step:
    """What the counter says of an adjustment in one sentence."""
    values = {"number": one.number}
    match one.facts:
        case ColdRooms(spells):
            days = len({day for spell in spells for day in spell.period})
            celsius = " / ".join(dict.fromkeys(figure(spell.celsius) for spell in spells))
            return Step("note_low_temperature", values | {"days": str(days), "celsius": celsius})
        case LostDays(days):
            return Step(f"note_{one.item.value}", values | {"days": str(days)})
        case NoHeat(first, last, hours):
            return Step(
                "note_outage", values | {"first": str(first), "last": str(last), "hours": figure(hours)}
            )
        case Subsidised(kind):
            return Step("note_subsidy", values | {"kind": kind})
    amount = one.facts.amount
    rule = f"note_{one.item.value}"
    if one.item is Item.RECEIVABLE:
        rule += "_up" if amount > 0 else "_down"
    return Step(rule, values | {"amount": f"{abs(amount):,.2f}"})
