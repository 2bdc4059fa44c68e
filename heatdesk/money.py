"""Money: `Decimal` yuan with two places, rounded half-up in one place."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
MAX_MONEY = Decimal("999999999999.99")
"""The largest amount `Numeric(14, 2)` holds."""


def round_money(amount: Decimal | Fraction) -> Decimal:
    """Round yuan to fen, half away from zero; the only rounding of money in the project.

    A `Fraction` is rounded exactly (no intermediate decimal), so `fee × days ÷ season days` has no hidden precision.
    """
    if isinstance(amount, Fraction):
        doubled = 2 * abs(amount) * 100
        fen = (doubled.numerator + doubled.denominator) // (2 * doubled.denominator)
        return Decimal(fen if amount >= 0 else -fen).scaleb(-2)
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def split_money(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `total` yuan in proportion to `weights` by the largest remainder; the parts sum to `total` to the fen."""
    whole = sum(weights, Decimal(0))
    if whole <= 0:
        raise ValueError("the weights must sum to more than zero")
    exact = [Fraction(total) * Fraction(weight) / Fraction(whole) * 100 for weight in weights]
    fen = [part.numerator // part.denominator for part in exact]
    missing = int(total.scaleb(2)) - sum(fen)
    by_remainder = sorted(range(len(exact)), key=lambda i: (fen[i] - exact[i], i))
    for i in by_remainder[:missing]:
        fen[i] += 1
    return [Decimal(part).scaleb(-2) for part in fen]


def format_money(amount: Decimal) -> str:
    """`1234.5` → `1,234.50`, with the true minus sign for what goes out."""
    return f"{round_money(amount):,.2f}".replace("-", "−")
