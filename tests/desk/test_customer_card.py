"""The customer card, the start page and the audit trail."""

import pytest
from sqlalchemy import select

from heatdesk import audit
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Entry, SeasonRun, SupplyTerm
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.rules.workflow import RunState
from heatdesk.billing.services import ledger
from heatdesk.db import db
from heatdesk.people.models import Customer
from tests import factories
from tests.conftest import Person, text_of

PAGES = ("", "/ledger", "/terms", "/papers", "/changes")


@pytest.fixture
def household(app, branch, clerk):
    """A flat that owes 2,327.00 and 120.00 and has paid 200.00 ahead."""
    account = factories.make_account(branch)
    factories.open_day(branch)
    factories.owe(account, factories.make_season(2025), "2327.00", clerk.staff)
    factories.owe(account, factories.make_season(2024), "120.00", clerk.staff)
    prepaid = ledger.movement(
        LedgerCode.MIGRATION, LedgerCode.PREPAYMENT, factories.Decimal("200.00"), account_id=account.id
    )
    ledger.post(JournalKind.OPENING, [prepaid], branch_id=branch.id, by=clerk.id)
    db.session.commit()
    return account


def card(account, page=""):
    return f"/households/{account.id}{page}"


def test_every_page_shows_who_where_and_what_is_owed(app, household, clerk):
    for page in PAGES:
        words = text_of(clerk.get(card(household, page)))
        assert "程超杰" in words, page
        assert "¥2,447.00" in words, page
        assert "151****8395" in words, page
        assert "15158018395" not in words, page


def test_the_dues_name_their_seasons(app, household, clerk):
    words = text_of(clerk.get(card(household)))
    assert "2025-2026" in words
    assert "2,327.00" in words
    assert "Owed over all seasons 2,447.00" in words
    assert "No payment yet" in words


def test_the_ledger_runs_a_balance_and_opens_journals(app, household, clerk):
    page = clerk.get(card(household, "/ledger"))
    words = text_of(page)
    assert "– 200.00 2,247.00" in words
    assert "120.00 – 2,447.00" in words
    assert "2,327.00 – 2,327.00" in words
    journal_id = db.session.scalar(
        select(Entry.journal_id).where(Entry.account_id == household.id).order_by(Entry.id)
    )
    journal = text_of(clerk.get(card(household, f"/ledger/{journal_id}")))
    assert "1122 Heat fee receivable 3999 Opening balances 2,327.00" in journal
    other = factories.make_account(db.session.get(factories.Branch, household.branch_id))
    db.session.commit()
    assert clerk.get(card(other, f"/ledger/{journal_id}")).status_code == 404


def test_changes_are_told_in_words(app, household, clerk):
    customer = db.session.get(Customer, household.customer_id)
    customer.name, customer.phones = "程超俊", ["13900001111"]
    term = db.session.scalar(select(SupplyTerm).where(SupplyTerm.account_id == household.id))
    term.state = SupplyState.SUSPENDED
    db.session.commit()
    words = text_of(clerk.get(card(household, "/changes")))
    assert "Name: 程超杰 → 程超俊" in words
    assert "Phones: 151****8395 → 139****1111" in words
    assert "State: Supplied → Suspended" in words


def test_who_sees_what(app, household, branch, clerk, cashier, stranger):
    administrator = Person(app, factories.make_staff(Role.ADMINISTRATOR, branch))
    assert [administrator.get(card(household, page)).status_code for page in PAGES] == [
        200,
        403,
        200,
        403,
        200,
    ]
    assert [cashier.get(card(household, page)).status_code for page in PAGES] == [200] * 5
    assert [stranger.get(card(household, page)).status_code for page in PAGES] == [404] * 5
    assert "To the counter" in text_of(cashier.get(card(household)))
    assert "To the counter" not in text_of(clerk.get(card(household)))


def test_a_closed_account_offers_no_counter_and_no_changes(app, household, clerk, cashier):
    household.closed_on = factories.TODAY
    db.session.commit()
    assert "To the counter" not in text_of(cashier.get(card(household)))
    words = text_of(clerk.get(card(household, "/terms")))
    assert "Account closed" in words
    assert "New supply term" not in words


def test_names_of_ninety_signs_and_markup(app, branch, clerk):
    for name in ("名" * 90, "<img src=x onerror=alert(1)>"):
        account = factories.make_account(branch, name=name)
        db.session.commit()
        for page in PAGES:
            html = clerk.get(card(account, page)).get_data(as_text=True)
            assert "<img src=x" not in html
    assert clerk.get("/billing/accounts").get_data(as_text=True).count(">&lt;img src=x") == 1


def test_the_last_opened_come_back_on_the_start_page(app, branch, cashier):
    first, second = factories.make_account(branch, name="甲"), factories.make_account(branch, name="乙")
    db.session.commit()
    for account in (first, second, first):
        cashier.get(card(account))
    words = text_of(cashier.get("/"))
    assert words.index(first.card_no) < words.index(second.card_no)
    assert words.count(first.card_no) == 1


def test_tiles_count_what_waits_for_the_role(app, household, branch, clerk, cashier):
    factories.open_till(cashier.staff, branch)
    db.session.commit()
    words = text_of(clerk.get("/"))
    assert "Households owing 1 owe something" in words
    page = clerk.get("/").get_data(as_text=True)
    assert "/billing/accounts?owing=yes" in page
    assert household.card_no in text_of(clerk.get("/billing/accounts?owing=yes&state=any&sort=-owed"))
    outsider = Person(app, factories.make_staff(Role.BILLING_CLERK, factories.make_branch()))
    assert "Households owing 0 nothing waits" in text_of(outsider.get("/"))


def test_a_trial_that_waits_for_release_is_said_to_who_may_release_it(app, clerk, supervisor):
    db.session.add(
        SeasonRun(season_id=factories.make_season().id, state=RunState.TRIAL_DONE, started_by=clerk.id)
    )
    db.session.commit()
    assert "Season runs 1 wait for release" in text_of(supervisor.get("/"))
    assert "Season runs" not in text_of(clerk.get("/"))


def test_deeds_that_note_figures_and_filters_are_told_in_words(app, clerk, supervisor):
    """What a deed notes need not have the shape of the column of the same name."""
    audit.record(
        "register_import",
        actor_id=clerk.id,
        subject_table="import_batch",
        subject_id=1,
        after={"phones": 5, "places": {"office": 2, "building": 40}, "journals": [7], "accounts": 2984},
    )
    db.session.commit()
    clerk.get("/billing/accounts/export?parts=x&phones=y&state=z&kind=w&branch_id=v")
    words = text_of(supervisor.get("/audit"))
    assert "brought a register in · register file" in words
    assert "New places: Offices 2, Buildings 40" in words
    assert "New accounts: 2984" in words
    assert "Parts of the area: x" in words


def test_the_audit_trail_filters_and_keeps_to_the_branch(app, household, branch, clerk, supervisor):
    clerk.post(f"/billing/accounts/{household.id}/lock", {"reason": "诉讼中"})
    words = text_of(supervisor.get("/audit?verb=lock"))
    assert "locked · account" in words
    assert "Reason: 诉讼中" in words
    assert "诉讼中" in text_of(supervisor.get(f"/audit?who={clerk.staff.name}&table=account"))
    assert "Nothing fits" in text_of(supervisor.get("/audit?verb=lock&last=2020-01-01&first=nonsense"))
    assert clerk.get("/audit").status_code == 403
    elsewhere = Person(app, factories.make_staff(Role.SUPERVISOR, factories.make_branch()))
    assert "诉讼中" not in text_of(elsewhere.get("/audit"))
    head_office = Person(app, factories.make_staff(Role.ADMINISTRATOR, None))
    assert "诉讼中" in text_of(head_office.get("/audit"))


def test_rows_cost_no_query_each(app, household, branch, clerk, count_queries):
    season = factories.make_season(2023)

    def queries(path):
        clerk.get(path)
        with count_queries() as seen:
            assert clerk.get(path).status_code == 200
        return len(seen)

    paths = [card(household, page) for page in PAGES]
    customer = db.session.get(Customer, household.customer_id)
    customer.name = "甲"
    db.session.commit()
    few = [queries(path) for path in paths]
    factories.owe(household, season, "1.00", clerk.staff)
    for number in range(49):
        customer.name = f"甲{number}"
        more = ledger.movement(
            LedgerCode.MIGRATION, LedgerCode.PREPAYMENT, factories.Decimal("1.00"), account_id=household.id
        )
        ledger.post(JournalKind.OPENING, [more], branch_id=branch.id, by=clerk.id)
        db.session.commit()
    assert [queries(path) for path in paths] == few
