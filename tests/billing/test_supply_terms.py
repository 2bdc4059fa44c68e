"""Supply terms on screens: added, corrected, taken back, and what they do to the bills."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Account, AreaPart, Bill, SupplyTerm
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments, supply_terms
from heatdesk.db import db
from heatdesk.web.versions import version_of
from tests import factories
from tests.conftest import Person, text_of

PARAMETERS = {
    "use_class": "residential",
    "document_no": "沈发改发〔2024〕示例12号",
    "valid_from": "2024-11-01",
    "price": "26",
    "price_unit": "season",
    "area": {"base": "building"},
    "suspension": {"share": "0.2"},
}
FACTS = {
    "state": "supplied",
    "use_class": "residential",
    "mode": "area",
    "building_area_m2": "89.50",
    "inner_area_m2": "",
    "usable_area_m2": "",
    "storey_height_m": "",
    "reason": "申请 R-1",
}


@pytest.fixture
def account(app, branch):
    made = factories.make_account(branch)
    db.session.commit()
    return made


def path_of(account, verb="new"):
    return f"/billing/accounts/{account.id}/terms/{verb}"


def form_for(account, **changes):
    return {**FACTS, "ends_on": "", "seen": version_of(*supply_terms.timeline(account.id)), **changes}


def spans(account):
    query = select(SupplyTerm.starts_on, SupplyTerm.ends_on, SupplyTerm.state)
    rows = db.session.execute(query.where(SupplyTerm.account_id == account.id).order_by(SupplyTerm.starts_on))
    return [(str(first), str(last) if last else "", str(state)) for first, last, state in rows]


def test_a_new_term_ends_the_former_the_day_before(app, account, clerk):
    form = form_for(account, starts_on="2026-11-01", state="suspended")
    assert clerk.post(path_of(account), form).status_code == 302
    assert spans(account) == [("2020-01-01", "2026-10-31", "supplied"), ("2026-11-01", "", "suspended")]


def test_afterwards_as_before(app, account, clerk):
    form = form_for(account, starts_on="2026-11-01", ends_on="2027-03-31", state="suspended", resume="y")
    assert clerk.post(path_of(account), form).status_code == 302
    assert spans(account) == [
        ("2020-01-01", "2026-10-31", "supplied"),
        ("2026-11-01", "2027-03-31", "suspended"),
        ("2027-04-01", "", "supplied"),
    ]


def test_days_without_facts_are_said(app, account, clerk):
    form = form_for(account, starts_on="2026-11-01", ends_on="2027-03-31", state="suspended")
    assert clerk.post(path_of(account), form).status_code == 302
    later = form_for(account, starts_on="2027-04-11")
    assert clerk.post(path_of(account), later).status_code == 302
    page = text_of(clerk.get(f"/households/{account.id}/terms"))
    assert "No facts for 10 days between these terms" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"starts_on": "2020-01-01"}, "A term already starts on 2020-01-01."),
        ({"starts_on": "2019-01-01"}, "The account was opened on 2020-01-01"),
        ({"starts_on": "2026-11-01", "ends_on": "2026-10-01"}, "The last day is before the first."),
        ({"starts_on": "2026-11-01", "resume": "y"}, "Give the last day"),
        ({"starts_on": ""}, "Please fill this in."),
        ({"starts_on": "2026-02-30"}, "Not a valid date value."),
    ],
)
def test_what_cannot_be_is_said_on_the_form(app, account, clerk, changes, sentence):
    answer = clerk.post(path_of(account), form_for(account, **changes))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert spans(account) == [("2020-01-01", "", "supplied")]


def test_an_overlap_names_the_other_term(app, account, clerk):
    clerk.post(path_of(account), form_for(account, starts_on="2026-11-01", state="suspended"))
    answer = clerk.post(path_of(account), form_for(account, starts_on="2026-06-01", state="cut"))
    assert answer.status_code == 422
    assert "other facts are already recorded (from 2026-11-01 to …)" in text_of(answer)


def test_correcting_days_moves_the_neighbours(app, account, clerk):
    clerk.post(path_of(account), form_for(account, starts_on="2026-11-01", state="suspended"))
    newest = supply_terms.timeline(account.id)[0]
    for day, ended in (("2026-11-15", "2026-11-14"), ("2026-10-15", "2026-10-14")):
        form = form_for(account, starts_on=day, state="suspended")
        assert clerk.post(path_of(account, f"{newest.id}/edit"), form).status_code == 302
        assert spans(account) == [("2020-01-01", ended, "supplied"), (day, "", "suspended")]
    first = supply_terms.timeline(account.id)[1]
    for ends in ("2026-09-30", "2026-12-31"):
        form = form_for(account, starts_on="2020-01-01", ends_on=ends)
        assert clerk.post(path_of(account, f"{first.id}/edit"), form).status_code == 302
        begins = {"2026-09-30": "2026-10-01", "2026-12-31": "2027-01-01"}[ends]
        assert spans(account) == [("2020-01-01", ends, "supplied"), (begins, "", "suspended")]


def test_removing_the_newest_lets_the_former_run_on(app, account, clerk):
    assert clerk.post(path_of(account, "remove-last"), form_for(account)).status_code == 409
    clerk.post(path_of(account), form_for(account, starts_on="2026-11-01", state="suspended"))
    assert clerk.get(path_of(account, "remove-last")).status_code == 200
    assert len(spans(account)) == 2
    assert clerk.post(path_of(account, "remove-last"), form_for(account)).status_code == 302
    assert spans(account) == [("2020-01-01", "", "supplied")]


def test_area_parts_are_kept_and_replaced(app, account, clerk):
    form = form_for(
        account,
        starts_on="2026-11-01",
        **{"parts-0-kind": "balcony", "parts-0-area_m2": "5.60", "parts-0-heated": "y"},
        **{"parts-1-kind": "attic", "parts-1-area_m2": "", "parts-1-net_height_m": "2.4"},
    )
    assert clerk.post(path_of(account), form).status_code == 302
    parts = db.session.scalars(select(AreaPart)).all()
    assert [(part.kind, str(part.area_m2), part.heated) for part in parts] == [("balcony", "5.60", True)]
    newest = supply_terms.timeline(account.id)[0]
    page = clerk.get(path_of(account, f"{newest.id}/edit")).get_data(as_text=True)
    assert 'value="5.60"' in page
    bad = form_for(account, starts_on="2026-11-01", **{"parts-0-kind": "balcony", "parts-0-area_m2": "-1"})
    assert clerk.post(path_of(account, f"{newest.id}/edit"), bad).status_code == 422
    none = form_for(account, starts_on="2026-11-01")
    assert clerk.post(path_of(account, f"{newest.id}/edit"), none).status_code == 302
    assert db.session.scalars(select(AreaPart)).all() == []


def test_wrong_role_other_branch_closed_account_and_stale_page(app, account, branch, clerk, cashier):
    form = form_for(account, starts_on="2026-11-01")
    assert cashier.post(path_of(account), form).status_code == 403
    other = Person(app, factories.make_staff(Role.BILLING_CLERK, factories.make_branch()))
    assert other.post(path_of(account), form).status_code == 404
    assert other.get(path_of(account, "preview")).status_code == 404
    assert clerk.post(path_of(account), form).status_code == 302
    assert clerk.post(path_of(account), {**form, "starts_on": "2026-12-01"}).status_code == 409
    db.session.get(Account, account.id).closed_on = date(2027, 1, 1)
    db.session.commit()
    assert clerk.get(path_of(account)).status_code == 409
    assert clerk.get(path_of(account, "999999/edit")).status_code == 409


def test_pressing_twice_adds_one_term(app, account, clerk):
    form = form_for(account, starts_on="2026-11-01", request_id="11111111-2222-4333-8444-555555555555")
    assert clerk.post(path_of(account), form).status_code == 302
    assert clerk.post(path_of(account), form).status_code == 302
    assert len(spans(account)) == 2


@pytest.fixture
def billed(app, branch, account, clerk, supervisor):
    """The account charged for 2026-2027: 89.50 m² × 26.00 = 2,327.00."""
    season = factories.make_season()
    factories.open_day(branch)
    factories.make_tariff(clerk.staff, supervisor.staff, PARAMETERS)
    season.state = SeasonState.BILLED
    db.session.flush()
    assessments.assess(account.id, season.id, by=clerk.id, reason="season")
    db.session.commit()
    return season


def test_the_preview_says_what_saving_does_and_changes_nothing(app, account, billed, clerk):
    given = form_for(account, starts_on="2026-11-01", building_area_m2="100.00")
    page = text_of(clerk.get(path_of(account, "preview"), query_string=given))
    assert "2026-2027 2,327.00 2,600.00 +273.00" in page
    assert spans(account) == [("2020-01-01", "", "supplied")]
    assert "Fill in the form" in text_of(clerk.get(path_of(account, "preview")))
    taken = clerk.get(path_of(account, "preview"), query_string={**given, "starts_on": "2020-01-01"})
    assert "A term already starts on 2020-01-01" in text_of(taken)


def test_a_bill_that_is_out_moves_only_by_request(app, account, billed, clerk):
    """Every way of saving is refused with the way to ask; what moves no bill is saved as before."""
    given = form_for(account, starts_on="2026-11-01", building_area_m2="100.00")
    assert f"/requests/new?card_no={account.card_no}" in clerk.get(
        path_of(account, "preview"), query_string=given
    ).get_data(as_text=True)
    first = supply_terms.timeline(account.id)[0]
    for path in (path_of(account), path_of(account, f"{first.id}/edit")):
        answer = clerk.post(path, given)
        assert answer.status_code == 422
        assert "would change bills that are out by ¥273.00" in text_of(answer)
    assert spans(account) == [("2020-01-01", "", str(SupplyState.SUPPLIED))]
    later = form_for(account, starts_on="2027-05-01", building_area_m2="100.00")
    assert clerk.post(path_of(account), later).status_code == 302
    inside = form_for(account, starts_on="2020-01-01", ends_on="2027-01-31", building_area_m2="89.50")
    assert clerk.post(path_of(account, f"{first.id}/edit"), inside).status_code == 422
    bill = db.session.scalar(select(Bill).where(Bill.account_id == account.id))
    assert bill.charged == Decimal("2327.00")
