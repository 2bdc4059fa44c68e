"""Tariffs: drafted by one, approved by another, followed, never edited."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import (
    ApproverIsAuthor,
    DraftExists,
    TariffDateTaken,
    TariffIsFinal,
    TariffIsWithdrawn,
)
from heatdesk.billing.models import Tariff
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.billing.services import tariffs
from heatdesk.db import db
from heatdesk.web.versions import version_of
from tests import factories
from tests.billing.season_city import RESIDENTIAL
from tests.conftest import Person, text_of

FORM = {
    "document_no": "沈发改发〔2026〕示例9号",
    "document_title": "关于调整居民供热价格的通知",
    "valid_from": "2026-11-01",
    "price": "２８．５０",
    "price_unit": "season",
    "area_base": "building",
    "balcony": "in",
    "balcony_heated": "1",
    "balcony_unheated": "0.5",
    "height": "step",
    "above_m": "3.2",
    "step_m": "0.1",
    "step_percent": "3",
    "suspended_percent": "20",
    "cut_percent": "",
}


def seen(row):
    """The version a page shows, which reads the row from the database."""
    db.session.refresh(row)
    return version_of(row)


def rules(**changes):
    return TariffRules.from_parameters({**RESIDENTIAL, **changes})


@pytest.fixture
def approved(app, clerk, supervisor):
    row = tariffs.draft(rules(), by=clerk.id)
    tariffs.approve(row.id, seen=seen(row), by=supervisor.id)
    db.session.commit()
    return row


def test_a_draft_from_the_form_says_what_was_typed(app, clerk):
    assert clerk.post("/billing/tariffs/new/residential", FORM).status_code == 302
    row = db.session.scalar(select(Tariff))
    stored = TariffRules.from_parameters(row.parameters)
    assert (row.version, row.state, row.document_no) == (1, TariffState.DRAFT, FORM["document_no"])
    assert stored.price == Decimal("28.50")
    assert stored.height.share == Decimal("0.03")
    assert stored.suspension.share == Decimal("0.2")
    assert stored.parts[0].unheated == Decimal("0.5")
    assert "28.50" in text_of(clerk.get(f"/billing/tariffs/{row.id}"))


def test_a_new_version_starts_from_the_last_and_keeps_rarer_rules(app, clerk, supervisor, approved):
    page = clerk.get("/billing/tariffs/new/residential").get_data(as_text=True)
    assert 'value="26"' in page
    assert clerk.post("/billing/tariffs/new/residential", FORM).status_code == 302
    row = tariffs.newest(UseClass.RESIDENTIAL)
    assert row.version == 2
    assert [part["kind"] for part in row.parameters["parts"]] == ["balcony", "attic"]
    assert row.parameters["parts"][0]["document_no"] == "BA1"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"price": "-26"}, "This must be more than 0"),
        ({"price": ""}, "Please fill this in"),
        ({"price": "twenty"}, "This is not a number"),
        ({"price": "99999"}, "please check it"),
        ({"price": "26.123"}, "Two places"),
        ({"valid_from": "2026-02-30"}, "Not a valid date value"),
        ({"valid_from": "0026-11-01"}, "The year must lie between 1950 and 2100"),
        ({"document_no": " "}, "Please fill this in"),
        ({"price_unit": "month"}, "whole months of a season"),
        ({"divisor": "1.333"}, "needs no conversion"),
        ({"step_m": ""}, "Say above which height"),
        ({"step_m": "0"}, "must be more than 0"),
        ({"suspended_percent": "", "cut_percent": "10"}, "Say first what is due while suspended"),
        ({"suspended_percent": "120"}, "more than 100"),
        ({"area_base": "roof"}, "Not a valid choice"),
    ],
)
def test_bad_values_are_refused_at_their_field(app, clerk, change, sentence):
    answer = clerk.post("/billing/tariffs/new/residential", {**FORM, **change})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert db.session.scalar(select(Tariff)) is None


def test_what_no_field_can_see_is_said_above_the_form(app, clerk, supervisor):
    unrounded = rules(area={"base": "inner", "divisor": "1.333", "rounding": "none"}, parts=[])
    row = tariffs.draft(unrounded, by=clerk.id)
    tariffs.approve(row.id, seen=seen(row), by=supervisor.id)
    answer = clerk.post(
        "/billing/tariffs/new/residential",
        {**FORM, "area_base": "inner", "divisor": "1.333", "balcony": "beside"},
    )
    assert answer.status_code == 422
    assert "cannot be “none”" in text_of(answer)


def test_the_author_asks_for_approval_and_no_screen_approves(app, branch, clerk, supervisor):
    row = tariffs.draft(rules(), by=clerk.id)
    db.session.commit()
    assert supervisor.post(f"/billing/tariffs/{row.id}/approve", {"seen": seen(row)}).status_code == 404
    asks = f"/requests/new/tariff?tariff_id={row.id}"
    assert asks in clerk.get(f"/billing/tariffs/{row.id}").get_data(as_text=True)
    colleague = Person(app, factories.make_staff(Role.BILLING_CLERK, branch))
    for other in (supervisor, colleague):
        assert asks not in other.get(f"/billing/tariffs/{row.id}").get_data(as_text=True)
    assert clerk.get(asks).status_code == 200
    answer = colleague.post("/requests/new/tariff", {"tariff_id": row.id, "reason": "new price"})
    assert "Only who wrote the draft" in text_of(answer)


def test_the_author_cannot_approve(app, branch):
    both = factories.make_staff(Role.SUPERVISOR, branch)
    row = tariffs.draft(rules(), by=both.id)
    with pytest.raises(ApproverIsAuthor):
        tariffs.approve(row.id, seen=seen(row), by=both.id)


def test_whoever_edits_a_draft_becomes_its_author(app, branch, clerk, supervisor):
    row = tariffs.draft(rules(), by=clerk.id)
    tariffs.edit(row.id, rules(price="27"), seen=seen(row), by=supervisor.id)
    with pytest.raises(ApproverIsAuthor):
        tariffs.approve(row.id, seen=seen(row), by=supervisor.id)


def test_an_approved_tariff_is_never_edited(app, clerk, approved):
    with pytest.raises(TariffIsFinal):
        tariffs.edit(approved.id, rules(price="1"), seen=seen(approved), by=clerk.id)
    answer = clerk.post(f"/billing/tariffs/{approved.id}/edit", {**FORM, "seen": seen(approved)})
    assert answer.status_code == 409
    assert "never edited" in text_of(answer)


def test_a_stale_page_edits_nothing(app, clerk):
    row = tariffs.draft(rules(), by=clerk.id)
    shown = seen(row)
    tariffs.edit(row.id, rules(price="27"), seen=shown, by=clerk.id)
    db.session.commit()
    assert clerk.post(f"/billing/tariffs/{row.id}/edit", {**FORM, "seen": shown}).status_code == 409


def test_one_draft_per_class_and_one_version_per_day(app, clerk, supervisor, approved):
    second = tariffs.draft(rules(price="27"), by=clerk.id)
    with pytest.raises(DraftExists):
        tariffs.draft(rules(price="28"), by=clerk.id)
    with pytest.raises(TariffDateTaken, match="2024-11-01"):
        tariffs.approve(second.id, seen=seen(second), by=supervisor.id)


def test_pressed_twice_is_one_draft(app, clerk):
    form = {**FORM, "request_id": str(uuid.uuid4())}
    answers = [clerk.post("/billing/tariffs/new/residential", form) for _press in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


def test_withdrawing(app, branch, clerk, supervisor, cashier, approved):
    path = f"/billing/tariffs/{approved.id}/withdraw"
    assert clerk.post(path, {"seen": seen(approved)}).status_code == 403
    assert cashier.post(path, {"seen": seen(approved)}).status_code == 403
    assert supervisor.post(path, {"seen": seen(approved)}).status_code == 302
    season = factories.make_season()
    assert tariffs.in_force(season) == []
    with pytest.raises(TariffIsWithdrawn):
        tariffs.withdraw(approved.id, seen="", by=supervisor.id, may_draft=False, may_approve=True)


def test_a_season_takes_the_version_in_force_on_its_first_day(app, clerk, supervisor, approved):
    season = factories.make_season()
    later = tariffs.draft(rules(price="30", valid_from="2026-11-02"), by=clerk.id)
    tariffs.approve(later.id, seen=seen(later), by=supervisor.id)
    assert [row.id for row in tariffs.rows_in_force(season)] == [approved.id]
    assert [one.valid_from for one in tariffs.in_force(season)] == [date(2024, 11, 1)]


def test_lists_roles_and_missing_things(app, branch, clerk, cashier, supervisor, approved):
    assert "26" in text_of(clerk.get("/billing/tariffs"))
    assert "No version fits" in text_of(clerk.get("/billing/tariffs?use=public"))
    assert clerk.get("/billing/tariffs/export.xlsx").status_code == 200
    assert cashier.get("/billing/tariffs").status_code == 403
    assert supervisor.post("/billing/tariffs/new/residential", FORM).status_code == 403
    assert clerk.get("/billing/tariffs/new/castle").status_code == 404
    assert clerk.get("/billing/tariffs/999").status_code == 404


def test_tariffs_belong_to_no_branch(app, approved):
    elsewhere = Person(app, factories.make_staff(Role.FINANCE, factories.make_branch()))
    assert elsewhere.get(f"/billing/tariffs/{approved.id}").status_code == 200
