"""Cash precision (收费精度): the till may take tenths or whole yuan; the difference is a line of its own."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum


class CashUnit(StrEnum):
    """The smallest piece taken in cash."""

    FEN = "fen"
    JIAO = "jiao"
    YUAN = "yuan"


class CashRounding(StrEnum):
    """What happens to the rest: half-up, or cut off."""

    HALF_UP = "half_up"
    CUT = "cut"


SMALLEST = {CashUnit.FEN: Decimal("0.01"), CashUnit.JIAO: Decimal("0.1"), CashUnit.YUAN: Decimal(1)}
MODES = {CashRounding.HALF_UP: ROUND_HALF_UP, CashRounding.CUT: ROUND_DOWN}


@dataclass(frozen=True, slots=True)
class CashPrecision:
    """How one payment class is rounded."""

    unit: CashUnit = CashUnit.FEN
    rounding: CashRounding = CashRounding.HALF_UP


def cash_adjustment(due: Decimal, precision: CashPrecision) -> Decimal:
    """What the line “cash precision” adds to `due` so that it can be paid in cash.

    W29, 2 327.46: to 角 half-up +0.04, cut −0.06; to 元 half-up −0.46, cut −0.46. Cutting goes towards zero,
    so a refund is never made larger.
    """
    taken = due.quantize(SMALLEST[precision.unit], rounding=MODES[precision.rounding])
    return (taken - due).quantize(SMALLEST[CashUnit.FEN])
