"""Supply terms: from when to when premises stood how. Dated facts, the only thing a bill follows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from heatdesk.billing.rules.areas import Areas, Part
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import AreaBase, SupplyMode, SupplyState, UseClass
from heatdesk.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Everything of a term that a rate depends on: all but the areas themselves. Hashable, so rates can be
    kept by it.
    """

    first: date
    last: date
    use_class: UseClass
    state: SupplyState = SupplyState.SUPPLIED
    mode: SupplyMode = SupplyMode.AREA
    storey_height_m: Decimal | None = None
    building_type: str | None = None
    known_areas: frozenset[AreaBase] = frozenset({AreaBase.BUILDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A dated fact about premises: from `first` to `last`, both included and both inside the season."""

    first: date
    last: date
    use_class: UseClass
    areas: Areas
    state: SupplyState = SupplyState.SUPPLIED
    mode: SupplyMode = SupplyMode.AREA
    parts: tuple[Part, ...] = ()
    storey_height_m: Decimal | None = None
    building_type: str | None = None

    @property
    def shape(self) -> Shape:
        return Shape(
            first=self.first,
            last=self.last,
            use_class=self.use_class,
            state=self.state,
            mode=self.mode,
            storey_height_m=self.storey_height_m,
            building_type=self.building_type,
            known_areas=self.areas.known,
        )


def joined(season: Season, terms: Iterable[Term]) -> list[Term]:
    """The terms by date, neighbours with the same facts joined; refuses overlaps and outside days."""
    result: list[Term] = []
    for term in sorted(terms, key=lambda term: term.first):
        if not season.starts_on <= term.first <= term.last <= season.ends_on:
            raise BadInput(
                "%(first)s to %(last)s does not lie inside the season %(code)s.",
                first=term.first,
                last=term.last,
                code=season.code,
                key="terms",
            )
        previous = result[-1] if result else None
        if previous and term.first <= previous.last:
            raise BadInput(
                "Two terms overlap on %(day)s. End one before the other starts.", day=term.first, key="terms"
            )
        if previous and _continues(previous, term):
            result[-1] = replace(previous, last=term.last)
        else:
            result.append(term)
    return result


def _continues(previous: Term, term: Term) -> bool:
    same_facts = replace(previous, first=term.first, last=term.last) == term
    return same_facts and previous.last + timedelta(days=1) == term.first
