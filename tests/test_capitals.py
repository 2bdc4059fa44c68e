import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from heatdesk.money import MAX_MONEY, capitals

CASES = tomllib.loads((Path(__file__).parent / "data" / "capitals.toml").read_text("utf-8"))["case"]
DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = {"仟": 1000, "佰": 100, "拾": 10}
amounts = st.decimals(min_value=-MAX_MONEY, max_value=MAX_MONEY, places=2)


def parse(text: str) -> Decimal:
    """Read capitals the way an accountant does; an optional 零 anywhere changes nothing."""
    sign = -1 if text.startswith("负") else 1
    parts = re.fullmatch(r"负?(?:(.+)[元圆])?(?:零?(.)角)?(?:零?(.)分)?整?", text)
    assert parts is not None, text
    yuan, jiao, fen = (part or "零" for part in parts.groups())
    cents = whole_yuan(yuan) * 100 + DIGITS.index(jiao) * 10 + DIGITS.index(fen)
    return Decimal(sign * cents).scaleb(-2)


def whole_yuan(text: str) -> int:
    total = group = digit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS.index(character)
        elif character in PLACES:
            group, digit = group + digit * PLACES[character], 0
        else:
            total += (group + digit) * {"万": 10_000, "亿": 100_000_000}[character]
            group = digit = 0
    return total + group + digit


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["capitals"])
def test_published_examples(case: dict[str, Any]) -> None:
    amount = Decimal(case["amount"])
    assert capitals(amount, case.get("yuan", "元")) == case["capitals"]
    assert [parse(other) for other in case.get("also", [])] == [amount] * len(case.get("also", []))


@given(amounts)
@example(Decimal("100000000.00"))
@example(Decimal("-0.00"))
def test_reading_back_gives_the_same_amount(amount: Decimal) -> None:
    assert parse(capitals(amount)) == amount


@given(amounts)
def test_no_spelling_an_accountant_would_refuse(amount: Decimal) -> None:
    text = capitals(amount)
    assert not re.search("零零|亿万|零[万亿元拾佰仟角整]|零分|^拾|分整", text) or text == "零元整"
    assert text.endswith(("整", "分"))
    assert text.startswith("负") == (amount < 0)


@pytest.mark.parametrize("amount", ["0.001", "1000000000000.00", "-1000000000000.00"])
def test_what_money_cannot_be_is_not_written(amount: str) -> None:
    with pytest.raises(ValueError, match="capitals"):
        capitals(Decimal(amount))
