"""Amounts as typed: what is forgiven, what is refused, and that nothing is read as another sum."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from heatdesk.billing.rules.amounts import parse_amount
from heatdesk.errors import BadInput
from heatdesk.money import format_money


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234.5", "1234.50"),
        ("1,234.50", "1234.50"),
        (" 1 234.50 ", "1234.50"),
        ("１，２３４．５０", "1234.50"),
        ("１２３４。５", "1234.50"),
        ("￥1,234.50", "1234.50"),
        ("¥12元", "12.00"),
        ("12.", "12.00"),
        (".5", "0.50"),
        ("0", "0.00"),
        ("-0", "0.00"),
        ("007", "7.00"),
        ("999,999,999,999.99", "999999999999.99"),
    ],
)
def test_what_people_type_is_understood(typed, amount):
    assert parse_amount(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["", " ", "　", "￥"])
def test_an_empty_field_is_no_amount(typed):
    assert parse_amount(typed) is None


UNREADABLE = [
    *(
        "abc",
        "12a",
        "1e5",
        "1E5",
        "NaN",
        "nan",
        "Infinity",
        "-inf",
        "0x10",
        "1_000",
        "--5",
        "+5",
        "5-",
        "1..2",
        "1.2.3",
    ),
    *(
        "12,50",
        "1,2345",
        "1,23,456",
        ",5",
        "1,,234",
        ".",
        "-",
        "-.",
        ",",
        "①",
        "²",
        "Ⅷ",
        "٣",
        "十二",
        "½",
        "1/2",
        "5%",
    ),
    *("=1+1", "1;drop", "1\x00", "1\u200b", "<b>1</b>", "1.0.", "'5'", "１２，５０"),
]


@pytest.mark.parametrize("typed", UNREADABLE)
def test_what_is_no_amount_is_refused_in_words(typed):
    with pytest.raises(BadInput, match="cannot be read"):
        parse_amount(typed)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-5", "below zero"),
        ("−5", "below zero"),
        ("－0.01", "below zero"),
        ("1.234", "parts of a fen"),
        ("1.000", "parts of a fen"),
        ("1000000000000", "check the zeros"),
        ("9" * 300, "check the zeros"),
    ],
)
def test_what_cannot_be_booked_is_refused_in_words(typed, words):
    with pytest.raises(BadInput, match=words):
        parse_amount(typed)


def test_a_refusal_repeats_no_more_than_a_glance_of_what_was_typed():
    with pytest.raises(BadInput) as refused:
        parse_amount("x" * 5000)
    assert len(str(refused.value)) < 120


@given(st.decimals(0, 10**11, places=2))
def test_an_amount_as_shown_is_read_as_itself(amount):
    assert parse_amount(format_money(amount)) == amount


@given(st.text(max_size=30))
def test_no_text_does_more_than_be_read_or_refused(typed):
    try:
        amount = parse_amount(typed)
    except BadInput:
        return
    assert amount is None or (amount >= 0 and amount == round(amount, 2))
