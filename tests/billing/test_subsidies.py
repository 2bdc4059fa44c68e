"""Subsidies: what the authority owes by season and kind, the list for it, and the money it pays."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from heatdesk.billing.errors import MoreThanClaimed, NoBranch
from heatdesk.billing.models import Entry, Journal, SubsidyReceipt
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.services import assessments, subsidy_claims
from heatdesk.billing.services.verification import adjustments as granted_checks, report
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve
from tests.changes import reductions
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario, make_world, send
from tests.conftest import Person, text_of

NO_SCENARIO = Scenario("none", lambda _world: {}, bills, prepare=reductions.give_rules)


@pytest.fixture
def world(app):
    """Two households with a subsidy of 3 yuan per m², one with another kind."""
    made = make_world(NO_SCENARIO)
    made.more["requests"] = [give(made, "low_income")]
    for kind in ("low_income", "taiyuan"):
        made.account = factories.make_account(made.office.branch)
        assessments.assess(made.account.id, made.season.id, by=made.clerk.id, reason="first bill")
        made.more["requests"].append(give(made, kind))
    return made


def give(world, kind):
    facts = reductions.granted(world, ("subsidy", {"kind": kind}))
    request = send("subsidy", facts, by=world.clerk)
    for level in request.levels:
        approve(request, getattr(world.office, level["role"]))
    return request


def everywhere(_column):
    return True


def owed(row):
    return (row.kind, row.households, row.claimed, row.received, row.outstanding)


def test_what_is_claimed_is_what_the_ledger_holds(world):
    rows = subsidy_claims.claims(everywhere)
    share = Decimal("2327.00") * Decimal("0.85") * 45 / Decimal("89.50")
    assert [owed(row) for row in rows] == [
        ("low_income", 2, Decimal("537.00"), Decimal(0), Decimal("537.00")),
        ("taiyuan", 1, round(share, 2), Decimal(0), round(share, 2)),
    ]
    held = select(func.sum(Entry.amount)).where(Entry.debit == LedgerCode.SUBSIDY_RECEIVABLE)
    assert db.session.scalar(held) == sum(row.claimed for row in rows)


def test_money_of_the_authority_is_booked_and_the_rest_stays_outstanding(world):
    subsidy_claims.receive(world.season.id, "low_income", Decimal("500.00"), "B-1", by=world.office.finance)
    row = subsidy_claims.claim(world.season.id, "low_income", everywhere)
    assert owed(row)[2:] == (Decimal("537.00"), Decimal("500.00"), Decimal("37.00"))
    journal = db.session.scalars(select(Journal).where(Journal.kind == JournalKind.SUBSIDY_RECEIVED)).one()
    entry = db.session.scalars(select(Entry).where(Entry.journal_id == journal.id)).one()
    assert (entry.debit, entry.credit) == (LedgerCode.BANK, LedgerCode.SUBSIDY_RECEIVABLE)
    with pytest.raises(MoreThanClaimed):
        subsidy_claims.receive(
            world.season.id, "low_income", Decimal("37.01"), "B-2", by=world.office.finance
        )
    world.office.finance.branch_id = None
    with pytest.raises(NoBranch):
        subsidy_claims.receive(world.season.id, "low_income", Decimal("1.00"), "B-3", by=world.office.finance)
    assert [one.id for one in map(report._ask, granted_checks.INVARIANTS) if not one.holds] == []


def test_a_withdrawn_subsidy_is_claimed_no_more(world):
    payload = {"request_id": world.more["requests"][2].id, "account_id": None}
    back = send("withdrawal", payload, by=world.clerk)
    for level in back.levels:
        approve(back, getattr(world.office, level["role"]))
    assert [row.kind for row in subsidy_claims.claims(everywhere)] == ["low_income"]


def test_finance_books_it_on_the_page(app, world):
    finance = Person(app, world.office.finance)
    assert "537.00" in text_of(finance.get("/billing/subsidies"))
    address = f"/billing/subsidies/{world.season.id}/low_income"
    assert world.more["requests"][0].target_label.split()[0] in text_of(finance.get(address))
    key = {"request_id": "0c0f7a4e-9b1e-4f06-8a4c-8d7d5a2f0d22", "amount": "537.00", "reference": "B-77"}
    assert [finance.post(f"{address}/receive", key).status_code for _press in range(2)] == [302, 302]
    assert db.session.scalar(select(func.count()).select_from(SubsidyReceipt)) == 1
    page = text_of(finance.get(address))
    assert "B-77" in page
    assert "Book the money received" not in page
    refused = finance.post(f"{address}/receive", {"amount": "1", "reference": "B-78"})
    assert refused.status_code == 422
    assert "Only 0.00 yuan of this subsidy" in text_of(refused)


def test_the_list_for_the_authority_is_a_workbook(app, world):
    finance = Person(app, world.office.finance)
    answer = finance.get(f"/billing/subsidies/{world.season.id}/low_income/export.xlsx")
    assert answer.data[:2] == b"PK"


def test_who_may_not_book_sees_no_form(app, world):
    clerk = Person(app, world.clerk)
    address = f"/billing/subsidies/{world.season.id}/low_income"
    assert "Book the money" not in text_of(clerk.get(address))
    assert clerk.post(f"{address}/receive", {"amount": "1", "reference": "x"}).status_code == 403


def test_another_branch_sees_nothing_of_it(app, world, supervisor):
    assert "No subsidy was granted yet" in text_of(supervisor.get("/billing/subsidies"))
    assert supervisor.get(f"/billing/subsidies/{world.season.id}/low_income").status_code == 404
