"""What holds for every penalty: it follows from dated lines alone, and no fen is lost between them."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings, strategies as st

from heatdesk.billing.rules.penalties import (
    Allocation,
    DatedAmount,
    PenaltyBase,
    PenaltyRule,
    Standing,
    standing,
)
from heatdesk.money import ZERO

quick = settings(max_examples=40, deadline=None)

DUE_ON = date(2024, 12, 31)
days = st.dates(date(2024, 11, 1), date(2026, 3, 1))
amounts = st.decimals("0.01", "5000", places=2)
payments = st.lists(st.builds(DatedAmount, days, amounts), max_size=5)
charges = st.lists(
    st.builds(DatedAmount, days, st.decimals("-500", "5000", places=2)), min_size=1, max_size=4
)
rules = st.builds(
    PenaltyRule,
    share_per_day=st.decimals(0, "0.05", places=4),
    base=st.sampled_from(PenaltyBase),
    grace_days=st.integers(0, 30),
    cap=st.none() | st.decimals(0, 1, places=2),
    allocation=st.sampled_from(Allocation),
)


def books(rule: PenaltyRule, charged: list[DatedAmount], paid: list[DatedAmount], to: date) -> Standing:
    return standing(rule, DUE_ON, charged, paid, to)


@quick
@given(rules, charges, payments, days)
def test_what_is_due_is_what_was_charged_less_what_was_paid(
    rule: PenaltyRule, charged: list[DatedAmount], paid: list[DatedAmount], to: date
) -> None:
    result = books(rule, charged, paid, to)
    fee = sum((charge.amount for charge in charged if charge.on <= to), ZERO)
    money = sum((payment.amount for payment in paid if payment.on <= to), ZERO)

    assert result.principal_due + result.penalty_due - result.credit == fee + result.penalty - money
    assert min(result.principal_due, result.penalty_due, result.credit) >= 0
    for use in result.payments:
        assert min(use.to_principal, use.to_penalty, use.credit) >= 0


@quick
@given(rules, charges, payments, days)
def test_computing_it_twice_or_in_another_order_adds_nothing(
    rule: PenaltyRule, charged: list[DatedAmount], paid: list[DatedAmount], to: date
) -> None:
    result = books(rule, charged, paid, to)

    assert books(rule, charged, paid, to) == result
    assert books(rule, list(reversed(charged)), paid, to) == result


@quick
@given(rules, amounts, payments, days, st.integers(1, 60))
def test_time_only_adds(
    rule: PenaltyRule, fee: Decimal, paid: list[DatedAmount], to: date, more: int
) -> None:
    charged = [DatedAmount(date(2024, 11, 1), fee)]

    earlier = books(rule, charged, paid, to)
    later = books(rule, charged, paid, to + timedelta(days=more))

    assert later.penalty >= earlier.penalty
    if rule.cap is not None:
        assert later.penalty <= fee * rule.cap + Decimal("0.01")


@quick
@given(rules, charges, payments)
def test_there_is_no_penalty_before_the_due_date(
    rule: PenaltyRule, charged: list[DatedAmount], paid: list[DatedAmount]
) -> None:
    assert books(rule, charged, paid, DUE_ON).penalties == ()


@quick
@given(rules, charges, payments, days)
def test_what_was_frozen_by_a_payment_stays(
    rule: PenaltyRule, charged: list[DatedAmount], paid: list[DatedAmount], to: date
) -> None:
    before = [payment for payment in paid if payment.on <= to]
    known = [charge for charge in charged if charge.on <= to]
    frozen = books(rule, known, [*before, DatedAmount(to, Decimal("0.01"))], to)

    later = books(rule, known, [*before, DatedAmount(to, Decimal("0.01"))], to + timedelta(days=30))

    assert later.penalties[: len(frozen.penalties)] == frozen.penalties
