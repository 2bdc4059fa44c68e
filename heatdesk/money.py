"""Money: `Decimal` yuan with two places, rounded half-up in one place, written in figures and in capitals."""

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


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_GROUPS = ("", "万", "亿")


def capitals(amount: Decimal, yuan: str = "元") -> str:
    """The amount in capitals (大写): `1409.50` → `壹仟肆佰零玖元伍角整`.

    `yuan` is 元, on tax invoices 圆. The paper puts 人民币 before it. 整 closes what ends at 元 or 角; a 零
    between 元 and 角 is always left out, as 会计基础工作规范 art. 52 allows, so that one amount has one
    spelling; red amounts begin with 负. Raises ValueError for parts of a fen and for more than `MAX_MONEY`.
    """
    if amount != round_money(amount) or abs(amount) > MAX_MONEY:
        raise ValueError(f"{amount} yuan cannot be written in capitals: whole fen up to {MAX_MONEY}")
    whole, fen = divmod(int(abs(amount).scaleb(2)), 100)
    jiao, fen = divmod(fen, 10)
    text = _yuan_in_capitals(whole) + yuan if whole else ""
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif fen and whole:
        text += "零"
    text += _DIGITS[fen] + "分" if fen else "整"
    if text == "整":
        return f"零{yuan}整"
    return "负" + text if amount < 0 else text


def _yuan_in_capitals(whole: int) -> str:
    """Groups of four digits from the left; one 零 stands for any run of zeros that has a digit after it."""
    text = ""
    for index in (2, 1, 0):
        group = whole // 10 ** (4 * index) % 10_000
        if group:
            gap = "零" if text and group < 1000 else ""
            text += gap + _group_in_capitals(group) + _GROUPS[index]
    return text


def _group_in_capitals(group: int) -> str:
    text = ""
    pending_zero = False
    for digit, place in zip(f"{group:04d}", _PLACES, strict=True):
        if digit == "0":
            pending_zero = bool(text)
        else:
            text += ("零" if pending_zero else "") + _DIGITS[int(digit)] + place
            pending_zero = False
    return text
