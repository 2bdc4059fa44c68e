"""The area that counts (计费面积): which measured area, converted how, with balconies, attics and basements
at their coefficients.

An area rule is linear up to one rounding: chargeable = (base area ± parts inside it) × ratio + parts outside
it, rounded half-up to 0.01 m². The ratio depends only on what the premises are (`area_ratio`), so a season
run computes it once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from heatdesk.billing.rules.parameters import Coefficient, Metres
from heatdesk.billing.rules.states import AreaBase, AreaPartKind, AreaRounding
from heatdesk.billing.rules.steps import Step, figure
from heatdesk.errors import BadInput, RuleBroken
from heatdesk.money import round_money


@dataclass(frozen=True, slots=True)
class Areas:
    """The measured areas of premises in m²; what was never measured is None."""

    building_m2: Decimal | None = None
    inner_m2: Decimal | None = None
    usable_m2: Decimal | None = None

    def __post_init__(self) -> None:
        for base in AreaBase:
            measured = self.of(base)
            if measured is not None and measured < 0:
                raise BadInput("An area cannot be below zero; %(area)s m² was given.", area=measured)

    def of(self, base: AreaBase) -> Decimal | None:
        return {
            AreaBase.BUILDING: self.building_m2,
            AreaBase.INNER: self.inner_m2,
            AreaBase.USABLE: self.usable_m2,
        }[base]

    @property
    def known(self) -> frozenset[AreaBase]:
        return frozenset(base for base in AreaBase if self.of(base) is not None)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of premises that counts at its own coefficient; areas in m², heights in metres."""

    kind: AreaPartKind
    area_m2: Decimal
    net_height_m: Decimal | None = None
    heated: bool = True

    def __post_init__(self) -> None:
        if self.area_m2 < 0:
            raise BadInput(
                "The area of a part cannot be below zero; %(area)s m² was given.", area=self.area_m2
            )


@dataclass(frozen=True, slots=True)
class TypeFactor:
    """The factor of one type of building, for example multi-storey 0.90 (Luoyang, LU1)."""

    building_type: str
    factor: Coefficient


@dataclass(frozen=True, slots=True)
class AreaRule:
    """Which area one use class pays for.

    `divisor` turns the building area into `base` where the deed lacks it (Harbin: ÷ 1.333, HL8). `factor`
    applies to buildings whose type is not in `type_factors`; without it they count whole, or, where types are
    listed, are refused.
    """

    base: AreaBase
    divisor: Coefficient | None = None
    factor: Coefficient | None = None
    type_factors: tuple[TypeFactor, ...] = ()
    rounding: AreaRounding = AreaRounding.AREA
    document_no: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.divisor == 0:
            raise BadInput("“%(key)s” must be more than zero.", key="area.divisor")
        if self.divisor is not None and self.base is AreaBase.BUILDING:
            raise BadInput(
                "“%(key)s” converts the building area; it cannot go with base “building”.", key="area.divisor"
            )

    def start(self, known: frozenset[AreaBase]) -> AreaBase:
        """The measured area the charge starts from; raises `RuleBroken` when none of them will do."""
        if self.base in known:
            return self.base
        if self.divisor is not None and AreaBase.BUILDING in known:
            return AreaBase.BUILDING
        raise RuleBroken(
            "The tariff charges the %(base)s area, and these premises have none recorded. Enter it first.",
            base=self.base.value,
            key=f"{self.base.value}_area",
        )

    def ratio(self, known: frozenset[AreaBase], building_type: str | None) -> tuple[Fraction, list[Step]]:
        """What one measured m² counts as, before parts and rounding, and the steps to it (W02, W04)."""
        ratio, steps = Fraction(1), []
        if self.start(known) is not self.base and self.divisor is not None:
            ratio /= Fraction(self.divisor)
            steps.append(Step(f"area_to_{self.base.value}", {"divisor": figure(self.divisor)}))
        factor = self._factor(building_type)
        if factor != 1:
            ratio *= Fraction(factor)
            values = {"factor": figure(factor), "building_type": building_type or ""}
            steps.append(Step("area_type_factor" if self.type_factors else "area_factor", values))
        return ratio, steps

    def _factor(self, building_type: str | None) -> Decimal:
        for entry in self.type_factors:
            if entry.building_type == building_type:
                return entry.factor
        if self.factor is None and self.type_factors:
            raise RuleBroken(
                "The tariff needs the type of the building, one of: %(known)s. Recorded is “%(given)s”.",
                known=", ".join(entry.building_type for entry in self.type_factors),
                given=building_type or "",
                key="building_type",
            )
        return Decimal(1) if self.factor is None else self.factor


@dataclass(frozen=True, slots=True)
class HeightCoefficient:
    """The coefficient of a part whose net height is above `above_m`."""

    above_m: Metres
    coefficient: Coefficient


@dataclass(frozen=True, slots=True)
class PartRule:
    """How one kind of part counts; `in_area` says whether the measured area already contains it.

    `by_net_height` is listed from the highest limit down; a part above none of them counts nothing.
    `unheated` takes the place of all of them where the part has no heating of its own (closed balcony without
    radiators 0.5, BA1).
    """

    kind: AreaPartKind
    in_area: bool
    by_net_height: tuple[HeightCoefficient, ...] = (HeightCoefficient(Decimal(0), Decimal(1)),)
    unheated: Coefficient | None = None
    document_no: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        limits = [band.above_m for band in self.by_net_height]
        if not limits or limits != sorted(set(limits), reverse=True):
            raise BadInput(
                "“%(key)s” must list heights from the highest down.", key=f"parts.{self.kind}.by_net_height"
            )

    def coefficient(self, part: Part) -> Decimal:
        """The coefficient of `part` (W09: 2.40 m 0.9, 2.20 m 0.6, 2.80 m 1; W27: unheated balcony 0.5)."""
        if self.unheated is not None and not part.heated:
            return self.unheated
        if len(self.by_net_height) == 1 and self.by_net_height[0].above_m == 0:
            return self.by_net_height[0].coefficient
        if part.net_height_m is None:
            raise RuleBroken(
                "The net height of the %(kind)s is needed to charge it. Enter it first.",
                kind=part.kind.value,
                key="parts",
            )
        for band in self.by_net_height:
            if part.net_height_m > band.above_m:
                return band.coefficient
        return Decimal(0)


def part_rule(rules: Iterable[PartRule], part: Part) -> PartRule:
    """The rule for a part; raises `RuleBroken` when the tariff has none for its kind."""
    for rule in rules:
        if rule.kind is part.kind:
            return rule
    raise RuleBroken(
        "The tariff has no rule for a part “%(kind)s”. Remove the part, or add the rule to the tariff.",
        kind=part.kind.value,
        key="parts",
    )


def weighted_area(
    measured: Decimal, parts: Iterable[Part], rules: tuple[PartRule, ...], ratio: Fraction
) -> tuple[Decimal, list[Step]]:
    """Chargeable m² rounded half-up to 0.01, with a step per part.

    Parts inside the measured area change it before `ratio`; parts outside are added after it. Raises
    `BadInput` when the parts inside are larger than the whole.
    """
    inside, outside, taken = Fraction(measured), Fraction(0), Decimal(0)
    steps = []
    for part in parts:
        rule = part_rule(rules, part)
        coefficient = rule.coefficient(part)
        counted = Fraction(part.area_m2) * Fraction(coefficient)
        if rule.in_area:
            taken += part.area_m2
            inside += counted - Fraction(part.area_m2)
        else:
            outside += counted
        values = {
            "area": figure(part.area_m2),
            "coefficient": figure(coefficient),
            "counted": figure(counted),
        }
        place = "in" if rule.in_area else "beside"
        steps.append(Step(f"part_{part.kind.value}_{place}", values, rule.document_no))
    if taken > measured:
        raise BadInput(
            "The parts measure %(parts)s m² together, more than the %(area)s m² they lie in.",
            parts=taken,
            area=measured,
            key="parts",
        )
    return round_area(inside * ratio + outside), steps


def round_area(area: Fraction) -> Decimal:
    """m² to two places, half-up: the same places and the same rounding as money."""
    return round_money(area)
