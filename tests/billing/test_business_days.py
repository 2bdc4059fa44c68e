"""Business days on screen and in the books: opening, what stands in the way, totals, seal, closed for good."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import DayIsOver, DayNotOpen, NoOpenTill
from heatdesk.billing.models import BusinessDay
from heatdesk.billing.services import business_days, day_seals, ledger, tills
from heatdesk.dates import today
from heatdesk.db import db
from tests import factories
from tests.billing.drawers import close_drawer, make_hall, open_drawer
from tests.conftest import Person, text_of


@pytest.fixture
def hall(app, branch, cashier, supervisor):
    return make_hall(branch, cashier.staff, supervisor.staff)


@pytest.fixture
def counted(hall):
    """A day with two tills, a mixed payment, a void and a short drawer, ready to be closed."""
    other = factories.make_staff(Role.CASHIER, hall.branch, name="李娜")
    second = open_drawer(other, "5号窗口", "100.00")
    hall.pay(cash="300.00", wechat="20.00")
    hall.void(hall.pay(cash="50.00"))
    hall.pay(by=other, account=hall.owing(), card="1000.00")
    close_drawer(hall.shift, hall.cashier, "499.00", reason="少一元", wechat="20.00")
    close_drawer(second, other, "100.00", card="1000.00")
    db.session.commit()
    return hall


def path_of(hall, what="", day=factories.TODAY):
    return f"/billing/days/{hall.branch.id}/{day}{what}"


def closing(hall):
    return {"seen": str(business_days.journals_on(hall.branch.id, factories.TODAY))}


def the_day(hall):
    db.session.expire_all()
    return db.session.get(BusinessDay, (hall.branch.id, factories.TODAY))


# --- opening ---------------------------------------------------------------------------------------------------------


def test_open_the_first_day(supervisor, branch):
    form = {"branch": branch.id, "day": today().isoformat()}
    answer = supervisor.post("/billing/days/open", form)
    assert answer.status_code == 302
    assert ledger.business_date(branch.id) == today()
    assert f"{today()} is open" in text_of(supervisor.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("ahead", "sentence"),
    [(4, "more than 3 days ahead of today"), (-400, "more than a year before today")],
)
def test_open_no_absurd_day(supervisor, branch, ahead, sentence):
    form = {"branch": branch.id, "day": (today() + timedelta(days=ahead)).isoformat()}
    answer = supervisor.post("/billing/days/open", form)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    with pytest.raises(DayNotOpen):
        ledger.business_date(branch.id)


@pytest.mark.parametrize("day", ["", "21.11.2026", "2026-13-01", "二〇二六"])
def test_open_what_is_no_date(supervisor, branch, day):
    assert supervisor.post("/billing/days/open", {"branch": branch.id, "day": day}).status_code == 422


def test_open_only_after_the_last_and_when_it_is_closed(supervisor, branch):
    factories.open_day(branch, today())
    db.session.commit()
    form = {"branch": branch.id, "day": (today() + timedelta(days=1)).isoformat()}
    assert "is still open" in text_of(supervisor.post("/billing/days/open", form))
    business_days.close_day(branch.id, today(), by=supervisor.staff)
    db.session.commit()
    for day in (today(), today() - timedelta(days=1)):
        answer = supervisor.post("/billing/days/open", {**form, "day": day.isoformat()})
        assert f"{today()} was the last business day" in text_of(answer)
    assert supervisor.post("/billing/days/open", form).status_code == 302


def test_open_twice_with_one_form_opens_once(supervisor, branch):
    form = {"branch": branch.id, "day": today().isoformat(), "request_id": str(uuid.uuid4())}
    assert [supervisor.post("/billing/days/open", form).status_code for _ in range(2)] == [302, 302]
    again = supervisor.post("/billing/days/open", {**form, "request_id": str(uuid.uuid4())})
    assert again.status_code == 422
    assert "is still open" in text_of(again)


def test_open_no_day_of_another_branch(supervisor):
    other = factories.make_branch()
    answer = supervisor.post("/billing/days/open", {"branch": other.id, "day": today().isoformat()})
    assert answer.status_code == 422
    with pytest.raises(DayNotOpen):
        ledger.business_date(other.id)


def test_head_office_opens_the_day_of_any_branch(app, branch):
    finance = Person(app, factories.make_staff(Role.FINANCE, None))
    other = factories.make_branch()
    for one in (branch, other):
        assert finance.post("/billing/days/open", {"branch": one.id, "day": today()}).status_code == 302
    assert branch.name in text_of(finance.get("/billing/days"))
    assert other.name in text_of(finance.get("/billing/days"))


# --- closing ---------------------------------------------------------------------------------------------------------


def test_an_open_till_stands_in_the_way_and_is_named(hall, supervisor):
    page = text_of(supervisor.get(path_of(hall, "/close")))
    assert "These tills are still open" in page
    assert "3号窗口" in page
    answer = supervisor.post(path_of(hall, "/close"), closing(hall))
    assert answer.status_code == 409
    assert f"3号窗口 {hall.cashier.name}" in text_of(answer)
    assert the_day(hall).state == "open"


def test_close_seals_what_the_day_took(counted, supervisor):
    answer = supervisor.post(path_of(counted, "/close"), closing(counted))
    assert answer.status_code == 302
    day = the_day(counted)
    assert (day.state, day.closed_by, day.previous_seal) == ("closed", supervisor.id, day_seals.FIRST_SEAL)
    assert len(day.seal) == 64
    methods = {row["method"]: row for row in day.totals["methods"]}
    assert {name: (row["taken"], row["voided"], row["counted"]) for name, row in methods.items()} == {
        "cash": ("350.00", "50.00", "299.00"),
        "wechat": ("20.00", "0.00", "20.00"),
        "card": ("1000.00", "0.00", "1000.00"),
    }
    cashiers = [(row["taken"], row["voids"], row["voided"]) for row in day.totals["cashiers"]]
    assert cashiers == [("370.00", 1, "50.00"), ("1000.00", 0, "0.00")]
    assert [(t["till"], t["over_short"]) for t in day.totals["tills"]] == [
        ("3号窗口", "-1.00"),
        ("5号窗口", "0.00"),
    ]
    books = [(row["kind"], row["used"], row["voided"]) for row in day.totals["number_books"]]
    assert books == [("receipt", 2, 1), ("receipt", 1, 0)]
    accounts = {row["code"]: (row["debit"], row["credit"]) for row in day.totals["accounts"]}
    assert accounts["1001"] == ("650.00", "650.00")
    assert accounts["1012"] == ("1020.00", "0.00")
    assert accounts["1221"] == ("1.00", "0.00")
    debits = sum(Decimal(debit) for debit, _ in accounts.values())
    assert debits == sum(Decimal(credit) for _, credit in accounts.values())


def test_a_closed_day_computes_the_same_again(counted, supervisor):
    supervisor.post(path_of(counted, "/close"), closing(counted))
    day = the_day(counted)
    assert business_days.figures(day) == business_days.day_totals.compute(day.branch_id, day.day)
    assert business_days.recompute_seal(day.branch_id, day.day) == day.seal


def test_the_next_seal_follows_this_one(counted, supervisor):
    supervisor.post(path_of(counted, "/close"), closing(counted))
    page = supervisor.get(path_of(counted))
    following = business_days.suggest_next(counted.branch.id)
    assert f"Open {following}" in text_of(page)
    supervisor.post("/billing/days/open", {"branch": counted.branch.id, "day": following.isoformat()})
    business_days.close_day(counted.branch.id, following, by=supervisor.staff)
    second = db.session.get(BusinessDay, (counted.branch.id, following))
    assert second.previous_seal == the_day(counted).seal
    assert second.seal != second.previous_seal


def test_close_on_a_page_that_is_older_than_the_books_is_stale(counted, supervisor):
    form = closing(counted)
    counted.owing("10.00")
    db.session.commit()
    answer = supervisor.post(path_of(counted, "/close"), form)
    assert answer.status_code == 409
    assert "Somebody changed this" in text_of(answer)
    assert the_day(counted).state == "open"


def test_close_pressed_twice_closes_once(counted, supervisor):
    form = {**closing(counted), "request_id": str(uuid.uuid4())}
    assert [supervisor.post(path_of(counted, "/close"), form).status_code for _ in range(2)] == [302, 302]
    answer = supervisor.post(path_of(counted, "/close"), {**form, "request_id": str(uuid.uuid4())})
    assert answer.status_code == 409
    assert "is already closed" in text_of(answer)
    assert supervisor.get(path_of(counted, "/close")).status_code == 409


def test_close_without_the_mark_of_the_page_is_refused(counted, supervisor):
    assert supervisor.post(path_of(counted, "/close"), {"seen": "many"}).status_code == 422


def test_a_closed_day_takes_and_gives_back_no_money(counted, supervisor, app):
    shift = open_drawer(factories.make_staff(Role.CASHIER, counted.branch), "6号窗口", "0")
    receipt = counted.pay(by=db.session.get(type(counted.cashier), shift.staff_id), cash="1.00")
    close_drawer(shift, counted.cashier, "1.00")
    db.session.commit()
    supervisor.post(path_of(counted, "/close"), closing(counted))
    with pytest.raises(NoOpenTill):
        counted.pay(cash="1.00")
    with pytest.raises(DayIsOver):
        counted.void(receipt)
    with pytest.raises(DayNotOpen):
        tills.open_shift(counted.cashier, "7号窗口", Decimal(0))


@pytest.mark.parametrize(
    "statement",
    [
        "update business_day set state = 'open', seal = null",
        "update business_day set totals = '{}'",
        "update business_day set seal = repeat('0', 64)",
        "delete from business_day",
        "insert into journal (kind, branch_id, business_date, actor_id)"
        " values ('payment', :branch, '2026-11-21', :staff)",
        "insert into till_shift (branch_id, business_date, staff_id, till_name, float_amount)"
        " values (:branch, '2026-11-21', :staff, '9', 0)",
        "insert into business_day (branch_id, day, opened_by) values (:branch, '2026-11-20', :staff)",
    ],
)
def test_a_closed_day_stays_closed_for_straight_sql_too(counted, supervisor, statement):
    business_days.close_day(counted.branch.id, factories.TODAY, by=supervisor.staff)
    values = {"branch": counted.branch.id, "staff": counted.cashier.id}
    with pytest.raises(DBAPIError, match="stays closed|is not open|permission denied|on or after"):
        db.session.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})


def test_straight_sql_closes_no_day_with_an_open_till_and_forges_no_chain(hall):
    close = text(
        "update business_day set state = 'closed', seal = repeat('1', 64), previous_seal = :previous"
    )
    with pytest.raises(DBAPIError, match="still open"), db.session.begin_nested():
        db.session.execute(close, {"previous": day_seals.FIRST_SEAL})
    close_drawer(hall.shift, hall.cashier, "200.00")
    with pytest.raises(DBAPIError, match="does not follow"):
        db.session.execute(close, {"previous": "2" * 64})


# --- reading ---------------------------------------------------------------------------------------------------------


def test_every_figure_leads_to_its_rows(counted, supervisor):
    page = supervisor.get(path_of(counted)).get_data(as_text=True).replace("&amp;", "&")
    assert f"/billing/payments?day=2026-11-21&branch={counted.branch.id}&method=wechat" in page
    assert f"/billing/payments?day=2026-11-21&branch={counted.branch.id}&cashier={counted.cashier.id}" in page
    assert f"{path_of(counted)}/entries?account=1012" in page
    rows = text_of(supervisor.get(path_of(counted, "/entries"), query_string={"account": "1221"}))
    assert "Till closed" in rows
    assert "1.00" in rows
    assert supervisor.get(path_of(counted, "/entries.xlsx")).data.startswith(b"PK")
    assert supervisor.get("/billing/days/export.xlsx").data.startswith(b"PK")


def test_the_sheet_is_drawn_from_the_sealed_figures(counted, supervisor):
    assert supervisor.get(path_of(counted, "/sheet.pdf")).status_code == 409
    supervisor.post(path_of(counted, "/close"), closing(counted))
    answer = supervisor.get(path_of(counted, "/sheet.pdf"))
    assert answer.mimetype == "application/pdf"
    said = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    for wanted in (counted.branch.name, "2026-11-21", "1,320.00", the_day(counted).seal[:16], "少一元"):
        assert wanted in said, wanted


def test_the_cashier_does_not_read_the_day(hall, cashier, clerk):
    assert cashier.get("/billing/days").status_code == 403
    assert cashier.get(path_of(hall)).status_code == 403
    assert clerk.get(path_of(hall)).status_code == 200
    assert clerk.get(path_of(hall, "/close")).status_code == 403
    assert clerk.post(path_of(hall, "/close"), closing(hall)).status_code == 403


def test_another_branch_sees_no_day(counted, app):
    boss = Person(app, factories.make_staff(Role.SUPERVISOR, factories.make_branch()))
    for what in ("", "/close", "/sheet.pdf", "/entries", "/entries.xlsx"):
        assert boss.get(path_of(counted, what)).status_code == 404
    assert boss.post(path_of(counted, "/close"), closing(counted)).status_code == 404
    assert "2026-11-21" not in text_of(boss.get("/billing/days"))
    assert the_day(counted).state == "open"


@pytest.mark.parametrize("day", ["2026-11-20", "2026-02-30", "tomorrow"])
def test_a_day_that_never_was_is_missing(hall, supervisor, day):
    assert supervisor.get(path_of(hall, day=day)).status_code == 404


def test_a_day_without_business_closes_too(supervisor, branch):
    factories.open_day(branch, date(2026, 11, 21))
    db.session.commit()
    page = text_of(supervisor.get(f"/billing/days/{branch.id}/2026-11-21"))
    assert "No till was opened." in page
    form = {"seen": "0"}
    assert supervisor.post(f"/billing/days/{branch.id}/2026-11-21/close", form).status_code == 302
    assert supervisor.get(f"/billing/days/{branch.id}/2026-11-21/sheet.pdf").status_code == 200
