"""What a drawer comes to, and how over and short are booked."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from heatdesk.billing.rules.ledger import LedgerCode
from heatdesk.billing.rules.tills import (
    DENOMINATIONS,
    DrawerCount,
    closing_movements,
    compare,
    parse_pieces,
)
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.errors import BadInput

fen = st.integers(min_value=0, max_value=10**9).map(lambda n: Decimal(n).scaleb(-2))


@pytest.mark.parametrize(
    ("typed", "pieces"), [("", 0), ("12", 12), ("１２", 12), (" 7 ", 7), ("007", 7), ("100000", 100_000)]
)
def test_pieces_are_read_as_people_type_them(typed, pieces):
    assert parse_pieces(typed) == pieces


@pytest.mark.parametrize(
    "typed", ["-1", "－1", "−3", "1.5", "1,000", "abc", "100001", "9" * 400, "²", "٣", "十"]
)
def test_what_is_no_count_is_refused(typed):
    with pytest.raises(BadInput):
        parse_pieces(typed)


def test_a_drawer_is_added_up():
    pieces = dict(zip(DENOMINATIONS, (3, 1, 2, 0, 4, 7, 1, 3), strict=True))
    assert DrawerCount(pieces=pieces, other_cash=Decimal("0.05")).cash == Decimal("417.85")


def test_every_method_is_compared_though_nothing_was_taken():
    lines = compare(
        DrawerCount(slips={TenderMethod.CARD: Decimal("5.00")}), {TenderMethod.WECHAT: Decimal("3.00")}
    )
    differences = {line.method: line.over_short for line in lines if line.over_short}
    assert differences == {TenderMethod.CARD: Decimal("5.00"), TenderMethod.WECHAT: Decimal("-3.00")}
    assert TenderMethod.PREPAYMENT not in {line.method for line in lines}


@given(expected=fen, counted=fen)
def test_the_till_is_empty_after_closing_and_never_below_zero_on_the_way(expected, counted):
    cash = expected
    for movement in closing_movements(expected, counted):
        assert movement.amount > 0
        cash += movement.amount if movement.debit is LedgerCode.CASH_IN_TILL else -movement.amount
        assert cash >= 0
    assert cash == 0
    to_bank = sum(m.amount for m in closing_movements(expected, counted) if m.debit is LedgerCode.BANK)
    assert to_bank == counted
