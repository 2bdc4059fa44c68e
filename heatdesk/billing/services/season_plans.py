"""Plans: how flats of one shape are charged, worked out once by the rules and repeated in integers.

Every flat that has the same facts apart from its areas and days shares a plan. The rules compute the first flat of a
plan in exact fractions; the plan must give the same lines in integers, or it is refused on the spot. So a million
flats cost a few hundred runs of the rules and a million multiplications.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any, NamedTuple

from heatdesk.billing.rules.areas import Areas, Part, part_rule
from heatdesk.billing.rules.charges import area_ratio, charged_terms, rate_of, season_charge
from heatdesk.billing.rules.lines import Line
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import (
    AreaBase,
    AreaPartKind,
    AreaRounding,
    SupplyMode,
    SupplyState,
    UseClass,
)
from heatdesk.billing.rules.tariffs import Tariff, tariff_in_force
from heatdesk.billing.rules.terms import Shape, Term
from heatdesk.billing.services import explanations

AREAS = (AreaBase.BUILDING, AreaBase.INNER, AreaBase.USABLE)


class TermRow(NamedTuple):
    """A supply term as it is read: all text, days counted from the season's first, areas in 0.01 m²."""

    first: str
    last: str
    building: str
    inner: str
    usable: str
    id: str
    facts: str
    """Use class, state, mode, storey height, unknown areas: what the plan depends on beside the building's type."""


PartRows = tuple[tuple[str, ...], tuple[int, ...]]
"""The facts of a term's parts (kind, net height, heated) and their areas in 0.01 m²."""
NO_PARTS: PartRows = ((), ())


class PlannedCharge(NamedTuple):
    """One item of one flat, in fen and 0.01 m²; `quantity` is None where several lines make the charge."""

    item: str
    amount: int
    quantity: int | None
    basis_id: int
    figures: list[int] | None


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line: (measured × scale + Σ part × weight) ÷ unit m², times rate per m² and day, rounded half-up twice."""

    first_term: int
    last_term: int
    area_column: int
    scale: int
    weights: tuple[int, ...]
    unit: int
    inside: tuple[bool, ...]
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The charges of a shape: per item its lines and the basis that explains them."""

    items: tuple[tuple[str, tuple[PlannedLine, ...], int, bool], ...]
    whole: bool
    label: tuple[str, str]
    """Use class and state of the last line, for the totals."""

    def simple(self, days: int) -> "Simple | None":
        """For a whole season in one line, without parts or conversion: item, basis, column of the area, and what the
        area is multiplied and divided by; None for all others.
        """
        if not self.whole or len(self.items) != 1 or self.items[0][3]:
            return None
        item, (line,), basis, _needs_figures = self.items[0]
        if line.scale != line.unit:
            return None
        return item, basis, line.area_column, 2 * line.numerator * days, line.denominator


Simple = tuple[str, int, int, int, int]
_UNKNOWN: tuple[None, None] = (None, None)


class NotInside(Exception):
    """The parts of this very flat are larger than the area they lie in: the rules have the words for it."""


class Planner:
    """Charges flats of one season; `basis_id` stores an explanation and gives its id."""

    def __init__(
        self, season: Season, tariffs: Sequence[Tariff], basis_id: Callable[[dict[str, Any]], int]
    ) -> None:
        self.season = season
        self.tariffs = tariffs
        self.basis_id = basis_id
        self.end = str((season.ends_on - season.starts_on).days)
        self.first_ordinal = season.starts_on.toordinal()
        self.counted = [
            season.counted_days(season.starts_on, season.starts_on + timedelta(days=day))
            for day in range(season.period.days)
        ]
        self.counted.append(0)
        self._plans: dict[Any, tuple[Plan, Simple | None]] = {}

    def charge(
        self, terms: list[TermRow], parts: Mapping[str, PartRows], building_type: str
    ) -> tuple[list[PlannedCharge], Plan]:
        """The charges of one flat. Raises what the rules raise for it."""
        if len(terms) == 1:
            term = terms[0]
            own: tuple[PartRows, ...] = (parts.get(term.id, NO_PARTS),)
            key: Any = (term.facts, building_type, own[0][0], term.first == "0" and term.last == self.end)
        else:
            own = tuple(parts.get(term.id, NO_PARTS) for term in terms)
            key = (self._key_of_several(terms, own), building_type)
        plan, simple = self._plans.get(key, _UNKNOWN)
        if plan is None:
            plan = self._make(terms, own, building_type)
            simple = plan.simple(self.season.statutory_days)
            self._plans[key] = plan, simple
        if simple is not None:
            item, basis, column, factor, divisor = simple
            quantity = int(terms[0][column])
            amount = (quantity * factor + divisor) // (2 * divisor)
            return [PlannedCharge(item, amount, quantity, basis, None)], plan
        try:
            return [self._charge(plan, item, terms, own) for item in plan.items], plan
        except NotInside:
            season_charge(self.season, self._facts(terms, own, building_type), self.tariffs)
            raise

    def _key_of_several(self, terms: list[TermRow], own: tuple[PartRows, ...]) -> Any:
        """Which neighbours touch with equal areas decides what the rules join; the days themselves do not."""
        facts = tuple((term.facts, part[0]) for term, part in zip(terms, own, strict=True))
        rows = list(zip(terms, own, strict=True))
        touching = tuple(
            int(before[0].last) + 1 == int(after[0].first)
            and before[0][2:5] == after[0][2:5]
            and before[1] == after[1]
            for before, after in pairwise(rows)
        )
        return facts, touching, terms[0].first == "0" and terms[-1].last == self.end

    def _charge(
        self, plan: Plan, item: tuple[str, tuple[PlannedLine, ...], int, bool], terms: list[TermRow], own: Any
    ) -> PlannedCharge:
        name, lines, basis, needs_figures = item
        total, figures, quantity = 0, [], 0
        for line in lines:
            term = terms[line.first_term]
            measured = quantity = int(term[line.area_column])
            part_areas = own[line.first_term][1]
            if line.scale != line.unit or part_areas:
                if part_areas and _taken(line, part_areas) > measured:
                    raise NotInside
                exact = line.scale * measured + sum(map(_times, line.weights, part_areas))
                quantity = (2 * exact + line.unit) // (2 * line.unit)
            first, last = int(term.first), int(terms[line.last_term].last)
            days = self.counted[last] - self.counted[first - 1]
            amount = (2 * quantity * line.numerator * days + line.denominator) // (2 * line.denominator)
            total += amount
            if needs_figures or quantity != measured:
                figures += [quantity, amount, measured]
                if not plan.whole:
                    figures += [self.first_ordinal + first, self.first_ordinal + last, days]
                figures += part_areas
        return PlannedCharge(name, total, quantity if len(lines) == 1 else None, basis, figures or None)

    def _make(self, terms: list[TermRow], own: tuple[PartRows, ...], building_type: str) -> Plan:
        """Let the rules charge this flat, and turn what they did into a plan that gives the same."""
        facts = self._facts(terms, own, building_type)
        charged = charged_terms(self.season, facts, self.tariffs)
        lines = season_charge(self.season, facts, self.tariffs).lines
        whole = len(lines) == 1 and lines[0].period == self.season.period
        planned = [self._line(facts, term) for term in charged]
        items = []
        for item in dict.fromkeys(line.item.value for line in lines):
            pairs = [pair for pair in zip(lines, planned, strict=True) if pair[0].item.value == item]
            basis, _figures = explanations.split([line for line, _plan in pairs], self.season.period)
            needs_figures = not whole or any(part[0] for part in own)
            items.append((item, tuple(plan for _line, plan in pairs), self.basis_id(basis), needs_figures))
        last = charged[-1]
        plan = Plan(tuple(items), whole, (last.use_class.value, last.state.value))
        self._compare(plan, lines, terms, own)
        return plan

    def _line(self, facts: list[Term], term: Term) -> PlannedLine:
        tariff = tariff_in_force(self.tariffs, term.use_class, self.season)
        season_shape = self._whole_season(term.shape)
        rate = rate_of(self.season, season_shape, tariff).yuan_per_m2 / self.season.statutory_days
        ratio = Fraction(1) if tariff.area.rounding is AreaRounding.NONE else area_ratio(term.shape, tariff)
        rules = [part_rule(tariff.parts, part) for part in term.parts]
        weights = []
        for part, rule in zip(term.parts, rules, strict=True):
            coefficient = Fraction(rule.coefficient(part))
            weights.append((coefficient - 1) * ratio if rule.in_area else coefficient)
        unit = lcm(ratio.denominator, *(weight.denominator for weight in weights))
        firsts = [fact.first for fact in facts]
        lasts = [fact.last for fact in facts]
        return PlannedLine(
            first_term=firsts.index(term.first),
            last_term=lasts.index(term.last),
            area_column=2 + AREAS.index(tariff.area.start(term.areas.known)),
            scale=int(ratio * unit),
            weights=tuple(int(weight * unit) for weight in weights),
            unit=unit,
            inside=tuple(rule.in_area for rule in rules),
            numerator=rate.numerator,
            denominator=rate.denominator,
        )

    def _whole_season(self, shape: Shape) -> Shape:
        values = {name: getattr(shape, name) for name in Shape.__slots__}
        return Shape(**{**values, "first": self.season.starts_on, "last": self.season.ends_on})

    def _compare(
        self, plan: Plan, lines: tuple[Line, ...], terms: list[TermRow], own: tuple[PartRows, ...]
    ) -> None:
        for charge in (self._charge(plan, item, terms, own) for item in plan.items):
            of_item = [line for line in lines if line.item.value == charge.item]
            amount = sum((line.amount for line in of_item), Decimal(0))
            if charge.amount != explanations.hundredths(amount):
                raise RuntimeError(f"the plan of {terms} gives {charge.amount} fen, the rules {amount} yuan")

    def _facts(self, terms: list[TermRow], own: tuple[PartRows, ...], building_type: str) -> list[Term]:
        return [self._term(term, parts, building_type) for term, parts in zip(terms, own, strict=True)]

    def _term(self, row: TermRow, parts: PartRows, building_type: str) -> Term:
        use_class, state, mode, height, _unknown = row.facts.split("\t")
        return Term(
            first=self._day(row.first),
            last=self._day(row.last),
            use_class=UseClass(use_class),
            state=SupplyState(state),
            mode=SupplyMode(mode),
            areas=Areas(*(_hundredth(text) for text in row[2:5])),
            parts=tuple(_part(facts, area) for facts, area in zip(*parts, strict=True)),
            storey_height_m=_hundredth(height),
            building_type=building_type or None,
        )

    def _day(self, offset: str) -> date:
        return self.season.starts_on + timedelta(days=int(offset))


def _times(weight: int, area: int) -> int:
    return weight * area


def _taken(line: PlannedLine, part_areas: tuple[int, ...]) -> int:
    return sum(area for area, inside in zip(part_areas, line.inside, strict=True) if inside)


def _hundredth(text: str) -> Decimal | None:
    return Decimal(text).scaleb(-2) if text else None


def _part(facts: str, area: int) -> Part:
    kind, height, heated = facts.split("\t")
    return Part(AreaPartKind(kind), Decimal(area).scaleb(-2), _hundredth(height), heated=heated == "t")
