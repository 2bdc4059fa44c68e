"""Tariffs: drafted by one, approved by another, followed, never edited."""

import re
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
from heatdesk.billing.services import cities, tariffs
from heatdesk.db import db
from heatdesk.web.versions import version_of
from tests import factories
from tests.billing.pages import filled
from tests.billing.season_city import RESIDENTIAL
from tests.conftest import Person, text_of

FORM = {
    "document_no": "沈发改发〔2026〕示例9号",
    "document_title": "关于调整居民供热价格的通知",
    "valid_from": "2026-11-01",
    "price": "２８．５０",
    "price_unit": "season",
    "area-base": "building",
    "area-rounding": "area",
    "parts-0-kind": "balcony",
    "parts-0-in_area": "y",
    "parts-0-by_net_height-0-above_m": "0",
    "parts-0-by_net_height-0-coefficient": "1",
    "parts-0-unheated": "0.5",
    "height-family": "step",
    "height-step-above_m": "3.2",
    "height-step-step_m": "0.1",
    "height-step-share": "3",
    "height-step-part_step": "floor",
    "suspension-used": "y",
    "suspension-share": "20",
    "suspension-cut_share": "",
    "suspension-renewal": "yearly",
    "suspension-resumption": "days",
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


def test_a_new_version_starts_from_every_figure_of_the_last(app, clerk, approved):
    page = clerk.get("/billing/tariffs/new/residential").get_data(as_text=True)
    assert clerk.post("/billing/tariffs/new/residential", filled(page)).status_code == 302
    row = tariffs.newest(UseClass.RESIDENTIAL)
    assert row.version == 2
    assert TariffRules.from_parameters(row.parameters) == rules()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"price": "-26"}, "This must be more than 0"),
        ({"price": ""}, "Please fill this in"),
        ({"price": "twenty"}, "This is not a number"),
        ({"price": "99999"}, "please check it"),
        ({"price": "26.12345"}, "At most 4 places"),
        ({"valid_from": "2026-02-30"}, "Not a valid date value"),
        ({"valid_from": "0026-11-01"}, "The year must lie between 1950 and 2100"),
        ({"document_no": " "}, "Please fill this in"),
        ({"suspension-share": ""}, "Please fill this in"),
        ({"suspension-share": "120"}, "more than 100"),
        ({"suspension-minimum_days": "2.5"}, "Write a whole number"),
        ({"height-step-step_m": ""}, "Please fill this in"),
        ({"area-base": "roof"}, "Not a valid choice"),
        ({"parts-0-unheated": "half"}, "This is not a number"),
        ({"penalty-used": "y", "penalty-share_per_day": ""}, "Please fill this in"),
    ],
)
def test_bad_values_are_refused_at_their_field(app, clerk, change, sentence):
    answer = clerk.post("/billing/tariffs/new/residential", {**FORM, **change})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert db.session.scalar(select(Tariff)) is None


BANDS = {"low_temperature-used": "y", "low_temperature-base": "whole_fee"}


@pytest.mark.parametrize(
    ("change", "place", "sentence"),
    [
        ({"price_unit": "month"}, "months", "needs the months of a season"),
        ({"area-divisor": "1.333"}, "area-divisor", "cannot go with base"),
        ({"height-step-step_m": "0"}, "height-step-step_m", "must be more than zero"),
        ({"height-step-base_m": "4"}, "height-step-base_m", "cannot be higher"),
        ({"suspension-share": "-1"}, "suspension-share", "must lie between 0 and 1"),
        ({"suspension-apply_by": "30-09"}, "suspension-apply_by", "must be a day such as 09-30"),
        (BANDS, "low_temperature-bands", "is missing"),
        (
            {
                **BANDS,
                "low_temperature-bands-0-below_c": "16",
                "low_temperature-bands-0-share": "30",
                "low_temperature-bands-1-below_c": "18",
                "low_temperature-bands-1-share": "50",
            },
            "low_temperature-bands",
            "from the warmest down",
        ),
        (
            {
                **BANDS,
                "low_temperature-bands-0-below_c": "",
                "low_temperature-bands-1-below_c": "99",
                "low_temperature-bands-1-share": "50",
            },
            "low_temperature-bands-1-below_c",
            "must lie between",
        ),
        ({"parts-0-kind": "attic", "parts-1-kind": "attic"}, "parts", "two rules of the same kind"),
        ({"subsidies-0-kind": "low income"}, "subsidies", "needs either"),
        (
            {"metered-used": "y", "metered-base_price": "12", "metered-settlement": "both_ways"}
            | {"metered-base_unit": "season", "metered-cap_share": "1.1"}
            | {"metered-prices-0-unit": "gj", "metered-prices-0-price": "36"},
            "metered-cap_share",
            "goes with settlement",
        ),
    ],
)
def test_what_the_rules_refuse_is_said_at_its_field(app, clerk, change, place, sentence):
    answer = clerk.post("/billing/tariffs/new/residential", {**FORM, **change})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    link = re.search(rf'<a href="#{place}">[^<]*</a>: ([^<]*)', page)
    assert link is not None, text_of(answer)
    assert sentence in link[1]
    assert f'id="{place}"' in page
    assert db.session.scalar(select(Tariff)) is None


@pytest.mark.parametrize("city", cities.names())
def test_saving_an_unchanged_tariff_of_a_city_keeps_every_figure(app, clerk, city):
    for version in cities.load(city).tariffs:
        row = tariffs.draft(version, by=clerk.id)
        db.session.commit()
        path = f"/billing/tariffs/{row.id}"
        answer = clerk.post(f"{path}/edit", filled(clerk.get(f"{path}/edit").get_data(as_text=True)))
        assert answer.status_code == 302, text_of(answer)
        db.session.refresh(row)
        assert TariffRules.from_parameters(row.parameters) == version
        assert clerk.get(path).status_code == 200
        tariffs.withdraw(row.id, seen=seen(row), by=clerk.id, may_draft=True, may_approve=False)
        db.session.commit()


FAMILIES = [
    {"family": "proportional", "above_m": "3", "base_m": "3", "cap": "0.5", "source": "XA2"},
    {"family": "bands", "bands": [{"above_m": "4", "factor": "1.5"}, {"above_m": "3.3", "factor": "1.25"}]},
    {"family": "area", "above_m": "3.3", "per_m": "0.3", "plus": "1", "single_storey_plus": "2"},
    {"family": "step", "above_m": "3.2", "step_m": "0.1", "share": "0.03", "base_m": "2.8", "cap": "1"},
]
RARE = {
    "area": {
        "base": "building",
        "factor": "0.8",
        "type_factors": [{"building_type": "multi_storey", "factor": "0.9"}],
        "document_no": "LU1",
    },
    "suspension": {
        "share": "0.3",
        "opens_on": "03-15",
        "apply_by": "10-15",
        "whole_season": True,
        "minimum_days": 30,
        "not_for": ["ground_floor", "arrears"],
        "renewal": "unpaid",
        "resumption": "full",
        "secret_multiple": "1",
    },
    "low_temperature": {
        "bands": [{"below_c": "18", "share": "0.335"}, {"below_c": "16", "share": "1", "or_equal": True}],
        "base": "less_basic",
        "basic_share": "0.2",
    },
    "supply_time": {"share": "0.5", "minimum_hours": 12, "part_day": "exact"},
    "penalty": {
        "share_per_day": "0.0005",
        "base": "whole_fee",
        "grace_days": 3,
        "cap": "0.3",
        "stops_when_cut": True,
        "allocation": "principal_first",
    },
    "metered": {
        "base_price": "0.054",
        "base_unit": "day",
        "prices": [{"unit": "kwh", "price": "0.142"}, {"unit": "gj", "price": "36"}],
        "settlement": "cap",
        "cap_share": "1.1",
        "meter_fault": "0.85",
        "user_fault": "1.1",
    },
    "steam": {"prices": [{"unit": "t", "price": "210"}], "minimum": "20", "period": "season"},
    "subsidies": [
        {"kind": "low income", "share": "0.85", "up_to_m2": "45"},
        {"kind": "village", "per_m2": "3", "document_no": "YS1"},
    ],
    "discount": {"rows": [{"paid_by": "07-31", "share": "0.05"}, {"paid_by": "08-31", "share": "0.03"}]},
    "tax": {"tax_class": "standard", "rate": "0.09", "document_no": "VAT1"},
    "assumed": ["price", "penalty"],
}


@pytest.mark.parametrize("height", FAMILIES, ids=[one["family"] for one in FAMILIES])
def test_every_figure_the_rules_know_is_on_the_form(app, clerk, height):
    version = rules(**RARE, height=height)
    row = tariffs.draft(version, by=clerk.id)
    db.session.commit()
    page = clerk.get(f"/billing/tariffs/{row.id}/edit").get_data(as_text=True)
    assert clerk.post(f"/billing/tariffs/{row.id}/edit", filled(page)).status_code == 302
    db.session.refresh(row)
    assert TariffRules.from_parameters(row.parameters) == version


def test_a_rule_whose_box_is_not_ticked_and_an_empty_row_are_none(app, clerk):
    typed = {"suspension-used": "", "suspension-share": "rubbish", "subsidies-0-kind": " "}
    form = {name: value for name, value in {**FORM, **typed}.items() if value != ""}
    assert clerk.post("/billing/tariffs/new/residential", form).status_code == 302
    stored = TariffRules.from_parameters(tariffs.newest(UseClass.RESIDENTIAL).parameters)
    assert (stored.suspension, stored.subsidies) == (None, ())


def test_one_per_mille_is_typed_as_one(app, clerk):
    rate = {"penalty-used": "y", "penalty-share_per_day": "1", "penalty-base": "unpaid"}
    form = {**FORM, **rate, "penalty-allocation": "penalty_first"}
    assert clerk.post("/billing/tariffs/new/residential", form).status_code == 302
    row = tariffs.newest(UseClass.RESIDENTIAL)
    assert TariffRules.from_parameters(row.parameters).penalty.share_per_day == Decimal("0.001")
    assert "costs 1 ‰ of" in text_of(clerk.get(f"/billing/tariffs/{row.id}"))


def test_a_version_tells_its_rules_and_what_it_changes(app, clerk, approved):
    after = rules(
        price="28", suspension={"share": "0.3"}, valid_from="2026-11-01", assumed=["suspension.share"]
    )
    row = tariffs.draft(after, by=clerk.id)
    db.session.commit()
    shown = text_of(clerk.get(f"/billing/tariffs/{row.id}"))
    assert "Heat costs 28 yuan per m² and season." in shown
    assert "While suspended, 30 % of the fee is due." in shown
    assert "Against version 1" in shown
    assert "Suspension and cut: Due while suspended (%) 20 30" in shown
    assert "assumed" in shown
    assert "Above 2.7 m net height the attic counts × 1." in shown
    assert "Base fee" not in shown


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
