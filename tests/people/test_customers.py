"""Customers: found, written down, changed, shown in full only on the record."""

import pytest
from sqlalchemy import select

from heatdesk.audit import AuditEntry
from heatdesk.db import db
from heatdesk.errors import BadInput
from heatdesk.people.models import Customer, CustomerKind
from heatdesk.people.rules import mask_id_number, read_phones
from heatdesk.web.versions import version_of
from tests import factories
from tests.conftest import text_of

FORM = {
    "kind": "person",
    "name": "曾立华",
    "phones": "151 5801 8395，０２４－２５８７１２３４",
    "id_number": "",
    "remark": "",
}


@pytest.mark.parametrize(
    ("typed", "phones"),
    [
        ("15158018395", ["15158018395"]),
        ("151-5801-8395", ["15158018395"]),
        ("１５１５８０１８３９５", ["15158018395"]),
        ("+86 15158018395", ["15158018395"]),
        ("15158018395、13900001111", ["15158018395", "13900001111"]),
        ("15158018395 13900001111", ["15158018395", "13900001111"]),
        ("024-25871234", ["02425871234"]),
        ("024-25871234转801", ["02425871234-801"]),
        ("15158018395,15158018395", ["15158018395"]),
        ("", []),
        ("没有", None),
        ("123", None),
    ],
)
def test_phones_as_people_write_them(typed, phones):
    if phones is None:
        with pytest.raises(BadInput):
            read_phones(typed)
    else:
        assert read_phones(typed) == phones


def test_an_identity_number_keeps_only_its_ends():
    assert mask_id_number("210106196001015555") == "21**************55"
    assert mask_id_number("12345") == "*****"


def test_a_new_customer_gets_initials_and_plain_phones(app, branch, clerk):
    made = clerk.post("/people/customers/new", FORM)
    assert made.status_code == 302, text_of(made)
    customer = db.session.scalar(select(Customer))
    assert customer.phones == ["15158018395", "02425871234"]
    assert "zlh" in customer.name_initials.split()
    assert clerk.get(made.headers["Location"]).status_code == 200


def test_pressing_twice_writes_down_one(app, branch, clerk):
    form = {**FORM, "request_id": "11111111-2222-4333-8444-555555555555"}
    first, second = clerk.post("/people/customers/new", form), clerk.post("/people/customers/new", form)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(db.session.scalars(select(Customer)).all()) == 1


def test_faults_are_named_at_their_field(app, branch, clerk):
    answer = clerk.post("/people/customers/new", {**FORM, "name": " ", "phones": "abc"})
    assert answer.status_code == 422
    assert "Please fill this in." in text_of(answer)
    assert "is no phone number" in text_of(answer)


def test_a_cashier_reads_and_does_not_write(app, branch, cashier):
    account = factories.make_account(branch)
    db.session.commit()
    assert cashier.get(f"/people/customers/{account.customer_id}").status_code == 200
    assert cashier.get("/people/customers/new").status_code == 403
    assert cashier.post(f"/people/customers/{account.customer_id}/edit", FORM).status_code == 403


def test_another_branchs_customer_is_not_there(app, branch, clerk, stranger):
    account = factories.make_account(branch)
    db.session.commit()
    path = f"/people/customers/{account.customer_id}"
    assert stranger.get(path).status_code == 404
    assert stranger.get(path + "/reveal/phone").status_code == 404
    assert "程超杰" not in text_of(stranger.get("/people/customers"))
    assert "程超杰" in text_of(clerk.get("/people/customers"))


def test_a_number_in_full_is_shown_on_the_record(app, branch, cashier):
    account = factories.make_account(branch)
    customer = db.session.get(Customer, account.customer_id)
    customer.id_number = "210106196001015555"
    db.session.commit()
    page = cashier.get(f"/people/customers/{customer.id}").get_data(as_text=True)
    assert "15158018395" not in page
    assert "210106196001015555" not in page
    assert (
        cashier.get(f"/people/customers/{customer.id}/reveal/phone").get_data(as_text=True) == "15158018395"
    )
    cashier.get(f"/people/customers/{customer.id}/reveal/id_number")
    seen = db.session.scalars(
        select(AuditEntry).where(AuditEntry.verb == "reveal").order_by(AuditEntry.id)
    ).all()
    assert [(entry.actor_id, entry.subject_id, entry.after["field"]) for entry in seen] == [
        (cashier.id, str(customer.id), "phone"),
        (cashier.id, str(customer.id), "id_number"),
    ]


def test_the_form_shows_phones_in_full_on_the_record_too(app, branch, clerk):
    account = factories.make_account(branch)
    db.session.commit()
    clerk.get(f"/people/customers/{account.customer_id}/edit")
    assert db.session.scalar(select(AuditEntry.actor_id).where(AuditEntry.verb == "reveal")) == clerk.id


def test_a_masked_identity_number_survives_the_form(app, branch, clerk):
    account = factories.make_account(branch)
    customer = db.session.get(Customer, account.customer_id)
    customer.id_number = "210106196001015555"
    db.session.commit()
    path = f"/people/customers/{customer.id}/edit"
    form = {**FORM, "id_number": "21**************55", "seen": version_of(customer)}
    assert clerk.post(path, form).status_code == 302
    db.session.refresh(customer)
    assert customer.id_number == "210106196001015555"
    answer = clerk.post(path, {**form, "id_number": "21****55", "seen": version_of(customer)})
    assert answer.status_code == 422
    assert clerk.post(path, {**form, "name": "别人"}).status_code == 409


def test_search_by_name_phone_card_and_initials(app, branch, clerk):
    account = factories.make_account(branch)
    factories.make_account(branch, name="王秀英", initials="wxy", phones=["13900001111"])
    db.session.commit()
    for words in ("程超", "8395", account.card_no, "ccj"):
        page = text_of(clerk.get("/people/customers", query_string={"q": words}))
        assert "程超杰" in page, words
        assert "王秀英" not in page, words
    assert "No customer fits" in text_of(clerk.get("/people/customers", query_string={"q": "无此人"}))


def test_names_that_are_long_doubled_or_full_of_markup(app, branch, clerk):
    for name in ("<script>alert(1)</script>", "名" * 90, "程超杰", "程超杰", "=cmd|x"):
        made = clerk.post("/people/customers/new", {**FORM, "name": name})
        assert made.status_code == 302
    page = clerk.get("/people/customers").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert page.count(">程超杰<") == 2
    sheet = clerk.get("/people/customers/export")
    assert sheet.status_code == 200
    assert sheet.data[:2] == b"PK"


def test_rows_cost_no_query_each(app, branch, clerk, count_queries):
    def queries():
        clerk.get("/people/customers")
        with count_queries() as seen:
            assert clerk.get("/people/customers").status_code == 200
        return len(seen)

    db.session.add(Customer(kind=CustomerKind.PERSON, name="一"))
    db.session.commit()
    few = queries()
    db.session.add_all([Customer(kind=CustomerKind.PERSON, name=f"人{n}") for n in range(49)])
    db.session.commit()
    assert queries() == few
