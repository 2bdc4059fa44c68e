"""Receipts: frozen at issue, drawn in three sizes, reprinted with a count, checked by anybody who scans them."""

import io

import pypdf
import pytest
from sqlalchemy import select, text

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Payment, Receipt
from heatdesk.billing.papers.receipts import ReceiptFacts
from heatdesk.billing.services import paper_settings
from heatdesk.billing.services.paper_settings import Paper
from heatdesk.db import db
from tests import factories
from tests.conftest import Person, text_of


@pytest.fixture
def paid(window):
    assert window.pay(cash="3400").status_code == 303
    return window


def the_receipt():
    return db.session.scalars(select(Receipt).order_by(Receipt.id)).first()


def words_of(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(answer.data))
    return "".join("".join(page.extract_text() for page in reader.pages).split())


def paper_of(person, **query):
    return words_of(person.get(f"/billing/receipts/{the_receipt().id}/paper", query_string=query))


def test_the_facts_are_those_of_the_books(paid):
    facts = ReceiptFacts.from_json(the_receipt().facts)
    assert facts.customer == "程超杰"
    assert facts.card_no == paid.account.card_no
    assert [str(line.amount) for line in facts.lines] == ["1000.00", "2327.36"]
    assert [line.season for line in facts.lines] == ["2025-2026", "2026-2027"]
    assert (str(facts.total), str(facts.rounding), str(facts.change)) == ("3327.36", "0.04", "72.60")
    assert str(facts.balance_after) == "0.00"
    assert facts.cashier == paid.cashier.staff.name
    assert facts.verification_url.endswith(f"/r/{the_receipt().token}")


@pytest.mark.parametrize(("size", "width_mm"), [("continuous", 241), ("a5", 210), ("roll", 80)])
def test_the_paper_in_three_sizes(paid, size, width_mm):
    answer = paid.cashier.get(f"/billing/receipts/{the_receipt().id}/paper", query_string={"size": size})
    page = pypdf.PdfReader(io.BytesIO(answer.data)).pages[0]
    assert float(page.mediabox.width) / 72 * 25.4 == pytest.approx(width_mm, abs=0.5)
    assert answer.headers["Content-Disposition"].startswith("inline")
    words = words_of(answer)
    for part in (the_receipt().written, "程超杰", "3,327.36", "叁仟叁佰贰拾柒元叁角陆分"):
        assert part in words, part


def test_there_is_no_fourth_size(paid):
    answer = paid.cashier.get(f"/billing/receipts/{the_receipt().id}/paper", query_string={"size": "a0"})
    assert answer.status_code == 422
    assert "no such paper size" in text_of(answer)


def test_later_changes_do_not_reach_the_paper(paid):
    db.session.execute(text("update customer set name = '张三丰'"))
    assert "程超杰" in paper_of(paid.cashier)


def test_the_original_is_the_cashiers_and_looks_of_others_are_marked(app, paid, branch, supervisor):
    assert "补打" not in paper_of(paid.cashier)
    assert "补打1" in paper_of(supervisor)
    assert the_receipt().prints == 0


def test_a_reprint_is_counted_marked_and_written_down(paid):
    for copy in (1, 2):
        answer = paid.cashier.post(f"/billing/receipts/{the_receipt().id}/reprint", {"back": "counter"})
        assert answer.headers["Location"] == f"/billing/counter?printed={the_receipt().id}"
        assert f"补打{copy}" in paper_of(paid.cashier)
    trail = db.session.execute(
        text("select after ->> 'copy' from audit_entry where verb = 'reprint' order by id")
    )
    assert trail.scalars().all() == ["1", "2"]


def test_a_reprint_pressed_twice_is_one(paid):
    form = {"request_id": "7d444840-9dc0-11d1-b245-5ffdce74fad2"}
    for _ in range(2):
        assert paid.cashier.post(f"/billing/receipts/{the_receipt().id}/reprint", form).status_code == 303
    assert the_receipt().prints == 1


def test_once_the_till_is_counted_every_paper_is_a_copy(paid):
    paid.close_till()
    assert "补打1" in paper_of(paid.cashier)


def test_who_may_look_and_who_may_print(app, paid, branch, stranger):
    path = f"/billing/receipts/{the_receipt().id}"
    finance = Person(app, factories.make_staff(Role.FINANCE, branch))
    assert finance.get(f"{path}/paper").status_code == 200
    assert finance.post(f"{path}/reprint").status_code == 403
    administrator = Person(app, factories.make_staff(Role.ADMINISTRATOR, branch))
    assert administrator.get(f"{path}/paper").status_code == 403
    for answer in (
        stranger.get(f"{path}/paper"),
        stranger.post(f"{path}/reprint"),
        stranger.get("/billing/receipts", query_string={"number": the_receipt().written}),
    ):
        assert answer.status_code == 404


def test_a_void_receipt_says_so_on_paper_and_page(app, paid):
    url = f"/r/{the_receipt().token}"
    anybody = app.test_client()
    anybody.get("/language/en")
    page = text_of(anybody.get(url))
    assert "stands" in page
    paid.cashier.post(
        f"/billing/payments/{db.session.scalars(select(Payment.id)).one()}/void", {"reason": "wrong_amount"}
    )
    assert "作废" in paper_of(paid.cashier)
    assert "This paper is void" in text_of(anybody.get(url))


def test_the_public_page_tells_no_more_than_needed(app, paid):
    page = app.test_client().get(f"/r/{the_receipt().token}")
    body = page.get_data(as_text=True)
    assert "程**" in body
    assert "3,327.36" in body
    assert the_receipt().written in body
    for secret in ("程超杰", paid.account.card_no, "15158018395", "26号楼"):
        assert secret not in body
    assert app.test_client().get("/r/unknown").status_code == 404
    assert app.test_client().get("/r/" + "x" * 5000).status_code == 404


def test_an_unknown_number_says_what_to_do(paid):
    answer = paid.cashier.get("/billing/receipts", query_string={"number": "9999999"})
    assert answer.status_code == 404
    assert "Compare it with the paper" in text_of(answer)


# --- the cashier's own paper -----------------------------------------------------------------------------------------


PAPERS = {
    "size": "continuous",
    "right": "0",
    "down": "",
    "invoice_size": "continuous",
    "invoice_right": "0",
    "invoice_down": "0",
}


def test_the_cashiers_own_paper_and_offset_are_kept(paid):
    before = paid.cashier.get(f"/billing/receipts/{the_receipt().id}/paper").data
    form = PAPERS | {"size": "roll", "right": "−１.5", "down": "2"}
    assert paid.cashier.post("/billing/paper", form).status_code == 303
    assert "80 mm" in text_of(paid.cashier.get(f"/billing/counter/{paid.account.id}"))
    after = paid.cashier.get(f"/billing/receipts/{the_receipt().id}/paper").data
    assert before != after
    page = pypdf.PdfReader(io.BytesIO(after)).pages[0]
    assert float(page.mediabox.width) / 72 * 25.4 == pytest.approx(80, abs=0.5)
    assert 'value="-1.5"' in paid.cashier.get("/billing/paper").get_data(as_text=True)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"size": "", "invoice_size": ""}, "Choose one of the papers."),
        ({"size": "a0"}, "Not a valid choice"),
        ({"invoice_size": "roll"}, "Not a valid choice"),
        ({"right": "NaN"}, "This is not a number."),
        ({"down": "abc"}, "This is not a number."),
        ({"invoice_right": "１２a"}, "This is not a number."),
        ({"right": "31"}, "A printer is moved by at most 30 mm, from -30 to 30."),
        ({"invoice_down": "-30.1"}, "A printer is moved by at most 30 mm, from -30 to 30."),
        ({"invoice_down": "1.25"}, "One place after the point is kept; please round it."),
    ],
)
def test_a_paper_that_cannot_be_is_refused_in_words(paid, form, sentence):
    answer = paid.cashier.post("/billing/paper", PAPERS | form)
    assert answer.status_code == 422
    assert sentence in text_of(answer)


def test_invoices_have_a_size_and_an_offset_of_their_own(paid):
    chosen = PAPERS | {"size": "a5", "invoice_size": "a5", "invoice_right": "3", "invoice_down": "-1"}
    assert paid.cashier.post("/billing/paper", chosen).status_code == 303
    kept = {
        paper: (one.size, one.right, one.down)
        for paper in Paper
        for one in [paper_settings.of(db.session.get(Staff, paid.cashier.id), paper)]
    }
    assert kept == {"receipt": ("a5", 0, 0), "invoice": ("a5", 3, -1)}


@pytest.mark.parametrize(
    ("paper", "size", "cross"),
    [
        ("receipt", "continuous", (60, 50)),
        ("receipt", "a5", (60, 50)),
        ("receipt", "roll", (40, 40)),
        ("invoice", "continuous", (60, 50)),
        ("invoice", "a5", (60, 50)),
    ],
)
def test_the_test_page_says_where_its_cross_stands_and_is_moved_like_the_paper(paid, paper, size, cross):
    mine = "" if paper == "receipt" else "invoice_"
    still = PAPERS | {f"{mine}size": size}
    paid.cashier.post("/billing/paper", still)
    straight = words_of(paid.cashier.get(f"/billing/paper/test/{paper}"))
    assert f"距纸张左边{cross[0]}mm，距上边{cross[1]}mm" in straight.replace(" ", "")
    before = places_of(paid.cashier.get(f"/billing/paper/test/{paper}"))
    paid.cashier.post("/billing/paper", still | {f"{mine}right": "2.5", f"{mine}down": "-1.5"})
    after = places_of(paid.cashier.get(f"/billing/paper/test/{paper}"))
    # Points from the lower edge: 2.5 mm to the right and 1.5 mm up.
    assert after[0] - before[0] == pytest.approx(2.5 / 25.4 * 72, abs=0.02)
    assert after[1] - before[1] == pytest.approx(1.5 / 25.4 * 72, abs=0.02)


def places_of(answer) -> tuple[float, float]:
    """Where the first word of the page stands, in points from the lower left corner."""
    found: list[tuple[float, float]] = []

    def note(text, matrix, text_matrix, _font, _size) -> None:
        if text.strip():
            found.append((matrix[4] + text_matrix[4], matrix[5] + text_matrix[5]))

    pypdf.PdfReader(io.BytesIO(answer.data)).pages[0].extract_text(visitor_text=note)
    return found[0]


def test_only_cashiers_have_a_printer(clerk):
    assert clerk.get("/billing/paper").status_code == 403
