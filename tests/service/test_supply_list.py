"""Many flats in one request: by cards, by file, by building, by who has not paid; what no longer fits is left out."""

import time
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from heatdesk.approvals import kinds
from heatdesk.approvals.models import RequestEffect
from heatdesk.approvals.services import history
from heatdesk.billing.errors import NoSuchCards
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.services import supply_lists, supply_states
from heatdesk.billing.services.supply_states import StateChange
from heatdesk.db import db
from heatdesk.desk.changes.supply_list import worked_out
from heatdesk.network.models import Premises
from heatdesk.service.models import Ticket
from heatdesk.sheets.writing import write_xlsx
from tests import factories
from tests.approvals.office import approve
from tests.changes.scenarios import send
from tests.service.field import TIANJIN, make_field
from tests.service.test_supply_bills import refusals_of_verify


def payload(field, accounts, deed="suspension", **more):
    return worked_out(
        {
            "deed": deed,
            "starts_on": "2026-11-15",
            "applied_on": "2026-10-01",
            "unpaid": False,
            "branch_id": field.office.branch.id,
            "accounts": [one.id for one in accounts],
            **more,
        }
    )


def left_out(request):
    return [one.left_out for one in history.outcomes(request, left_out_only=True)]


def test_a_list_makes_one_job_a_flat_and_moves_each_bill_when_its_valve_is_turned(app):
    field = make_field(flats=3)
    request = field.ask("supply_list", "2026-11-15", **payload(field, field.accounts))
    assert Decimal(request.preview["later"]) == Decimal("-6000.00")
    for account in field.accounts[:2]:
        field.turn("2026-11-15", job=field.job(account))
    assert [field.charged(one) for one in field.accounts] == [Decimal(500), Decimal(500), Decimal(2500)]
    assert refusals_of_verify() == []


def test_rows_that_no_longer_fit_are_left_out_and_told(app):
    field = make_field(flats=3)
    request = send("supply_list", payload(field, field.accounts), by=field.office.clerk)
    change = StateChange(SupplyState.SUSPENDED, field.season.starts_on)
    supply_states.carry_out(field.accounts[1], change, reason="meanwhile", by=field.office.clerk.id)
    approve(request, field.office.supervisor)
    [why] = left_out(request)
    assert "stopped already" in why
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 2


def test_a_thousand_flats_of_which_one_in_a_hundred_changed_meanwhile(app):
    field = make_field(flats=1000)
    request = send("supply_list", payload(field, field.accounts), by=field.office.clerk)
    for account in field.accounts[::100]:
        change = StateChange(SupplyState.CUT, field.season.starts_on, onward=True)
        supply_states.carry_out(account, change, reason="meanwhile", by=field.office.clerk.id)
    started = time.monotonic()
    approve(request, field.office.supervisor)
    print(f"a thousand flats approved in {time.monotonic() - started:.1f} s")
    assert len(left_out(request)) == 10
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 990
    of_request = select(func.count()).where(RequestEffect.change_request_id == request.id)
    assert db.session.scalar(of_request) == 1000
    assert refusals_of_verify() == []


def test_who_has_not_paid_counts_as_suspended_where_the_tariff_says_so(app):
    field = make_field({**TIANJIN, "renewal": "unpaid"}, flats=3)
    field.pay("10.00", account_id=field.accounts[0].id)
    found = supply_lists.unpaid(field.season, True, None)
    assert found == [one.id for one in field.accounts[1:]]
    request = send("supply_list", payload(field, field.accounts[1:], unpaid=True), by=field.office.clerk)
    field.pay("10.00", account_id=field.accounts[2].id)
    approve(request, field.office.supervisor)
    [why] = left_out(request)
    assert "has paid meanwhile" in why
    field.turn("2026-11-15", job=field.job(field.accounts[1]))
    assert field.charged(field.accounts[1]) == Decimal("500.00")


def test_cards_are_found_by_list_and_by_file(app):
    field = make_field(flats=3)
    cards = [one.card_no for one in field.accounts]
    wanted = [one.id for one in field.accounts]
    assert supply_lists.by_cards([*cards, cards[0], " "], True) == wanted
    book = write_xlsx([[card, "x"] for card in cards], ["卡号", "备注"])
    assert supply_lists.by_cards(supply_lists.cards_in_file(book, "停供.xlsx"), True) == wanted
    text = ("用户编号,户名\n" + "\n".join(f"{card},某" for card in cards)).encode("gb18030")
    assert supply_lists.by_cards(supply_lists.cards_in_file(text, "停供.csv"), True) == wanted
    with pytest.raises(NoSuchCards, match="999"):
        supply_lists.by_cards([*cards, "999"], True)
    building = db.session.get_one(Premises, field.accounts[0].premises_id).building_id
    assert set(supply_lists.of_building(building, True)) == set(wanted)


def test_a_list_of_several_branches_is_refused(app):
    field = make_field()
    other = factories.make_account(factories.make_branch())
    assert supply_lists.branch_of([field.account.id, other.id]) is None
    kind = kinds.get("supply_list")
    assert kind.target(payload(field, [field.account])).branch_id == field.office.branch.id
