"""Over-height (层高超高): what a storey above the usual height adds to the fee. Five families are found in
the cities.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from heatdesk.billing.rules.parameters import Coefficient, Metres, Share
from heatdesk.billing.rules.states import PartStep
from heatdesk.billing.rules.steps import Step, figure, percent
from heatdesk.errors import BadInput

SINGLE_STOREY = "single_storey"


@dataclass(frozen=True, slots=True)
class StepHeight:
    """Each step of height adds a share of the base price; the families “step” and “step with cliff”.

    Step (黑龙江, HL4, W05): 3 % per 0.1 m above 3.2 m. Cliff (太原 晋价商字〔2008〕301, TY1, W07): above 3.2
    m the excess is counted from `base_m` 2.8 m. `cap` is the most that may be added (1 = +100 %).
    """

    family: ClassVar[str] = "step"
    above_m: Metres
    step_m: Metres
    share: Share
    base_m: Metres | None = None
    part_step: PartStep = PartStep.FLOOR
    cap: Coefficient | None = None
    document_no: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.step_m == 0:
            raise BadInput("“%(key)s” must be more than zero.", key="height.step_m")
        if self.base_m is not None and self.base_m > self.above_m:
            raise BadInput("“%(key)s” cannot be higher than “above_m”.", key="height.base_m")

    def steps_above(self, height_m: Decimal) -> Fraction:
        base_m = self.above_m if self.base_m is None else self.base_m
        exact = Fraction(height_m - base_m) / Fraction(self.step_m)
        if self.part_step is PartStep.EXACT:
            return exact
        whole = exact.numerator // exact.denominator
        return Fraction(whole + (self.part_step is PartStep.CEIL and exact != whole))

    def factor(self, height_m: Decimal) -> tuple[Fraction, list[Step]]:
        if height_m <= self.above_m:
            return Fraction(1), []
        count = self.steps_above(height_m)
        added = count * Fraction(self.share)
        values = {
            "height": figure(height_m),
            "above": figure(self.above_m),
            "base": figure(self.above_m if self.base_m is None else self.base_m),
            "step": figure(self.step_m),
            "count": figure(count),
            "share": percent(self.share),
            "added": percent(added),
        }
        steps = [Step("height_step", values, self.document_no)]
        if self.cap is not None and added > Fraction(self.cap):
            added = Fraction(self.cap)
            steps.append(Step("height_cap", {"cap": percent(added)}, self.document_no))
        return 1 + added, steps


@dataclass(frozen=True, slots=True)
class ProportionalHeight:
    """Above `above_m` the fee is multiplied by height ÷ `base_m` (Xi'an: × H ÷ 3, XA2, W06)."""

    family: ClassVar[str] = "proportional"
    above_m: Metres
    base_m: Metres
    cap: Coefficient | None = None
    document_no: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.base_m == 0:
            raise BadInput("“%(key)s” must be more than zero.", key="height.base_m")

    def factor(self, height_m: Decimal) -> tuple[Fraction, list[Step]]:
        if height_m <= self.above_m:
            return Fraction(1), []
        factor = Fraction(height_m) / Fraction(self.base_m)
        values = {"height": figure(height_m), "base": figure(self.base_m), "factor": figure(factor)}
        steps = [Step("height_proportional", values, self.document_no)]
        if self.cap is not None and factor - 1 > Fraction(self.cap):
            factor = 1 + Fraction(self.cap)
            steps.append(Step("height_cap", {"cap": percent(self.cap)}, self.document_no))
        return factor, steps


@dataclass(frozen=True, slots=True)
class HeightBand:
    """The factor on the fee for storeys above `above_m`."""

    above_m: Metres
    factor: Coefficient


@dataclass(frozen=True, slots=True)
class BandHeight:
    """A factor per band of height, limits belonging to the band below (IM1, W08: 3.3 / 4 / 5 m × 1.25 / 1.5 /
    2).

    `bands` are listed from the highest limit down; a storey above none of them pays the plain fee.
    """

    family: ClassVar[str] = "bands"
    bands: tuple[HeightBand, ...]
    document_no: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        limits = [band.above_m for band in self.bands]
        if not limits or limits != sorted(set(limits), reverse=True):
            raise BadInput("“%(key)s” must list heights from the highest down.", key="height.bands")

    def factor(self, height_m: Decimal) -> tuple[Fraction, list[Step]]:
        for band in self.bands:
            if height_m > band.above_m:
                values = {
                    "height": figure(height_m),
                    "above": figure(band.above_m),
                    "factor": figure(band.factor),
                }
                return Fraction(band.factor), [Step("height_band", values, self.document_no)]
        return Fraction(1), []


@dataclass(frozen=True, slots=True)
class AreaHeight:
    """Height is turned into area: × (excess × `per_m` + 1), single-storey buildings + 2 (public buildings,
    HL8).

    The excess is counted from `above_m`; at that height and below nothing is added, for single-storey
    buildings either.
    """

    family: ClassVar[str] = "area"
    above_m: Metres
    per_m: Coefficient
    plus: Coefficient = Decimal(1)
    single_storey_plus: Coefficient = Decimal(2)
    document_no: str = ""
    source: str = ""

    def area_factor(self, height_m: Decimal, building_type: str | None) -> tuple[Fraction, list[Step]]:
        if height_m <= self.above_m:
            return Fraction(1), []
        plus = self.single_storey_plus if building_type == SINGLE_STOREY else self.plus
        excess = Fraction(height_m - self.above_m)
        factor = excess * Fraction(self.per_m) + Fraction(plus)
        values = {
            "height": figure(height_m),
            "excess": figure(excess),
            "per_m": figure(self.per_m),
            "plus": figure(plus),
            "factor": figure(factor),
        }
        return factor, [Step("height_area", values, self.document_no)]


HeightRule = StepHeight | ProportionalHeight | BandHeight | AreaHeight
"""The rule of one tariff; all but `AreaHeight` multiply the fee, that one the area."""


def fee_factor(rule: HeightRule | None, height_m: Decimal | None) -> tuple[Fraction, list[Step]]:
    """What the height multiplies the fee by; 1 where no height is recorded or no rule applies."""
    if height_m is None or rule is None or isinstance(rule, AreaHeight):
        return Fraction(1), []
    return rule.factor(height_m)


def area_factor(
    rule: HeightRule | None, height_m: Decimal | None, kind: str | None
) -> tuple[Fraction, list[Step]]:
    """What the height multiplies the area by."""
    if height_m is None or not isinstance(rule, AreaHeight):
        return Fraction(1), []
    return rule.area_factor(height_m, kind)
