"""Money over open bills: oldest first, in each penalty or fee first, a discount only for what is closed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from heatdesk.billing.rules.discounts import DiscountRow, DiscountRule, early_discount, early_offer
from heatdesk.billing.rules.parameters import MonthDay
from heatdesk.billing.rules.penalties import (
    Allocation,
    DatedAmount,
    PenaltyRule,
    fee_standing,
    not_yet_frozen,
)
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.settlements import OpenBill, Share, share_out
from heatdesk.money import ZERO

FEN = st.integers(0, 1_000_000).map(lambda fen: Decimal(fen).scaleb(-2))
PER_MILLE = PenaltyRule(Decimal("0.001"))
DUE = date(2024, 12, 31)


def bill(season_id=1, fee="2327.00", penalty="46.54", discount="0.00", first=Allocation.PENALTY_FIRST):
    return OpenBill(season_id, Decimal(fee), Decimal(penalty), Decimal(discount), first)


@pytest.mark.parametrize(
    ("first", "amount", "fee", "penalty"),
    [
        (Allocation.PENALTY_FIRST, "1000", "953.46", "46.54"),
        (Allocation.PENALTY_FIRST, "40", "0", "40"),
        (Allocation.PRINCIPAL_FIRST, "1000", "1000", "0"),
        (Allocation.PRINCIPAL_FIRST, "2340", "2327", "13"),
        (Allocation.PRINCIPAL_FIRST, "2373.54", "2327", "46.54"),
    ],
)
def test_the_order_of_the_tariff(first, amount, fee, penalty):
    assert share_out(Decimal(amount), [bill(first=first)]) == [Share(1, Decimal(fee), Decimal(penalty))]


def test_a_discount_needs_the_whole_bill():
    early = bill(fee="2327.00", penalty="0", discount="46.54")
    assert share_out(Decimal("2280.46"), [early]) == [Share(1, Decimal("2280.46"), ZERO, Decimal("46.54"))]
    assert share_out(Decimal("2280.45"), [early]) == [Share(1, Decimal("2280.45"), ZERO)]


@given(FEN, st.lists(st.tuples(FEN, FEN, st.sampled_from(Allocation)), min_size=1, max_size=4))
def test_every_fen_lands_once_and_no_bill_gets_more_than_is_open(settled, opened):
    bills = [
        OpenBill(number, fee, penalty, ZERO, first) for number, (fee, penalty, first) in enumerate(opened)
    ]
    shares = share_out(settled, bills)
    assert sum((share.amount for share in shares), ZERO) == min(
        settled, sum((one.due for one in bills), ZERO)
    )
    for share in shares:
        assert 0 <= share.fee <= bills[share.season_id].fee
        assert 0 <= share.penalty <= bills[share.season_id].penalty


# --- what the books say of the fee, handed to the rule --------------------------------------------------------------


def lines(charges, payments, frozen_on, to):
    return fee_standing(PER_MILLE, DUE, charges, payments, frozen_on, to).penalties


def test_money_moved_out_of_a_bill_comes_off_its_credit_first():
    """A paid bill is lowered and what was too much moved to the prepayment: nothing is owed, and no day counts."""
    charges = [DatedAmount(date(2024, 11, 1), Decimal(100)), DatedAmount(date(2025, 1, 10), Decimal(-30))]
    payments = [DatedAmount(date(2024, 12, 1), Decimal(100)), DatedAmount(date(2025, 1, 10), Decimal(-30))]
    found = fee_standing(PER_MILLE, DUE, charges, payments, [], date(2025, 6, 1))
    assert (found.principal_due, found.credit, found.penalty) == (0, 0, 0)
    later = [*charges, DatedAmount(date(2025, 6, 1), Decimal(50))]
    found = fee_standing(PER_MILLE, DUE, later, payments, [], date(2025, 6, 11))
    assert (found.principal_due, found.penalty) == (Decimal(50), Decimal("0.50"))


def test_what_is_frozen_is_not_frozen_again():
    charged = [DatedAmount(date(2024, 11, 1), Decimal("2327.00"))]
    twentieth, fortieth = date(2025, 1, 20), date(2025, 2, 9)
    first = lines(charged, [], [], twentieth)
    assert not_yet_frozen(first, first) == ()
    both = lines(charged, [], [twentieth], fortieth)
    assert [one.amount for one in not_yet_frozen(both, first)] == [Decimal("46.54")]


def test_where_the_facts_have_changed_one_line_makes_up_the_difference():
    """1,000 paid on the 20th day turn out never to have been paid: the 40 days after cost 40.00 more."""
    charged = [DatedAmount(date(2024, 11, 1), Decimal("2327.00"))]
    twentieth, sixtieth = date(2025, 1, 20), date(2025, 3, 1)
    paid = [DatedAmount(twentieth, Decimal(1000))]
    frozen = lines(charged, paid, [], sixtieth)
    assert [one.amount for one in frozen] == [Decimal("46.54"), Decimal("53.08")]
    kept = frozen[1:]
    [line] = not_yet_frozen(lines(charged, [], [sixtieth], sixtieth), kept)
    assert line.amount == Decimal("139.62") - Decimal("53.08")
    assert line.steps[-1].rule == "penalty_difference"
    assert not_yet_frozen(kept, frozen) == ()


# --- early payment ---------------------------------------------------------------------------------------------------


@given(FEN, st.dates(date(2026, 2, 1), date(2026, 12, 31)))
def test_an_offer_is_what_the_rule_gives_once_it_is_paid(fee, day):
    rule = DiscountRule(
        (DiscountRow(MonthDay(9, 30), Decimal("0.02")), DiscountRow(MonthDay(10, 31), Decimal("0.01")))
    )
    season = Season("2026-2027", date(2026, 11, 1), date(2027, 3, 31), 151, date(2026, 12, 31))
    offer = early_offer(rule, season.starts_on, fee, day)
    if offer is None:
        assert early_discount(rule, season, fee, [DatedAmount(day, fee)]) is None
    else:
        earned = early_discount(rule, season, fee, [DatedAmount(day, fee - offer.amount)])
        assert earned == (offer.amount, offer.step)
        assert day <= offer.paid_by
