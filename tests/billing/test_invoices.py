"""Invoices: one for each season of a payment, numbered, frozen, taxed by use."""

import io
import re
import uuid
from decimal import Decimal

import pypdf
import pytest
from sqlalchemy import func, select

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Invoice, NumberBook, Payment, SupplyTerm
from heatdesk.billing.papers.invoices import InvoiceFacts
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.workflow import NumberKind, PaperState
from heatdesk.billing.services import account_books
from heatdesk.db import db
from tests import factories
from tests.conftest import Person, text_of


@pytest.fixture
def paid(window):
    """A paid household and an invoice book of ten numbers."""
    db.session.add(
        NumberBook(
            branch_id=window.account.branch_id,
            kind=NumberKind.INVOICE,
            prefix="021",
            digits=8,
            first_number=100,
            last_number=109,
            next_number=100,
            staff_id=window.cashier.id,
        )
    )
    db.session.commit()
    assert window.pay(cash="3400").status_code == 303
    return window


def the_payment():
    return db.session.scalars(select(Payment)).one()


def issue(person, season, **form):
    return person.post(f"/billing/invoices/issue/{the_payment().id}", {"season": str(season.id), **form})


def the_invoice():
    return db.session.scalars(select(Invoice)).one()


def test_an_invoice_for_one_season(paid):
    assert issue(paid.cashier, paid.season).status_code == 303
    facts = InvoiceFacts.from_json(the_invoice().facts)
    assert (facts.code, facts.number, the_invoice().written) == ("021", "00000100", "02100000100")
    assert (facts.total, facts.tax, facts.is_exempt) == (Decimal("2327.36"), Decimal("0.00"), True)
    assert facts.buyer.name == "程超杰"
    assert facts.buyer.tax_no == ""
    page = paid.cashier.get(f"/billing/payments/{the_payment().id}")
    assert "02100000100" in text_of(page)


def test_business_premises_pay_tax(paid):
    db.session.scalars(select(SupplyTerm)).one().use_class = UseClass.NON_RESIDENTIAL
    db.session.commit()
    issue(paid.cashier, paid.season)
    facts = InvoiceFacts.from_json(the_invoice().facts)
    assert (facts.amount, facts.tax, facts.total) == (
        Decimal("2135.19"),
        Decimal("192.17"),
        Decimal("2327.36"),
    )


def test_the_paper_is_drawn_and_copies_are_marked(paid):
    issue(paid.cashier, paid.season)
    path = f"/billing/invoices/{the_invoice().id}"
    first = paid.cashier.get(f"{path}/paper", query_string={"size": "a5"})
    assert first.mimetype == "application/pdf"
    words = "".join(pypdf.PdfReader(io.BytesIO(first.data)).pages[0].extract_text().split())
    assert "贰仟叁佰贰拾柒圆叁角陆分" in words
    assert "补打" not in words
    assert paid.cashier.post(f"{path}/reprint").headers["Location"] == f"{path}/paper"
    again = pypdf.PdfReader(io.BytesIO(paid.cashier.get(f"{path}/paper").data)).pages[0].extract_text()
    assert "补打1" in "".join(again.split())


def test_the_invoice_is_drawn_on_the_cashiers_own_paper(paid):
    issue(paid.cashier, paid.season)
    path = f"/billing/invoices/{the_invoice().id}/paper"
    before = paid.cashier.get(path).data
    papers = {"size": "continuous", "invoice_size": "a5", "invoice_right": "2", "invoice_down": "1"}
    paid.cashier.post("/billing/paper", papers)
    after = paid.cashier.get(path).data
    assert b"1 0 0 1 5.67 -2.83 cm" in decoded(after)
    assert b"1 0 0 1 5.67 -2.83 cm" not in decoded(before)
    assert pypdf.PdfReader(io.BytesIO(after)).pages[0].mediabox.width == pytest.approx(210 / 25.4 * 72, abs=1)


def decoded(pdf):
    """What is drawn on the first page."""
    return pypdf.PdfReader(io.BytesIO(pdf)).pages[0].get_contents().get_data()


def test_one_invoice_for_each_season_of_a_payment(paid):
    form = {"request_id": str(uuid.uuid4())}
    assert issue(paid.cashier, paid.season, **form).status_code == 303
    assert issue(paid.cashier, paid.season, **form).status_code == 303
    again = issue(paid.cashier, paid.season)
    assert again.status_code == 409
    assert "Invoice 02100000100 stands" in text_of(again)
    assert issue(paid.cashier, paid.before).status_code == 303
    assert db.session.scalars(select(Invoice.number).order_by(Invoice.id)).all() == [100, 101]


def test_nothing_paid_nothing_to_invoice(paid):
    other = factories.make_season(2027)
    db.session.commit()
    assert "paid nothing for that season" in text_of(issue(paid.cashier, other))
    bad = paid.cashier.post(f"/billing/invoices/issue/{the_payment().id}", {"season": "x"})
    assert bad.status_code == 422


def test_a_void_payment_voids_its_invoices_and_gets_no_more(app, paid):
    issue(paid.cashier, paid.season)
    paid.cashier.post(f"/billing/payments/{the_payment().id}/void", {"reason": "wrong_household"})
    assert the_invoice().state is PaperState.VOID
    assert "was voided" in text_of(issue(paid.cashier, paid.before))
    page = app.test_client().get(f"/r/{the_invoice().token}", headers={"Accept-Language": "en"})
    assert "This paper is void" in text_of(page)


def test_an_empty_book_issues_nothing(paid):
    book = db.session.scalars(select(NumberBook).where(NumberBook.kind == NumberKind.INVOICE)).one()
    book.next_number = book.last_number + 1
    db.session.commit()
    assert "no invoice book" in text_of(issue(paid.cashier, paid.season))
    assert db.session.scalar(select(func.count()).select_from(Invoice)) == 0


def test_who_may_issue_and_look(app, paid, branch, stranger, supervisor):
    assert issue(supervisor, paid.season).status_code == 403
    assert issue(stranger, paid.season).status_code == 404
    issue(paid.cashier, paid.season)
    path = f"/billing/invoices/{the_invoice().id}"
    assert supervisor.get(f"{path}/paper").status_code == 200
    assert supervisor.post(f"{path}/reprint").status_code == 403
    assert stranger.get(f"{path}/paper").status_code == 404
    assert stranger.post(f"{path}/reprint").status_code == 404
    administrator = Person(app, factories.make_staff(Role.ADMINISTRATOR, branch))
    assert administrator.get(f"{path}/paper").status_code == 403


def test_the_card_lists_each_paper_with_its_own_amount_and_the_reason_of_a_void(paid):
    issue(paid.cashier, paid.season)
    card = f"/households/{paid.account.id}"
    words = text_of(paid.cashier.get(f"{card}/papers"))
    assert re.search(r"invoice 02100000100 \S+ \S+ issued 0 2,327\.36", words)
    paid.cashier.post(f"/billing/payments/{the_payment().id}/void", {"reason": "wrong_amount"})
    words = text_of(paid.cashier.get(f"{card}/papers"))
    assert words.count("void Wrong amount") == 2
    assert "wrong_amount" not in words


def test_the_ledger_of_a_household_holds_only_what_is_theirs(paid):
    """The rounding of the drawer's cash moves nothing a household owes or has."""
    rows = db.session.execute(account_books.entries(paid.account.id)).all()
    assert all(row.moved for row in rows)
    assert (len(rows), rows[0].balance) == (4, 0)
