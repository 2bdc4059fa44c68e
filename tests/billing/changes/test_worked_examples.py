"""W13–W18 and W26 through a request to the bill, to the fen, and what verify says of the books afterwards."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from heatdesk.billing.models import Bill
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments
from heatdesk.billing.services.verification import adjustments as granted_checks, papers, report
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve, make_office
from tests.changes.scenarios import send

PRICED = {
    "document_no": "doc",
    "valid_from": "2024-01-01",
    "price_unit": "season",
    "use_class": "residential",
}
TWENTY_FIFTY = {"bands": [{"below_c": "18", "share": "0.2"}, {"below_c": "16", "share": "0.5"}, {"below_c": "14", "share": "1"}]}  # fmt: skip
HARBIN = {"bands": [{"below_c": "18", "share": "0.3"}, {"below_c": "16", "share": "0.5"}, {"below_c": "14", "share": "1"}]}  # fmt: skip
BEIJING = {
    "bands": [
        {"below_c": "18", "share": "0.4"},
        {"below_c": "16", "share": "0.6", "or_equal": True},
        {"below_c": "14", "share": "1", "or_equal": True},
    ],
    "base": "rooms",
}
TIANJIN = {
    "bands": [
        {"below_c": "18", "share": "0.1"},
        {"below_c": "16", "share": "0.5"},
        {"below_c": "12", "share": "1"},
    ],
    "base": "rooms",
}
XIAN = {**TWENTY_FIFTY, "base": "less_basic", "basic_share": "0.3"}


def spell(first, days, celsius, room=None):
    start = date.fromisoformat(first)
    last = date.fromordinal(start.toordinal() + days - 1)
    written = {"from": first, "to": last.isoformat(), "celsius": celsius}
    return written | ({"room_area_m2": room} if room else {})


def cold(*spells):
    return "low_temperature", [("low_temperature", {"spells": list(spells)})]


EXAMPLES = {
    "W13": ("80", "38.32", 183, {"low_temperature": HARBIN}, cold(
        spell("2026-11-01", 10, "17"), spell("2026-12-01", 5, "15"), spell("2027-01-01", 2, "13.5")), "125.64"),
    "W14": ("100", "24", 121, {"low_temperature": BEIJING}, cold(
        spell("2026-12-01", 6, "16.5", "18"), spell("2026-12-01", 6, "15.9", "25")), "26.42"),
    "W15a": ("100", "25", 121, {"low_temperature": TIANJIN}, cold(spell("2026-12-01", 10, "16.0", "20")), "4.13"),
    "W15b": ("100", "25", 121, {"low_temperature": TIANJIN}, cold(spell("2026-12-01", 10, "15.9", "20")), "20.66"),
    "W15c": ("100", "25", 121, {"low_temperature": TIANJIN}, cold(spell("2026-12-01", 10, "11.9", "20")), "41.32"),
    "W16": ("100", "23", 131, {"low_temperature": TWENTY_FIFTY}, cold(spell("2026-12-01", 12, "17")), "42.14"),
    "W17": ("100", "23.20", 121, {"low_temperature": XIAN}, cold(spell("2026-12-01", 10, "17")), "26.84"),
    "W18a": ("100", "24", 121, {"supply_time": {}}, ("late_supply", [("late_start", {"days": 7})]), "138.84"),
    "W26a": ("70", "23", 121, {"subsidies": [{"kind": "low", "per_m2": "3"}]},
             ("subsidy", [("subsidy", {"kind": "low"})]), "210.00"),
    "W26b": ("60", "18", 151, {"subsidies": [{"kind": "low", "share": "0.85", "up_to_m2": "45"}]},
             ("subsidy", [("subsidy", {"kind": "low"})]), "688.50"),
    "W26c": ("75", "24", 151, {"subsidies": [{"kind": "low", "share": "1", "up_to_m2": "60"}]},
             ("subsidy", [("subsidy", {"kind": "low"})]), "1440.00"),
}  # fmt: skip
"""Area m², price per season, statutory days, rules of the tariff, what is asked for, what comes off."""

SEASONS = {
    121: (date(2026, 11, 15), date(2027, 3, 15)),
    131: (date(2026, 11, 10), date(2027, 3, 20)),
    151: (date(2026, 11, 1), date(2027, 3, 31)),
    183: (date(2026, 10, 20), date(2027, 4, 20)),
}


@pytest.fixture
def office(app):
    return make_office()


def bill_one(office, area, price, days, rules):
    """A household with its first bill under a tariff with these rules; (account, season)."""
    first, last = SEASONS[days]
    season = factories.make_season()
    season.starts_on, season.ends_on, season.statutory_days = first, last, days
    season.state = SeasonState.BILLED
    parameters = {**PRICED, "price": price, "area": {"base": "building"}, **rules}
    factories.make_tariff(office.colleague, office.other_supervisor, parameters)
    account = factories.make_account(office.branch, term={"building_area_m2": Decimal(area)})
    db.session.flush()
    assessments.assess(account.id, season.id, by=office.clerk.id, reason="first bill")
    return account, season


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_worked_example_reaches_the_bill_to_the_fen(office, name):
    area, price, days, rules, (kind, adjustments), reduction = EXAMPLES[name]
    account, season = bill_one(office, area, price, days, rules)
    before = bill_of(account, season)
    listed = [{"item": item, "facts": facts} for item, facts in adjustments]
    payload = {"account_id": account.id, "season_id": season.id, "adjustments": listed}
    request = send(kind, payload, by=office.clerk)
    assert request.amount == Decimal(reduction)
    for level in request.levels:
        approve(request, getattr(office, level["role"]))
    after = bill_of(account, season)
    assert after == (before[0], Decimal(reduction), Decimal(0))
    assert granted_checks.not_as_granted() == []
    assert [one.id for one in map(report._ask, papers.INVARIANTS) if not one.holds] == []


def test_w18_an_outage_of_five_days_in_shenyang(office):
    account, season = bill_one(office, "89.50", "26", 151, {"supply_time": {"minimum_hours": 24}})
    payload = {
        "season_id": season.id,
        "branch_id": office.branch.id,
        "name": "main",
        "times": [],
        "adjustments": [
            {"item": "outage", "facts": {"from": "2026-12-01", "to": "2026-12-05", "hours": "120"}}
        ],
        "rows": [[account.id, account.card_no, "-77.05", "-77.05"]],
        "left_out": [],
    }
    request = send("outage", payload, by=office.clerk)
    for level in request.levels:
        approve(request, getattr(office, level["role"]))
    assert bill_of(account, season) == (Decimal("2327.00"), Decimal("77.05"), Decimal(0))


def bill_of(account, season):
    totals = select(Bill.charged, Bill.reduced, Bill.paid)
    return tuple(
        db.session.execute(totals.where(Bill.account_id == account.id, Bill.season_id == season.id)).one()
    )
