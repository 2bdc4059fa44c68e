"""Written-off debts: listed, claimed again at the window, paid; and what a superuser plants is found."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, select, text

from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import ClaimedAgain
from heatdesk.billing.models import Adjustment, Bill, Entry, Journal
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.services import standings, written_off
from heatdesk.billing.services.verification import verify as verify_books
from heatdesk.db import db
from heatdesk.errors import Missing
from tests import factories
from tests.approvals.office import approve
from tests.changes import reductions
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario, make_world, send
from tests.conftest import Person, text_of

NO_SCENARIO = Scenario("none", lambda _world: {}, bills, prepare=reductions.give_rules)


def write_off(world, amount="-900.00"):
    facts = ("bad_debt", {"amount": amount, "grounds": "death"})
    request = send("bad_debt", reductions.granted(world, facts), by=world.clerk)
    for level in request.levels:
        approve(request, getattr(world.office, level["role"]))
    return db.session.scalars(select(Adjustment).where(Adjustment.change_request_id == request.id)).one()


@pytest.fixture
def world(app):
    made = make_world(NO_SCENARIO)
    made.more["debt"] = write_off(made)
    return made


@pytest.fixture
def window(app, world):
    return Person(app, factories.make_staff(Role.CASHIER, world.office.branch))


def bill_of(world):
    query = select(Bill).where(Bill.account_id == world.account.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def test_a_debt_stands_on_the_list_and_is_still_claimed(world, window):
    page = text_of(window.get("/billing/written_off"))
    assert "900.00" in page
    assert "death" in page
    assert bill_of(world).due == Decimal("1427.00")
    counter = text_of(window.get(f"/billing/counter/{world.account.id}"))
    assert "¥900.00 are not owed any more, but still claimed." in counter
    card = text_of(window.get(f"/households/{world.account.id}"))
    assert "still claimed, request" in card


def test_a_cashier_claims_it_again_and_it_is_owed(world, window):
    address = f"/billing/written_off/{world.more['debt'].id}/claim"
    form = window.get(address).get_data(as_text=True)
    assert 'value="900.00"' in form
    answer = window.post(address, {"amount": "400"})
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/counter/{world.account.id}")
    assert bill_of(world).due == Decimal("1827.00")
    journal = db.session.scalars(select(Journal).where(Journal.kind == JournalKind.RECOVERY)).one()
    entry = db.session.scalars(select(Entry).where(Entry.journal_id == journal.id)).one()
    assert (entry.debit, entry.credit, entry.amount) == (
        LedgerCode.RECEIVABLE,
        LedgerCode.BAD_DEBT,
        Decimal("400.00"),
    )
    assert written_off.left_of(world.account.id) == Decimal("500.00")
    again = window.post(address, {"amount": "500.01"})
    assert again.status_code == 422
    assert "Only 500.00 yuan of this debt" in text_of(again)


def test_pressed_twice_it_is_claimed_once(world, window):
    address = f"/billing/written_off/{world.more['debt'].id}/claim"
    key = {"request_id": "0c0f7a4e-9b1e-4f06-8a4c-8d7d5a2f0d11", "amount": "400"}
    assert [window.post(address, key).status_code for _press in range(2)] == [302, 302]
    assert written_off.left_of(world.account.id) == Decimal("500.00")


def test_a_withdrawn_debt_is_gone_from_the_list(world):
    with pytest.raises(ClaimedAgain):
        written_off.claim_again(world.more["debt"].id, Decimal("900.01"), by=world.office.finance)
    written_off.claim_again(world.more["debt"].id, Decimal("100.00"), by=world.office.finance)
    payload = {"request_id": world.more["debt"].change_request_id, "account_id": None}
    approve(send("withdrawal", payload, by=world.clerk), world.office.supervisor)
    assert (bill_of(world).due, bill_of(world).reduced) == (Decimal("2327.00"), Decimal(0))
    assert written_off.left_of(world.account.id) == Decimal(0)
    db.session.expire_all()
    with pytest.raises(Missing):
        written_off.claim_again(world.more["debt"].id, Decimal("1.00"), by=world.office.finance)


def test_another_branch_sees_and_claims_nothing(app, world, stranger):
    assert "No written-off debt fits" in text_of(stranger.get("/billing/written_off"))
    assert stranger.get(f"/billing/written_off/{world.more['debt'].id}/claim").status_code == 404
    assert (
        stranger.post(f"/billing/written_off/{world.more['debt'].id}/claim", {"amount": "1"}).status_code
        == 404
    )


def test_a_clerk_looks_but_does_not_claim(app, world):
    clerk = Person(app, world.clerk)
    page = clerk.get("/billing/written_off").get_data(as_text=True)
    assert "/claim" not in page
    assert clerk.get(f"/billing/written_off/{world.more['debt'].id}/claim").status_code == 403


def test_the_list_goes_to_a_workbook(world, window):
    answer = window.get("/billing/written_off/export.xlsx")
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"


def test_the_money_is_taken_as_any_other(world, window):
    """Claimed in whole, the seasons' due at the counter is the whole bill again."""
    written_off.claim_again(world.more["debt"].id, Decimal("900.00"), by=window.staff)
    assert standings.of_account(world.account.id).owed == Decimal("2327.00")
    page = window.get(f"/billing/counter/{world.account.id}").get_data(as_text=True)
    assert re.search(r"2,327\.00", page)


# What verify finds


@pytest.fixture
def committed(own_app):
    """A debt claimed again in part, a subsidy, a reduction, all by the way of requests; in a database of its own."""
    made = make_world(NO_SCENARIO)
    debt = write_off(made)
    written_off.claim_again(debt.id, Decimal("100.00"), by=made.office.finance)
    spell = {"from": "2026-12-01", "to": "2026-12-12", "celsius": "17"}
    request = send(
        "low_temperature",
        reductions.granted(made, ("low_temperature", {"spells": [spell]})),
        by=made.clerk,
    )
    approve(request, made.office.supervisor)
    db.session.commit()
    return own_app


PLANTED = [
    ("I12", "update change_request set state = 'rejected' where kind = 'low_temperature'"),
    ("I12", "update debt_recovery set amount = 5000"),
    (
        "I12",
        "update adjustment set withdrawn_by = (select min(id) from change_request where kind = 'bad_debt')"
        " where item = 'low_temperature'; update change_request set state = 'expired' where kind = 'bad_debt'",
    ),
    (
        "I12",
        "insert into subsidy_receipt (branch_id, season_id, kind, amount, reference, journal_id, recorded_by)"
        " select branch_id, (select min(id) from season), 'x', 10, 'x', id, actor_id from journal limit 1",
    ),
    ("I15", "update adjustment set facts = jsonb_set(facts, '{spells,0,celsius}', '\"15\"') where item = 'low_temperature'"),
    ("I15", "delete from adjustment where item = 'low_temperature'; update adjustment set facts = jsonb_set(facts, '{amount}', '\"-901.00\"')"),
    ("I15", "update supply_term set building_area_m2 = 100"),
    ("I15", "update charge set target = target - 1, amount = amount - 1 where item = 'low_temperature'"),
    ("I27", "drop trigger withdrawn_once on adjustment"),
    ("I27", "grant update on debt_recovery to heatdesk_app"),
]  # fmt: skip


@pytest.mark.parametrize(("invariant", "statement"), PLANTED)
def test_a_planted_corruption_is_found(committed, invariant, statement):
    assert {one.id: one.cases for one in verify_books() if not one.holds} == {}
    engine = create_engine(committed.config["SQLALCHEMY_DATABASE_URI"])
    with engine.begin() as connection:
        connection.execute(text("set session_replication_role = replica"))
        connection.execute(text(statement))
    engine.dispose()
    assert invariant in {one.id for one in verify_books() if not one.holds}
