"""Amounts as people type them at the counter."""

import re
from decimal import Decimal

from heatdesk.errors import BadInput
from heatdesk.money import MAX_MONEY, format_money, round_money

_SHOWN = 40
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_OTHER_SIGNS = {"。": ".", "｡": ".", "、": ",", "−": "-", "–": "-", "¥": "", "￥": "", "元": ""}
_SPELLINGS = _FULL_WIDTH | str.maketrans(_OTHER_SIGNS)
_SIGNED = re.compile(r"-?[0-9.,]+")
_PLAIN = re.compile(r"(?P<whole>[0-9]*|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<part>[0-9]*))?")


def parse_amount(typed: str) -> Decimal | None:
    """Yuan ≥ 0 with two places, or None for an empty field.

    Takes `1,234.50`, full-width digits and signs, `￥`, `。` for the point and spaces. A comma must stand before three
    digits: `12,50` would otherwise be read as a hundred times as much. Raises `BadInput`.
    """
    text = "".join(typed.translate(_SPELLINGS).split())
    if not text:
        return None
    shown = typed.strip()[:_SHOWN]
    match = _PLAIN.fullmatch(text.removeprefix("-"))
    if not _SIGNED.fullmatch(text) or match is None or not (match["whole"] or match["part"]):
        raise BadInput("“%(typed)s” cannot be read as an amount. Write it like 1,234.50.", typed=shown)
    if len(match["part"] or "") > 2:
        raise BadInput("“%(typed)s” has parts of a fen. Write at most two decimals.", typed=shown)
    amount = Decimal((match["whole"] or "0").replace(",", "") + "." + (match["part"] or "0"))
    if text.startswith("-") and amount:
        raise BadInput("“%(typed)s” is below zero. To give money back, void the payment.", typed=shown)
    if amount > MAX_MONEY:
        raise BadInput("“%(typed)s” is more than any bill: check the zeros.", typed=shown)
    return round_money(amount)


def refuse_beyond_books(amount: Decimal) -> None:
    """Raise `BadInput` for a sum that the books cannot hold."""
    if amount > MAX_MONEY:
        most = format_money(MAX_MONEY)
        raise BadInput("Together this is more than ¥%(most)s, the most that can be booked.", most=most)
