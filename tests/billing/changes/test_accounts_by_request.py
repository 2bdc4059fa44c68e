"""New account, change of owner and closing: charged by days to the fen, what passes over, what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from heatdesk.approvals import kinds
from heatdesk.billing.errors import (
    CardTaken,
    ClosedAccount,
    NoNewOwnerYet,
    PremisesTaken,
    SameCustomer,
    SettleFirst,
    StillOwing,
)
from heatdesk.billing.models import Account, Charge, Journal
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.services import card_numbers, dues, ledger, standings, supply_terms
from heatdesk.billing.services.verification import books, papers, report, requests
from heatdesk.db import db
from heatdesk.errors import RuleBroken
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer
from tests import factories
from tests.approvals.office import approve
from tests.billing.changes.town import ahead, charged, due, town
from tests.changes.kinds.new_account import FACTS
from tests.conftest import Person, text_of

__all__ = ["town"]


def opening(town, account, **more):
    building_id = db.session.get_one(Premises, account.premises_id).building_id
    asked = {
        "building_id": building_id,
        "unit": "3单元",
        "room": "9901",
        "customer_id": None,
        "customer": {"kind": "person", "name": "孙新户", "phones": []},
        "card_no": "N1",
        "opened_on": "2026-12-20",
        "remark": "",
        "term": {**FACTS, "building_area_m2": "89.50"},
    }
    return {**asked, **more}


def owner(account, **more):
    asked = {
        "account_id": account.id,
        "last_day": "2026-12-31",
        "customer_id": None,
        "customer": {"kind": "person", "name": "周接手", "phones": ["13900139000"]},
        "carry": False,
        "card_no": "N2",
        "remark": "",
    }
    return {**asked, **more}


def by_card(card_no):
    return db.session.scalars(select(Account).where(Account.card_no == card_no)).one()


def pay(town, account, amount, to=LedgerCode.RECEIVABLE):
    season_id = town.season.id if to == LedgerCode.RECEIVABLE else None
    moved = ledger.movement(LedgerCode.BANK, to, Decimal(amount), season_id=season_id, account_id=account.id)
    ledger.post(JournalKind.OPENING, [moved], branch_id=account.branch_id, by=town.office.clerk.id)


def all_hold():
    invariants = [*books.INVARIANTS, *papers.INVARIANTS, *requests.INVARIANTS]
    broken = [one for one in map(report._ask, invariants) if not one.holds]
    return [(one.id, one.cases) for one in broken]


# New account


def test_joined_on_20_december_is_charged_by_days(town):
    """W28: 102 of 151 days of 2,327.00 yuan."""
    request = town.ask("new_account", opening(town, town.household()))
    assert request.amount == Decimal("1571.88")
    assert db.session.scalar(select(Account.id).where(Account.card_no == "N1")) is None
    approve(request, town.office.colleague)
    made = by_card("N1")
    assert (charged(made), made.opened_on) == (Decimal("1571.88"), date(2026, 12, 20))
    premises = db.session.get_one(Premises, made.premises_id)
    assert premises.address == "兴工里 26号楼 3单元 9901"
    assert db.session.get_one(Customer, made.customer_id).name == "孙新户"
    assert all_hold() == []


def test_known_premises_and_a_known_customer_are_used_again(town):
    neighbour = town.household()
    free = Premises(
        building_id=db.session.get_one(Premises, neighbour.premises_id).building_id,
        unit="1单元",
        room="101",
        address="兴工里 26号楼 1单元 101",
    )
    db.session.add(free)
    db.session.flush()
    known = {"customer_id": neighbour.customer_id, "customer": None, "unit": "1单元", "room": "101"}
    town.carry_out("new_account", opening(town, neighbour, **known), town.office.colleague)
    made = by_card("N1")
    assert (made.customer_id, made.premises_id) == (neighbour.customer_id, free.id)


def test_what_a_new_account_cannot_be(town):
    neighbour = town.household()
    place = db.session.get_one(Premises, neighbour.premises_id)
    preview = kinds.get("new_account").preview
    with pytest.raises(PremisesTaken):
        preview(opening(town, neighbour, unit=place.unit, room=place.room))
    with pytest.raises(CardTaken):
        preview(opening(town, neighbour, card_no=neighbour.card_no))


def test_premises_taken_meanwhile_keep_the_request_from_taking_effect(town):
    neighbour = town.household()
    request = town.ask("new_account", opening(town, neighbour))
    other = opening(town, neighbour, card_no="N9")
    assert kinds.get("new_account").target(other).key == request.target
    building = db.session.get_one(Premises, neighbour.premises_id).building_id
    factories.make_account(
        town.office.branch, building=db.session.get_one(factories.Building, building), room="9901"
    )
    with pytest.raises(PremisesTaken):
        approve(request, town.office.colleague)
    assert db.session.scalar(select(Account.id).where(Account.card_no == "N1")) is None


# Card numbers


def test_the_next_free_card_number_is_proposed_and_no_two_requests_get_the_same(town):
    neighbour, branch = town.household(), town.office.branch
    first = card_numbers.proposed(branch.id)
    assert card_numbers.proposed(branch.id) == first == "0000000001"
    town.ask("new_account", opening(town, neighbour, card_no=first))
    assert card_numbers.proposed(branch.id) == "0000000002"
    change = {"branch_id": branch.id, "values": {"card_prefix": "TX", "card_digits": "6"}}
    town.carry_out("settings", change, town.office.finance, town.office.manager)
    db.session.refresh(branch)
    assert card_numbers.proposed(branch.id) == "TX000001"
    town.carry_out(
        "new_account", opening(town, neighbour, card_no="TX000001", room="9902"), town.office.colleague
    )
    assert card_numbers.proposed(branch.id) == "TX000002"
    card_numbers.used("TX900000", branch.id)
    assert card_numbers.proposed(branch.id) == "TX000002"


# Change of owner


def test_a_paid_season_is_split_by_days(town):
    """The former paid all: 61 of 151 days stay his, the rest is paid ahead and his to have back."""
    account = town.household()
    pay(town, account, "2327.00")
    request = town.carry_out("owner", owner(account), town.office.colleague)
    new = by_card("N2")
    assert (charged(account), charged(new)) == (Decimal("940.05"), Decimal("1386.95"))
    assert (due(account), ahead(account)) == (Decimal("0.00"), Decimal("1386.95"))
    assert (due(new), ahead(new)) == (Decimal("1386.95"), Decimal("0.00"))
    assert (account.closed_on, new.opened_on) == (date(2026, 12, 31), date(2027, 1, 1))
    assert request.amount == Decimal("2773.90")
    assert all_hold() == []


def test_both_balances_stand_before_and_after(town):
    account = town.household()
    pay(town, account, "2327.00")
    rows = kinds.get("owner").preview(owner(account)).changes
    money = {(one.label, one.detail): (one.before, one.after) for one in rows if one.unit == "money"}
    assert money["Owed", account.card_no] == (Decimal("0.00"), Decimal("0.00"))
    assert money["Prepayment", account.card_no] == (Decimal("0.00"), Decimal("1386.95"))
    assert money["Owed", "N2"] == (Decimal("0.00"), Decimal("1386.95"))


def test_what_is_owed_must_be_settled_first(town):
    account = town.household()
    with pytest.raises(SettleFirst, match="still owes ¥940.05"):
        kinds.get("owner").preview(owner(account))


def test_what_was_owed_and_paid_ahead_passes_over_when_asked(town):
    """Posting 25: old arrears and this season's days pass to the new customer, whose bills say from whom."""
    account = town.household(bill=False)
    before = factories.make_season(2025)
    factories.owe(account, before, "500.00", town.office.clerk)
    town.assess(account)
    pay(town, account, "77.00", LedgerCode.PREPAYMENT)
    request = town.carry_out("owner", owner(account, carry=True), town.office.colleague)
    new = by_card("N2")
    former_now, new_now = standings.of_account(account.id), standings.of_account(new.id)
    assert (former_now.owed, former_now.prepayment) == (0, 0)
    assert {one.code: one.due for one in new_now.bills} == {
        "2025-2026": Decimal("500.00"),
        "2026-2027": Decimal("2327.00"),
    }
    assert new_now.prepayment == Decimal("77.00")
    journals = db.session.scalars(select(Journal).where(Journal.change_request_id == request.id)).all()
    assert {one.effect: one.kind for one in journals} == {
        "former:2026-2027": JournalKind.ASSESSMENT,
        "new:2026-2027": JournalKind.ASSESSMENT,
        "transfer": JournalKind.TRANSFER,
    }
    told = [line for row in dues.rows_of(new.id, new_now) for line in row.explanation]
    assert f"500.00 yuan of card {account.card_no} were taken over at the change of owner." in told
    assert all_hold() == []


def test_what_passed_over_stays_when_a_fact_changes_later(town):
    """An assessment moves the fee and leaves alone what was taken over."""
    account = town.household()
    town.carry_out("owner", owner(account, carry=True), town.office.colleague)
    new = by_card("N2")
    assert due(new) == Decimal("2327.00")
    assert town.assess(new) == 0
    areas = {"building_area_m2": "92.30", "inner_area_m2": None, "usable_area_m2": None}
    town.carry_out("area", {"account_id": new.id, "starts_on": "2027-01-01", **areas})
    assert due(new) == Decimal("2370.39")
    taken = select(Charge.amount).where(Charge.account_id == new.id, Charge.item == "transfer")
    assert db.session.scalars(taken).all() == [Decimal("940.05")]
    assert all_hold() == []


def test_coming_facts_come_along(town):
    account = town.household(bill=False, ends_on=date(2027, 1, 31))
    larger = {"building_area_m2": Decimal("99.00")}
    factories.make_term(account, starts_on=date(2027, 2, 1), **larger)
    town.assess(account)
    town.carry_out("owner", owner(account, carry=True), town.office.colleague)
    terms = [(str(one.starts_on), one.building_area_m2) for one in supply_terms.timeline(by_card("N2").id)]
    assert terms == [("2027-02-01", Decimal("99.00")), ("2027-01-01", Decimal("89.50"))]
    assert [str(one.ends_on) for one in supply_terms.timeline(account.id)] == ["2026-12-31"]


def test_what_a_change_of_owner_cannot_be(town):
    account = town.household()
    pay(town, account, "2327.00")
    preview = kinds.get("owner").preview
    with pytest.raises(SameCustomer):
        preview(owner(account, customer_id=account.customer_id, customer=None))
    with pytest.raises(NoNewOwnerYet):
        preview(owner(account, last_day="2019-12-31"))
    with pytest.raises(RuleBroken, match="already belongs to an account"):
        preview(owner(account, card_no=account.card_no))
    account.closed_on = date(2026, 11, 20)
    db.session.flush()
    with pytest.raises(ClosedAccount):
        preview(owner(account))


def test_money_paid_after_the_request_makes_the_page_stale(town):
    account = town.household()
    request = town.ask("owner", owner(account, carry=True))
    shown = request.preview
    pay(town, account, "100.00")
    assert kinds.get("owner").preview(request.payload).to_json() != shown


# Closing


def test_closing_gives_back_the_days_after_and_leaves_the_rest_ahead(town):
    account = town.household()
    pay(town, account, "2327.00")
    asked = {"account_id": account.id, "closed_on": "2026-12-31", "annul": False}
    town.carry_out("closing", asked, town.office.colleague)
    assert (charged(account), due(account), ahead(account)) == (
        Decimal("940.05"),
        Decimal("0.00"),
        Decimal("1386.95"),
    )
    assert all_hold() == []


def test_an_account_that_owes_is_not_closed_and_none_before_it_opened(town):
    account = town.household()
    preview = kinds.get("closing").preview
    with pytest.raises(StillOwing, match="940.05"):
        preview({"account_id": account.id, "closed_on": "2026-12-31", "annul": False})
    with pytest.raises(RuleBroken, match="opened on 2020-01-01"):
        preview({"account_id": account.id, "closed_on": "2019-12-31", "annul": False})


def test_an_account_opened_by_mistake_costs_nothing(town):
    neighbour = town.household()
    town.carry_out("new_account", opening(town, neighbour), town.office.colleague)
    made = by_card("N1")
    asked = {"account_id": made.id, "closed_on": "2026-12-20", "annul": True}
    town.carry_out("closing", asked, town.office.colleague)
    assert (charged(made), made.closed_on) == (Decimal("0.00"), date(2026, 12, 20))
    assert supply_terms.timeline(made.id) == []
    assert all_hold() == []


# On the screens


def test_forms_are_filled_and_lead_to_the_request_that_takes_it_back(app, town):
    account = town.household()
    clerk = Person(app, town.office.clerk)
    page = clerk.get(f"/requests/new?card_no={account.card_no}")
    assert "程超杰" in text_of(page)
    assert f"/requests/new/owner?card_no={account.card_no}" in page.get_data(as_text=True)
    form = {
        "card_no": account.card_no,
        "last_day": "2026-12-31",
        "name": "周接手",
        "kind": "person",
        "carry": "y",
        "reason": "sold",
    }
    fragment = text_of(clerk.get("/requests/new/owner/effect", query_string=form))
    assert "周接手" in fragment
    assert "+2,327.00" in fragment
    assert clerk.post("/requests/new/owner", form).status_code == 302
    request = town.carry_out("owner", owner(account, carry=True), town.office.colleague)
    shown = clerk.get(f"/requests/{request.id}")
    assert "Take back by: Change of owner" in text_of(shown)
    back = kinds.get("owner").take_back("owner", request.payload)
    assert back["customer"].startswith("程超杰 #")
    filled = clerk.get(
        "/requests/new/owner", query_string={"filled": 1, **{k: str(v) for k, v in back.items()}}
    )
    assert f'value="{back["customer"]}"' in filled.get_data(as_text=True)
    assert 'value="N2"' in filled.get_data(as_text=True)


def test_a_new_account_is_asked_for_with_the_form_a_clerk_fills_in(app, town):
    account = town.household()
    building_id = db.session.get_one(Premises, account.premises_id).building_id
    clerk = Person(app, town.office.clerk)
    form = {
        "building_id": building_id,
        "unit": "1单元",
        "room": "202",
        "name": "孙新户",
        "kind": "person",
        "opened_on": "2026-12-20",
        "building_area_m2": "89.50",
        "state": "supplied",
        "use_class": "residential",
        "mode": "area",
        "reason": "moved in",
    }
    fragment = text_of(clerk.get("/requests/new/new_account/effect", query_string=form))
    assert "+1,571.88" in fragment
    made = clerk.post("/requests/new/new_account", form)
    assert made.status_code == 302, text_of(made)
    page = text_of(clerk.get(made.headers["Location"]))
    assert "0000000001" in page
    assert "1,571.88" in page
    edited = clerk.get(made.headers["Location"] + "/edit")
    assert 'value="202"' in edited.get_data(as_text=True)
