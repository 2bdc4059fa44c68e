"""Who may decide, without a database: every pair of who asked and who decides, with and without a deputy."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest

from heatdesk.approvals.rules.eligibility import Mandate, Matter, Person, refuse_unless_allowed
from heatdesk.approvals.rules.levels import Level, RuleSet, are_complete, in_force, needed
from heatdesk.errors import Refusal

DAY = date(2026, 11, 21)
BILLING, FINANCE = 1, 2


def person(number, role="supervisor", department=BILLING, branch=1, *, may_decide=True):
    return Person(number, f"员工{number}", role, department, branch, may_decide)


PEOPLE = [
    person(1),
    person(2),
    person(3),
    person(4, "finance", FINANCE),
    person(5, "supervisor", FINANCE),
    person(6, branch=2),
    person(7, branch=None),
    person(8, "administrator", BILLING, may_decide=False),
    person(9, may_decide=False),
]


def matter(*, applicants=(1,), took_part=(), decided=(), amount="100"):
    level = Level(1, Decimal(0), "supervisor", BILLING)
    sets = [frozenset(one) for one in (applicants, took_part, decided)]
    return Matter("area", 1, Decimal(amount), level, *sets, deciders=("Supervisor", "Billing"))


def mandate(from_, to, **values):
    facts = {"kinds": (), "max_amount": None, "valid_from": DAY, "valid_to": DAY, **values}
    return Mandate(id=1, from_id=from_.id, to_id=to.id, **facts)


def allowed(subject, by, principal, given):
    try:
        refuse_unless_allowed(subject, by, principal, given, DAY)
    except Refusal:
        return False
    return True


def may_in_words(asked, by, principal, given):
    """The sentence of the rules, written down a second time."""
    fits = (
        principal.role == "supervisor"
        and principal.department_id == BILLING
        and principal.branch_id in (None, 1)
    )
    trusted = by == principal or given is not None
    return (
        fits and trusted and by.branch_id in (None, 1) and by.may_decide and principal.may_decide
        and asked not in (by.id, principal.id)
    )  # fmt: skip


@pytest.mark.parametrize("with_mandate", [True, False])
def test_every_pair_of_asking_and_deciding(with_mandate):
    allowances = 0
    for asked, by, principal in product(range(1, 10), PEOPLE, PEOPLE):
        given = mandate(principal, by) if with_mandate and by != principal else None
        expected = may_in_words(asked, by, principal, given)
        assert allowed(matter(applicants=(asked,)), by, principal, given) == expected, (asked, by, principal)
        allowances += expected
    assert allowances > 20


@pytest.mark.parametrize("hand", ["applicants", "took_part", "decided"])
def test_whoever_had_a_hand_in_it_is_out_as_self_deputy_and_principal(hand):
    two, three = PEOPLE[1], PEOPLE[2]
    subject = matter(**{"applicants": (9,), hand: (two.id,)})
    assert not allowed(subject, two, two, None)
    assert not allowed(subject, two, three, mandate(three, two))
    assert not allowed(subject, three, two, mandate(two, three))
    assert allowed(subject, three, three, None)


@pytest.mark.parametrize(
    ("limits", "fits"),
    [
        ({}, True),
        ({"kinds": ("area", "refund")}, True),
        ({"kinds": ("refund",)}, False),
        ({"max_amount": Decimal("100.00")}, True),
        ({"max_amount": Decimal("99.99")}, False),
        ({"valid_to": DAY - timedelta(1), "valid_from": DAY - timedelta(9)}, False),
        ({"valid_from": DAY + timedelta(1), "valid_to": DAY + timedelta(9)}, False),
    ],
)
def test_a_mandate_has_limits(limits, fits):
    two, three = PEOPLE[1], PEOPLE[2]
    assert allowed(matter(), two, three, mandate(three, two, **limits)) is fits


def test_a_mandate_for_somebody_else_is_none():
    two, three, seven = PEOPLE[1], PEOPLE[2], PEOPLE[6]
    assert not allowed(matter(), two, three, mandate(three, seven))
    assert not allowed(matter(), two, three, mandate(seven, two))


LEVELS = tuple(
    Level(number, Decimal(amount), "finance", FINANCE) for number, amount in ((1, 0), (2, 5000), (3, 50000))
)


@pytest.mark.parametrize(
    ("amount", "count"),
    [
        ("0", 1),
        ("4999.99", 1),
        ("5000.00", 2),
        ("5000.01", 2),
        ("49999.99", 2),
        ("50000.00", 3),
        ("50000.01", 3),
    ],
)
def test_a_level_begins_with_its_amount(amount, count):
    assert len(needed(LEVELS, Decimal(amount))) == count


def test_a_branch_follows_its_own_rules_and_else_the_general_ones():
    old, new, own, later = (
        RuleSet(None, date(2020, 1, 1), LEVELS),
        RuleSet(None, date(2026, 1, 1), LEVELS[:1]),
        RuleSet(7, date(2025, 1, 1), LEVELS[:2]),
        RuleSet(None, DAY + timedelta(1), LEVELS),
    )
    sets = [later, own, new, old]
    assert in_force(sets, 1, DAY) is new
    assert in_force(sets, 7, DAY) is own
    assert in_force(sets, None, DAY) is new
    assert in_force(sets, 1, date(2025, 12, 31)) is old
    assert in_force(sets, 1, date(2019, 12, 31)) is None
    assert in_force(sets, 1, DAY + timedelta(1)) is later


def test_incomplete_levels():
    assert are_complete(LEVELS)
    assert not are_complete(())
    assert not are_complete(LEVELS[1:])
    assert not are_complete((LEVELS[0], LEVELS[2]))
    assert not are_complete((Level(1, Decimal(5), "finance", FINANCE),))
    assert not are_complete((LEVELS[0], Level(2, Decimal(9), "x", 1), Level(3, Decimal(8), "x", 1)))
