"""The fee calculator's screen: any rules, every key, each refusal at its field, nothing stored."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from heatdesk.auth.permissions import Role
from heatdesk.billing.forms.quotes import QuoteForm
from heatdesk.billing.models import Allocation, Charge, Entry, Journal
from heatdesk.billing.rules.cases import Case
from heatdesk.billing.rules.parameters import key_of
from heatdesk.billing.rules.states import AreaPartKind, Item, SupplyMode, SupplyState
from heatdesk.billing.services.labels import ITEMS
from heatdesk.db import db
from tests import factories
from tests.billing.season_city import RESIDENTIAL, add_part
from tests.conftest import Person, text_of

QUOTES = "/billing/quotes"
SHENYANG = {"rules": "shenyang:2026-2027"}
FRAGMENT = {"HX-Request": "true"}

EVERY_KEY = {
    "rules": "beijing:2024-2025",
    "use": "residential",
    "area": "100",
    "inner_area": "80",
    "usable_area": "70",
    "storey_height": "2.8",
    "building_type": "multi_storey",
    "late_start_days": "2",
    "subsidy": "low_income",
    "as_of": "2025-03-20",
    "parts-0-kind": "attic",
    "parts-0-area": "10",
    "parts-0-net_height": "2.3",
    "parts-0-heated": "no",
    "terms-3-state": "suspended",
    "terms-3-first": "2024-12-01",
    "terms-3-last": "2024-12-31",
    "temperatures-0-celsius": "15.5",
    "temperatures-0-first": "2025-01-10",
    "temperatures-0-last": "2025-01-12",
    "temperatures-0-room_area": "12",
    "outages-0-first": "2025-02-01",
    "outages-0-first_time": "08:30",
    "outages-0-last": "2025-02-03",
    "outages-1-first": "2025-02-10",
    "outages-1-last": "2025-02-11",
    "payments-0-on": "2024-12-30",
    "payments-0-amount": "1,000",
    "meter-quantity": "8000",
    "meter-unit": "kwh",
    "meter-prepaid": "900",
    "meter-fault": "meter",
    "meter-correction": "0.9",
    "meter-minimum": "100",
}


@pytest.fixture
def priced(app, branch, clerk, supervisor):
    """The utility's own tariff and season 2026-2027."""
    factories.make_tariff(clerk.staff, supervisor.staff, RESIDENTIAL)
    season = factories.make_season()
    db.session.commit()
    return season


def test_every_key_of_a_case_can_be_typed(app):
    case = QuoteForm(MultiDict(EVERY_KEY)).case()
    assert isinstance(case, Case)
    default = Case(area=Decimal(1))
    untouched = [
        key_of(field) for field in Case.__dataclass_fields__.values()
        if field.name != "use" and getattr(case, field.name) == getattr(default, field.name)
    ]  # fmt: skip
    assert untouched == []
    assert case.parts[0].heated is False
    assert (case.outages[0].first, case.outages[0].last) == ("2025-02-01T08:30", "2025-02-03")
    assert case.meter is not None
    assert (case.meter.kwh, case.meter.prepaid, case.meter.correction) == (8000, 900, Decimal("0.9"))


def test_a_case_by_a_sample_city(app, cashier):
    page = cashier.get(QUOTES, query_string={**SHENYANG, "area": "89.5"})
    words = text_of(page)
    assert page.status_code == 200
    assert "Total ¥2,327.00" in words
    assert "89.50 m² × 26.00 yuan/m²·season × 151/151 days = 2,327.00" in words
    assert "By the sample tariffs of Shenyang for 2026-2027." in words
    assert "assumed: days of the season, document number" in words


def test_the_own_tariffs_come_first(app, priced, cashier):
    words = text_of(cashier.get(QUOTES, query_string={"area": "100"}))
    assert "Total ¥2,600.00" in words
    assert "沈发改发〔2024〕示例12号" in words
    assert "By the approved tariffs for 2026-2027." in words


def test_a_chinese_reader_reads_no_english(app, cashier):
    with cashier.client.session_transaction() as session:
        session["language"] = "zh"
    case = {
        **SHENYANG, "area": "89.5", "terms-0-state": "suspended", "terms-0-first": "2026-11-01",
        "terms-0-last": "2026-12-31", "terms-1-state": "supplied", "terms-1-first": "2027-01-01",
        "payments-0-on": "2027-02-01", "payments-0-amount": "100",
    }  # fmt: skip
    page = cashier.get(QUOTES, query_string=case, headers=FRAGMENT)
    answer = text_of(page)
    assert "违约金" in answer
    for english in ("yuan", "season", "Heat", "unpaid", "days", "Document"):
        assert english not in answer, english


def test_the_government_has_its_part(app, cashier):
    case = {"rules": "linyi:2024-2025", "area": "90", "inner_area": "70", "subsidy": "low_income"}
    words = text_of(cashier.get(QUOTES, query_string=case))
    assert "The government pays ¥210.00" in words
    assert "Government subsidy −210.00" in words.replace("  ", " ")


def test_each_refusal_stands_at_its_field(app, cashier):
    case = {
        **SHENYANG, "area": "x", "storey_height": "0.1", "as_of": "soon", "parts-0-kind": "balcony",
        "parts-0-area": "5", "parts-7-kind": "attic", "parts-7-area": "-1", "payments-0-amount": "5",
    }  # fmt: skip
    page = cashier.get(QUOTES, query_string=case)
    html = page.get_data(as_text=True)
    for field in ("area", "storey_height", "as_of", "parts-1-area", "payments-0-on"):
        assert f'data-fault-for="{field}"' in html, field
        assert f'id="{field}-fault-1"' in html, field
    assert html.count("data-fault-for=") == 5
    words = text_of(page)
    assert "“Building area m²” must be a number such as 12.50, not “x”." in words
    assert "“Paid on” is missing." in words
    assert "Total ¥" not in words


@pytest.mark.parametrize(
    ("case", "field", "sentence"),
    [
        ({"use": "public"}, "use", "No tariff for “Public” is in force on 2026-11-01"),
        ({"meter-quantity": "5"}, "meter-quantity", "has no rule for metered heat"),
        ({"meter-prepaid": "5"}, "meter-quantity", "needs exactly one of"),
        ({"parts-0-kind": "attic", "parts-0-area": "5"}, "parts", "The net height of the attic is needed"),
        ({"subsidy": "hero"}, "subsidy", "There is no subsidy “hero” in this tariff"),
        ({"late_start_days": "400"}, "late_start_days", "must lie inside the season"),
        (
            {"outages-2-first": "2027-01-10", "outages-2-last": "2027-01-09"},
            "outages-0-last", "“To (included)” must come after",
        ),
        ({"temperatures-0-celsius": "9", "temperatures-0-first": "2027-01-01", "temperatures-0-last": "2027-01-02"},
         "temperatures", "has no rule for “Cold rooms”"),
        ({"terms-0-first": "2020-01-01"}, "terms", "does not lie inside the season"),
        ({"as_of": "2026-12-01", "payments-0-on": "2026-12-02", "payments-0-amount": "1"},
         "payments-0-on", "A payment on 2026-12-02 lies after"),
        ({"rules": "atlantis:2026"}, "", "There are no tariffs for “atlantis”"),
        ({"rules": "own:1999-2000"}, "rules", "There is no season “1999-2000” here"),
    ],
)  # fmt: skip
def test_what_the_rules_refuse_is_said_where_it_stands(app, cashier, case, field, sentence):
    page = cashier.get(QUOTES, query_string={**SHENYANG, "area": "100", **case})
    assert page.status_code == 200
    assert f'data-fault-for="{field}"' in page.get_data(as_text=True)
    assert sentence in text_of(page)


def test_rows_with_gaps_are_counted_anew(app, cashier):
    """An address written by hand: the page numbers its rows as the form does, so that faults find them."""
    case = {
        **SHENYANG,
        "area": "100",
        "terms-4-state": "suspended",
        "terms-9-state": "cut",
        "terms-9-first": "x",
    }
    html = cashier.get(QUOTES, query_string=case).get_data(as_text=True)
    assert [f'name="terms-{number}-state"' in html for number in (0, 1, 4, 9)] == [True, True, False, False]
    assert 'data-fault-for="terms-1-first"' in html


def test_the_form_asks_for_the_answer_alone_and_the_address_follows(app, cashier):
    answer = cashier.get(QUOTES, query_string={**SHENYANG, "area": "50", "as_of": ""}, headers=FRAGMENT)
    assert "<form" not in answer.get_data(as_text=True)
    assert 'hx-swap-oob="true"' in answer.get_data(as_text=True)
    link = answer.headers["HX-Replace-Url"]
    assert link == f"{QUOTES}?rules=shenyang:2026-2027&area=50"
    assert "¥1,300.00" in text_of(cashier.get(link))


def test_an_empty_form_says_what_to_do(app, cashier):
    assert "Nothing to work out yet" in text_of(cashier.get(QUOTES))


def test_nothing_is_stored(app, priced, cashier):
    counted = [select(func.count()).select_from(table) for table in (Journal, Entry, Charge, Allocation)]
    before = [db.session.scalar(one) for one in counted]
    cashier.get(QUOTES, query_string={"area": "100"})
    cashier.get(f"{QUOTES}/quotation.pdf", query_string={"area": "100"})
    assert [db.session.scalar(one) for one in counted] == before


def test_it_starts_from_a_household(app, priced, branch, cashier, clerk):
    account = factories.make_account(branch, name="程超杰", term=None)
    factories.make_term(account, ends_on=date(2026, 12, 31), storey_height_m=Decimal("3.30"))
    term = factories.make_term(
        account, starts_on=date(2027, 1, 1), storey_height_m=Decimal("3.30"), state=SupplyState.SUSPENDED
    )
    add_part(term, AreaPartKind.BALCONY, "6.35", heated=True)
    db.session.commit()
    answer = cashier.get(f"{QUOTES}/household/{account.id}")
    assert parse_qs(urlsplit(answer.headers["Location"]).query) == {
        "rules": ["own:2026-2027"], "account": [str(account.id)], "use": ["residential"],
        "area": ["89.5"], "storey_height": ["3.3"],
        "parts-0-kind": ["balcony"], "parts-0-area": ["6.35"], "parts-0-heated": ["yes"],
        "terms-0-state": ["supplied"], "terms-0-first": ["2026-11-01"], "terms-0-last": ["2026-12-31"],
        "terms-1-state": ["suspended"], "terms-1-first": ["2027-01-01"], "terms-1-last": ["2027-03-31"],
    }  # fmt: skip
    words = text_of(cashier.get(answer.headers["Location"]))
    assert "Started from 程超杰" in words
    assert "Area, height or use changed within the season" in words
    assert "Basic fee" in words


def test_a_household_quoted_by_its_own_facts_costs_what_its_bill_says(app, priced, branch, cashier):
    account = factories.make_account(branch)
    db.session.commit()
    answer = cashier.get(f"{QUOTES}/household/{account.id}?season=2026-2027")
    assert "Total ¥2,327.00" in text_of(cashier.get(answer.headers["Location"]))


def test_a_household_that_cannot_start_a_case_says_why(app, priced, branch, cashier):
    bare = factories.make_account(branch, term=None)
    metered = factories.make_account(branch, term={"mode": SupplyMode.METERED})
    db.session.commit()
    refused = cashier.get(f"{QUOTES}/household/{bare.id}")
    assert refused.status_code == 409
    assert "no supply facts of this household in the season 2026-2027" in text_of(refused)
    assert cashier.get(f"{QUOTES}/household/{bare.id}?season=1999").status_code == 404
    answer = cashier.get(f"{QUOTES}/household/{metered.id}")
    assert "charged by what its meter counts" in text_of(cashier.get(answer.headers["Location"]))


def test_card_and_counter_lead_here(app, priced, branch, cashier):
    account = factories.make_account(branch)
    db.session.commit()
    link = f'href="{QUOTES}/household/{account.id}"'
    for page in (f"/households/{account.id}", f"/billing/counter/{account.id}"):
        assert link in cashier.get(page).get_data(as_text=True), page


def test_who_may(app, priced, branch, cashier, clerk, stranger):
    account = factories.make_account(branch)
    administrator = Person(app, factories.make_staff(Role.ADMINISTRATOR, branch))
    db.session.commit()
    for path in (QUOTES, f"{QUOTES}/quotation.pdf", f"{QUOTES}/household/{account.id}"):
        assert administrator.get(path).status_code == 403
        assert clerk.get(path).status_code in (200, 302)
    assert stranger.get(f"{QUOTES}/household/{account.id}").status_code == 404
    for foreign in (str(account.id), "x", "999999"):
        assert stranger.get(QUOTES, query_string={"area": "50", "account": foreign}).status_code == 404
    assert "Fee calculator" in text_of(cashier.get("/"))
    assert "Fee calculator" not in text_of(administrator.get("/"))


def test_the_quotation_says_the_case_and_that_it_is_no_bill(app, priced, branch, cashier):
    account = factories.make_account(branch, name="名" * 90)
    db.session.commit()
    case = {
        "rules": "own:2026-2027", "account": account.id, "area": "89.5", "storey_height": "3.55",
        "parts-0-kind": "balcony", "parts-0-area": "6.35", "payments-0-on": "2026-11-20", "payments-0-amount": "1000",
    }  # fmt: skip
    answer = cashier.get(f"{QUOTES}/quotation.pdf", query_string=case)
    assert answer.mimetype == "application/pdf"
    said = "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.data)).pages)
    for part in (
        "热费试算单", "Feequotation", "名" * 90, account.card_no, "2026-2027", "89.5㎡", "3.55m", "阳台6.35㎡",
        "沈发改发〔2024〕示例12号", "NOTABILL", "不作为缴费依据", "人民币", "¥", "采暖费", "86.33㎡", "1,000.00",
    ):  # fmt: skip
        assert "".join(part.split()) in said, part
    assert "yuan" not in said


def test_a_case_that_cannot_be_worked_out_prints_nothing(app, cashier):
    answer = cashier.get(f"{QUOTES}/quotation.pdf", query_string={**SHENYANG, "area": "x"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{QUOTES}?rules=shenyang:2026-2027&area=x"


def test_the_page_asks_the_database_no_more_with_more_rows(app, priced, cashier, count_queries):
    def queries(**more):
        with count_queries() as seen:
            cashier.get(QUOTES, query_string={"area": "100", **more})
        return len(seen)

    queries()
    rows = {f"payments-{i}-on": "2026-11-20" for i in range(30)}
    rows |= {f"payments-{i}-amount": "1" for i in range(30)}
    assert queries(**rows) == queries()


def test_every_item_has_words():
    assert set(ITEMS) == set(Item)
