"""Suspension: who may ask, until when, and what the next season makes of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from heatdesk.billing.rules.parameters import MonthDay
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.rules.suspensions import (
    Obstacle,
    Renewal,
    Resumption,
    SuspensionRequest,
    SuspensionRule,
    check_request,
    check_resumption,
    opening_state,
    secret_reconnection,
)
from heatdesk.errors import RuleBroken

HARBIN = Season("2024-2025", date(2024, 10, 20), date(2025, 4, 20), 183, date(2024, 12, 31))
RULE = SuspensionRule(share=Decimal("0.20"))


def asked_on(day: date, **changes: object) -> SuspensionRequest:
    return replace(SuspensionRequest(day, HARBIN.starts_on, HARBIN.ends_on), **changes)  # type: ignore[arg-type]


def test_thirty_days_before_the_season_is_the_last_day() -> None:
    rule = replace(RULE, days_before=30)

    assert rule.deadline(HARBIN) == date(2024, 9, 20)
    check_request(rule, HARBIN, asked_on(date(2024, 9, 20)))
    with pytest.raises(RuleBroken, match="until 2024-09-20"):
        check_request(rule, HARBIN, asked_on(date(2024, 9, 21)))


@pytest.mark.parametrize(
    ("day", "refused"),
    [
        (date(2024, 3, 14), "from 2024-03-15"),
        (date(2024, 3, 15), None),
        (date(2024, 10, 15), None),
        (date(2024, 10, 16), "until 2024-10-15"),
    ],
)
def test_a_window_for_applications(day: date, refused: str | None) -> None:
    season = replace(HARBIN, starts_on=date(2024, 11, 15))
    rule = replace(RULE, opens_on=MonthDay(3, 15), apply_by=MonthDay(10, 15))
    request = replace(asked_on(day), first=season.starts_on)

    if refused is None:
        check_request(rule, season, request)
    else:
        with pytest.raises(RuleBroken, match=refused):
            check_request(rule, season, request)


def test_no_deadline_where_the_city_names_none() -> None:
    assert RULE.deadline(HARBIN) is None
    check_request(RULE, HARBIN, asked_on(date(2025, 4, 20)))


def test_the_whole_season_or_not_at_all() -> None:
    rule = replace(RULE, whole_season=True)
    check_request(rule, HARBIN, asked_on(date(2024, 9, 1), last=date(2026, 12, 31)))
    with pytest.raises(RuleBroken, match="only be suspended for the whole season"):
        check_request(rule, HARBIN, asked_on(date(2024, 9, 1), last=date(2025, 4, 19)))


def test_a_minimum_time() -> None:
    rule = replace(RULE, minimum_days=30)
    check_request(rule, HARBIN, asked_on(date(2024, 9, 1), last=date(2024, 11, 18)))
    with pytest.raises(RuleBroken, match="for 30 days or more"):
        check_request(rule, HARBIN, asked_on(date(2024, 9, 1), last=date(2024, 11, 17)))


@pytest.mark.parametrize("obstacle", Obstacle)
def test_who_may_not(obstacle: Obstacle) -> None:
    request = asked_on(date(2024, 9, 1), obstacles=frozenset({obstacle}))

    check_request(RULE, HARBIN, request)
    with pytest.raises(RuleBroken):
        check_request(replace(RULE, not_for=(obstacle,)), HARBIN, request)


@pytest.mark.parametrize(
    ("renewal", "was_suspended", "applied", "prepaid", "expected"),
    [
        (Renewal.YEARLY, True, False, False, SupplyState.SUPPLIED),
        (Renewal.YEARLY, False, True, False, SupplyState.SUSPENDED),
        (Renewal.CARRIED_ON, True, False, False, SupplyState.SUSPENDED),
        (Renewal.CARRIED_ON, True, False, True, SupplyState.SUPPLIED),
        (Renewal.CARRIED_ON, False, False, False, SupplyState.SUPPLIED),
        (Renewal.UNPAID, False, False, False, SupplyState.SUSPENDED),
        (Renewal.UNPAID, True, False, True, SupplyState.SUPPLIED),
    ],
)
def test_how_a_season_opens(
    renewal: Renewal, was_suspended: bool, applied: bool, prepaid: bool, expected: SupplyState
) -> None:
    rule = replace(RULE, renewal=renewal)

    assert opening_state(rule, was_suspended=was_suspended, applied=applied, prepaid=prepaid) is expected


def test_resuming_within_the_season() -> None:
    rule = replace(RULE, resumption=Resumption.NONE)
    check_resumption(RULE, HARBIN, date(2025, 1, 1))
    check_resumption(rule, HARBIN, HARBIN.starts_on)
    with pytest.raises(RuleBroken, match="cannot be resumed on 2025-01-01"):
        check_resumption(rule, HARBIN, date(2025, 1, 1))


def test_no_penalty_for_secret_heat_without_a_rule() -> None:
    with pytest.raises(RuleBroken, match="no penalty for heat taken while suspended"):
        secret_reconnection(RULE, Decimal(2500))


@pytest.mark.parametrize(
    ("month_day", "start", "expected"),
    [
        (MonthDay(9, 30), date(2024, 11, 15), date(2024, 9, 30)),
        (MonthDay(12, 31), date(2024, 11, 15), date(2024, 12, 31)),
        (MonthDay(3, 15), date(2024, 11, 15), date(2024, 3, 15)),
        (MonthDay(2, 14), date(2024, 11, 15), date(2025, 2, 14)),
        (MonthDay(2, 29), date(2024, 12, 15), date(2025, 2, 28)),
    ],
)
def test_a_yearly_day_belongs_to_the_season_it_lies_nearest(
    month_day: MonthDay, start: date, expected: date
) -> None:
    assert month_day.around(start) == expected
