"""The reckoning and the waterfall: worked cases as the counter shows them, and what must hold for every payment."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, strategies as st

from heatdesk.billing.rules.ledger import LedgerCode, Movement
from heatdesk.billing.rules.payments import (
    DEBITED,
    Offer,
    allocate,
    match_movements,
    reckon,
    round_cash,
)
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.errors import BadInput, Refusal, RuleBroken
from heatdesk.money import ZERO

JIAO = Decimal("0.10")


def offers(**amounts):
    return [Offer(TenderMethod(method), Decimal(amount)) for method, amount in amounts.items()]


def outcome(due, *, held="500.00", step=JIAO, part=False, keep=False, **amounts):
    return reckon(
        Decimal(due),
        offers(**amounts),
        cash_step=step,
        prepayment=Decimal(held),
        part=part,
        keep_surplus=keep,
    )


def test_a_zero_too_many_is_seen_before_the_drawer_opens():
    assert outcome("2838.68", cash="12838.70").change == Decimal("10000.00")
    with pytest.raises(BadInput, match=r"^¥10,000.10 would go back as change"):
        outcome("2838.68", cash="12838.80")
    with pytest.raises(BadInput, match="would be kept as prepayment, and at most ¥1,000,000.00"):
        outcome("0", cash="9999999999", keep=True)
    assert outcome("0", transfer="1000000", keep=True).to_prepayment == Decimal("1000000.00")


@pytest.mark.parametrize(
    ("due", "amounts", "settled", "rounding", "change", "ahead"),
    [
        ("2327.00", {"cash": "2400"}, "2327.00", "0", "73.00", "0"),
        ("4731.36", {"cash": "3000", "wechat": "1231.40", "prepayment": "500"}, "4731.36", "0.04", "0", "0"),
        ("12.34", {"cash": "20"}, "12.34", "-0.04", "7.70", "0"),
        ("12.35", {"cash": "20"}, "12.35", "0.05", "7.60", "0"),
        ("12.36", {"cash": "12.36"}, "12.36", "0", "0", "0"),
        ("12.36", {"cash": "12.38"}, "12.36", "0", "0.02", "0"),
        ("12.34", {"cash": "12.30"}, "12.34", "-0.04", "0", "0"),
        ("100.00", {"wechat": "100", "cash": "50"}, "100.00", "0", "50.00", "0"),
        ("100.07", {"wechat": "100.07"}, "100.07", "0", "0", "0"),
        ("0.04", {"cash": "0.04"}, "0.04", "-0.04", "0.04", "0"),
    ],
)
def test_paid_in_full(due, amounts, settled, rounding, change, ahead):
    found = outcome(due, **amounts)
    assert (found.settled, found.rounding, found.change, found.to_prepayment, found.missing) == (
        *map(Decimal, (settled, rounding, change, ahead)),
        ZERO,
    )


def test_to_the_yuan_and_not_at_all():
    assert outcome("12.50", step=Decimal(1), cash="20").rounding == Decimal("0.50")
    assert outcome("12.49", step=Decimal(1), cash="20").rounding == Decimal("-0.49")
    assert outcome("12.49", step=Decimal("0.01"), cash="20").change == Decimal("7.51")


def test_part_payment_must_be_declared_and_is_never_rounded():
    with pytest.raises(RuleBroken, match="¥1,327.00 is still missing"):
        outcome("2327.00", cash="1000")
    found = outcome("2327.33", part=True, cash="1000.05")
    assert (found.settled, found.missing, found.rounding) == (Decimal("1000.05"), Decimal("1327.28"), ZERO)


def test_a_surplus_is_change_only_in_cash():
    with pytest.raises(RuleBroken, match="¥73.00 too much, and only cash gives change"):
        outcome("2327.00", wechat="2400")
    assert outcome("2327.00", keep=True, wechat="2400").to_prepayment == Decimal("73.00")


def test_kept_ahead_there_is_no_rounding_and_no_change():
    found = outcome("12.34", keep=True, cash="12.34")
    assert (found.rounding, found.change, found.to_prepayment) == (ZERO, ZERO, ZERO)
    found = outcome("12.34", keep=True, cash="20")
    assert (found.change, found.to_prepayment) == (ZERO, Decimal("7.66"))
    with pytest.raises(RuleBroken, match="still missing"):
        outcome("12.34", keep=True, cash="12.30")


def test_nothing_due_is_only_kept_ahead():
    for amounts in ({"cash": "5"}, {"wechat": "5"}):
        with pytest.raises(RuleBroken, match="Nothing is due"):
            outcome("0", **amounts)
        assert outcome("0", keep=True, **amounts).to_prepayment == Decimal(5)


@pytest.mark.parametrize(
    ("due", "amounts", "words"),
    [
        ("100", {}, "Nothing has been typed"),
        ("100", {"cash": "0"}, "Nothing has been typed"),
        ("100", {"cash": "-5"}, "below zero"),
        ("1000", {"prepayment": "500.01"}, "Only ¥500.00 of prepayment"),
        ("100", {"prepayment": "100.01"}, "pays what is due and no more"),
        ("100", {"wechat": "999999999999", "card": "1000"}, "the most that can be booked"),
    ],
)
def test_refusals_say_what_is_wrong(due, amounts, words):
    with pytest.raises(Refusal, match=words):
        outcome(due, **amounts)


def test_bad_amounts_are_bad_input_and_broken_rules_are_not():
    with pytest.raises(BadInput):
        outcome("100", cash="-5")
    with pytest.raises(RuleBroken):
        outcome("100", cash="5")


def test_the_waterfall_of_the_picture():
    """W: 4,731.36 over two seasons by prepayment, WeChat and cash with 4 fen rounding."""
    found = outcome("4731.36", cash="3000", wechat="1231.40", prepayment="500")
    bills = {1: Decimal("2404.36"), 2: Decimal("2327.00")}
    moved = match_movements(
        found.tenders, allocate(found.settled, bills), account_id=7, rounding=found.rounding
    )
    code = LedgerCode
    assert moved == [
        Movement(code.PREPAYMENT, code.RECEIVABLE, Decimal("500.00"), 1, 7),
        Movement(code.CHANNEL_CLEARING, code.RECEIVABLE, Decimal("1231.40"), 1, 7),
        Movement(code.CASH_IN_TILL, code.RECEIVABLE, Decimal("672.96"), 1, 7),
        Movement(code.CASH_IN_TILL, code.RECEIVABLE, Decimal("2327.00"), 2, 7),
        Movement(code.CASH_IN_TILL, code.ROUNDING, Decimal("0.04"), None, 7),
    ]


def test_sums_that_differ_are_a_fault_of_the_program():
    tenders = [Offer(TenderMethod.CASH, Decimal(10))]
    for paid in ("9.99", "10.01"):
        with pytest.raises(ValueError, match="than what they are to pay"):
            match_movements(tenders, {1: Decimal(paid)}, account_id=1)


money = st.decimals("0.01", "99999.99", places=2)


@st.composite
def payments(draw):
    bills = {season: draw(money) for season in range(1, draw(st.integers(0, 4)) + 1)}
    methods = draw(st.lists(st.sampled_from(list(TenderMethod)), unique=True, min_size=1))
    due = sum(bills.values(), ZERO)
    taken = [
        Offer(method, draw(st.one_of(money, st.just(max(due, JIAO)), st.just(round_cash(due, JIAO)))))
        for method in methods
    ]
    step = draw(st.sampled_from([Decimal("0.01"), JIAO, Decimal(1)]))
    return bills, due, taken, step, draw(st.booleans()), draw(st.booleans())


@given(payments())
def test_every_payment_that_is_not_refused_balances(payment):
    bills, due, taken, step, part, keep = payment
    try:
        found = reckon(due, taken, cash_step=step, prepayment=Decimal(10**6), part=part, keep_surplus=keep)
    except Refusal:
        assume(False)
    allocations = allocate(found.settled, bills)
    moved = match_movements(
        found.tenders, allocations, account_id=7, to_prepayment=found.to_prepayment, rounding=found.rounding
    )
    handed_over = sum((offer.amount for offer in taken), ZERO)
    assert sum((tender.amount for tender in found.tenders), ZERO) + found.change == handed_over
    assert found.amount + found.rounding == handed_over - found.change
    assert abs(found.rounding) <= step / 2
    assert found.settled + found.missing == due
    assert not (found.missing and found.change)
    assert sum(allocations.values(), ZERO) == found.settled
    assert all(allocations[season] <= bills[season] for season in allocations)
    assert all(movement.amount > 0 and movement.debit != movement.credit for movement in moved)
    pairs = [(movement.debit, movement.credit, movement.season_id) for movement in moved]
    assert len(pairs) == len(set(pairs))
    for code in set(DEBITED.values()):
        tendered = sum((one.amount for one in found.tenders if DEBITED[one.method] == code), ZERO)
        assert tendered == sum((one.amount for one in moved if one.debit == code), ZERO), code
    for season, amount in allocations.items():
        credited = [
            one.amount for one in moved if (one.credit, one.season_id) == (LedgerCode.RECEIVABLE, season)
        ]
        assert sum(credited, ZERO) == amount
    kept = sum((one.amount for one in moved if one.credit == LedgerCode.PREPAYMENT), ZERO)
    assert kept == found.to_prepayment


@given(payments())
def test_oldest_bills_are_settled_first(payment):
    bills, due, *_ = payment
    settled = allocate(due / 2 // Decimal("0.01") * Decimal("0.01"), bills)
    full = [settled.get(season, ZERO) == amount for season, amount in bills.items()]
    assert full == sorted(full, reverse=True)
