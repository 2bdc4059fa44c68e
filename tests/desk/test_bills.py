"""A bill explained: every line with reasons, documents, what it was before, whose request; and the statement of it."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import insert, select

from heatdesk.approvals import kinds
from heatdesk.approvals.services import requests
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Charge, Journal
from heatdesk.billing.rules.lines import Line
from heatdesk.billing.rules.states import Item, SupplyState
from heatdesk.billing.rules.steps import Step
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments, explanations
from heatdesk.dates import DateRange
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve, make_office
from tests.approvals.test_deciding import sheet
from tests.billing.season_city import RESIDENTIAL
from tests.conftest import Person, text_of

CODE = "2026-2027"


@pytest.fixture
def office(app):
    office = make_office()
    factories.make_tariff(office.colleague, office.other_supervisor, RESIDENTIAL)
    season = factories.make_season()
    season.state = SeasonState.BILLED
    db.session.flush()
    return office


@pytest.fixture
def account(office):
    account = factories.make_account(office.branch, name="程超杰")
    assessments.assess(account.id, season().id, by=office.clerk.id, reason="first bill")
    db.session.commit()
    return account


def season():
    return db.session.scalars(select(factories.Season)).one()


def measured_anew(office, account):
    """An approved area adjustment, 89.50 → 92.30 m², with its measuring record."""
    areas = {"building_area_m2": "92.30", "inner_area_m2": None, "usable_area_m2": None}
    payload = {"account_id": account.id, "starts_on": "2026-11-01", **areas}
    made = requests.create(
        kinds.get("area"), payload, "balcony closed in", by=office.clerk, uploads=sheet("measuring_record")
    )
    requests.submit(made, by=office.clerk)
    approve(made, office.supervisor)
    db.session.commit()
    return made


def reduced(account, item=Item.LOW_TEMPERATURE, amount="-38.53"):
    """A reduction as a line of its own, explained in full, booked with the journal of the first bill."""
    first = date(2027, 1, 10)
    values = {"fee": "2327.00", "of_days": "151", "days": "5", "share": "50 %", "amount": amount.lstrip("-")}
    line = Line(
        item=item,
        period=DateRange(first, date(2027, 1, 14)),
        quantity=Decimal(1),
        price=Decimal(amount),
        amount=Decimal(amount),
        document_no="省条例第31条",
        steps=(
            Step("cold_band", {"celsius": "15", "share": "50 %"}, "省条例第31条"),
            Step("reduction", values, "省条例第31条"),
        ),
    )
    journal = db.session.scalars(select(Journal.id).order_by(Journal.id)).first()
    row = {
        "season_id": season().id,
        "account_id": account.id,
        "item": item.value,
        "revision": 1,
        "journal_id": journal,
        "amount": Decimal(amount),
        "target": Decimal(amount),
        "explanation": {"lines": [explanations.in_full(line)]},
    }
    db.session.execute(insert(Charge), [row])


def page(account, code=CODE, part=""):
    return f"/households/{account.id}/bills/{code}{part}"


def reader(app, office, role=Role.BILLING_CLERK, branch=None):
    return Person(app, factories.make_staff(role, branch or office.branch))


def test_a_line_says_why_by_which_document_and_when_it_was_booked(app, office, account):
    words = text_of(reader(app, office).get(page(account)))
    assert "Heating fee 2,327.00 89.50 m² × 26.00 yuan/m²·season × 151/151 days = 2,327.00" in words
    assert "Document 沈发改发〔2024〕示例12号" in words
    assert "Bill reckoned anew · 2026-11-21" in words
    assert "first bill" in words
    assert "Due 2,327.00" in words
    assert "What it was before" not in words


def test_a_change_names_its_request_its_evidence_and_what_was_before(app, office, account):
    made = measured_anew(office, account)
    answer = reader(app, office).get(page(account))
    words, html = text_of(answer), answer.get_data(as_text=True)
    assert "Heating fee 2,399.80 92.30 m²" in words
    assert f'href="/requests/{made.id}">{made.number}</a>' in html
    assert "Area adjustment · balcony closed in" in words
    assert f'href="/requests/{made.id}/files/' in html
    assert "What it was before: 1 times" in words
    assert "2,327.00 until 2026-11-21, then 72.80" in words
    evidence = html.split(f'href="/requests/{made.id}/files/')[1].split('"')[0]
    assert reader(app, office).get(f"/requests/{made.id}/files/{evidence}").status_code == 200


@pytest.mark.parametrize("item", [one for one in Item if one is not Item.HEAT])
def test_every_item_is_told_above_and_below_zero(app, office, account, item):
    reduced(account, item)
    db.session.commit()
    words = text_of(reader(app, office).get(page(account)))
    assert "−38.53 2327.00 yuan ÷ 151 days × 5 days × 50 % = 38.53 yuan less. [省条例第31条]" in words
    assert "15 °C was measured: 50 % of the fee is given back." in words


def test_an_item_that_came_to_nothing_stays_with_its_history(app, office, account):
    db.session.scalars(select(factories.SupplyTerm)).one().state = SupplyState.SUSPENDED
    db.session.flush()
    assessments.assess(account.id, season().id, by=office.clerk.id, reason="suspended")
    db.session.commit()
    words = text_of(reader(app, office).get(page(account)))
    assert "Basic fee 465.40" in words
    assert "Heating fee 0.00" in words
    assert "2,327.00 until 2026-11-21, then −2,327.00" in words


def test_a_sum_from_the_old_books_says_so(app, office, account):
    factories.owe(account, factories.make_season(2025), "120.00", office.clerk)
    db.session.commit()
    words = text_of(reader(app, office).get(page(account, "2025-2026")))
    assert "taken over from the old books" in words
    assert "Due 120.00" in words


def test_card_and_counter_lead_to_the_bill(app, office, account):
    cashier = reader(app, office, Role.CASHIER)
    for path in (f"/households/{account.id}", f"/billing/counter/{account.id}"):
        assert f'href="{page(account)}"' in cashier.get(path).get_data(as_text=True), path


def test_who_sees_a_bill(app, office, account):
    made = measured_anew(office, account)
    paths = (page(account), page(account, part="/statement.pdf"))
    administrator = reader(app, office, Role.ADMINISTRATOR)
    answer = administrator.get(paths[0])
    assert made.number in text_of(answer)
    assert f'href="/requests/{made.id}' not in answer.get_data(as_text=True)
    assert "/ledger/" not in answer.get_data(as_text=True)
    stranger = reader(app, office, branch=factories.make_branch())
    assert [stranger.get(path).status_code for path in paths] == [404, 404]
    assert [reader(app, office).get(path).status_code for path in paths] == [200, 200]
    for part in ("", "/statement.pdf"):
        assert reader(app, office).get(page(account, "1999-2000", part)).status_code == 404


def test_a_chinese_reader_reads_no_english(app, office, account):
    measured_anew(office, account)
    reduced(account)
    db.session.commit()
    clerk = reader(app, office)
    with clerk.client.session_transaction() as session:
        session["language"] = "zh"
    words = text_of(clerk.get(page(account)))
    assert "低温减免" in words
    for english in ("yuan", "Heating", "Booked", "Request", "was measured", "Journal"):
        assert english not in words, english


def test_more_revisions_and_files_cost_no_query_each(app, office, account, count_queries):
    clerk = reader(app, office)

    def queries():
        clerk.get(page(account))
        with count_queries() as seen:
            assert clerk.get(page(account)).status_code == 200
        return len(seen)

    measured_anew(office, account)
    few = queries()
    term = db.session.scalars(
        select(factories.SupplyTerm).order_by(factories.SupplyTerm.starts_on.desc())
    ).first()
    for number in range(12):
        term.building_area_m2 = Decimal(60 + number)
        term.state = (SupplyState.SUPPLIED, SupplyState.SUSPENDED)[number % 2]
        db.session.flush()
        assessments.assess(account.id, season().id, by=office.clerk.id, reason=f"change {number}")
    db.session.commit()
    assert len(db.session.scalars(select(Charge)).all()) > 14
    assert queries() == few


def statement(app, office, account):
    answer = reader(app, office).get(page(account, part="/statement.pdf"))
    assert answer.mimetype == "application/pdf"
    return "".join("".join(one.extract_text().split()) for one in PdfReader(BytesIO(answer.data)).pages)


def test_the_statement_says_what_the_page_says(app, office, account):
    measured_anew(office, account)
    reduced(account)
    db.session.commit()
    said = statement(app, office, account)
    for part in (
        "热费结算单", "Fee statement", "程超杰", account.card_no, "兴工里26号楼",
        CODE, "92.30 ㎡ × 26.00", "2,399.80", "沈发改发〔2024〕示例12号", "低温减免", "−38.53", "省条例第31条",
        "人民币贰仟叁佰玖拾玖元捌角整", "¥2,399.80", "2026-12-31", "不作为收款凭证",
    ):  # fmt: skip
        assert "".join(part.split()) in said, part
    assert "yuan" not in said


def test_what_was_paid_on_a_bill_that_is_lowered_goes_to_the_prepayment_and_is_said(app, office, account):
    cashier = reader(app, office, Role.CASHIER)
    factories.open_till(cashier.staff, office.branch)
    db.session.commit()
    counter = cashier.get(f"/billing/counter/{account.id}").get_data(as_text=True)
    seen = re.search(r'name="seen" value="([^"]*)"', counter)[1]
    order = {"season": season().id, "seen": seen, "shown_due": "2327.00", "tender-wechat": "2327.00"}
    assert cashier.post(f"/billing/counter/{account.id}/pay", order).status_code == 303
    db.session.scalars(select(factories.SupplyTerm)).one().state = SupplyState.SUSPENDED
    db.session.flush()
    assessments.assess(account.id, season().id, by=office.clerk.id, reason="suspended")
    db.session.commit()
    words = text_of(cashier.get(page(account)))
    assert "2026-11-21 Bill reckoned anew moved to: Prepayment −1,861.60" in words
    assert "Paid −465.40 Due 0.00" in words
    said = statement(app, office, account)
    assert "微信WeChat2,327.00" in said
    assert "转入预收采暖费Prepayment−1,861.60合计Total465.40" in said
