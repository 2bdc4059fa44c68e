from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from heatdesk.bench.invoice_peers import by_canvas, by_platypus
from heatdesk.billing.papers.invoices import (
    InvoiceFacts,
    InvoiceLine,
    InvoiceSize,
    Party,
    TooManyInvoiceLines,
    draw,
)

HEAT = InvoiceLine("*供热*采暖费", "2026-2027", "㎡", Decimal("85.00"), Decimal("26.00"), Decimal("2210.00"))
SHOP = InvoiceLine(
    "*供热*商服采暖费",
    "2026-2027",
    "㎡",
    Decimal("20.00"),
    Decimal("29.36"),
    Decimal("587.20"),
    Decimal("0.09"),
    Decimal("52.85"),
)
FACTS = InvoiceFacts(
    code="021002600111",
    number="00012345",
    issued_on=date(2026, 10, 21),
    seller=Party("北城供热有限公司", "91210100MA00000000", "热力街 18 号 024-00000000", "示范银行 0001 0922"),
    buyer=Party("欧阳䶮㛃堃犇𠅤", "91210100MA11111111", "光明里 12 号楼", "示范银行 7777"),
    card_no="0210038471",
    address="和平区光明里小区 12 号楼 3 单元 502 室",
    lines=(HEAT, SHOP),
    remark="居民采暖费免征增值税。",
    payee="王丽",
    reviewer="李明华",
    issuer="赵强",
    verification_url="https://heat.example.org/v/00012345",
)
NAME = "某某市北城区光明里供热管理处" * 6 + "某某市北城区"
sizes = pytest.mark.parametrize("size", InvoiceSize)


def pages(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def says(text: str, *values: str) -> bool:
    return all("".join(value.split()) in text for value in values)


@sizes
def test_the_paper_says_what_the_facts_say(size: InvoiceSize) -> None:
    (text,) = pages(draw([FACTS], size))
    assert says(
        text, "供热费发票", FACTS.code, FACTS.number, "2026-10-21", FACTS.card_no, FACTS.address, FACTS.remark
    )
    for party in (FACTS.buyer, FACTS.seller):
        assert says(text, party.name, party.tax_no, party.contact, party.bank)
    assert says(text, "*供热*采暖费", "85.00", "26.00", "2,210.00", "免税", "***", "9%", "587.20", "52.85")
    assert says(text, "¥2,797.20", "¥52.85", "¥2,850.05", "贰仟捌佰伍拾圆零伍分")
    assert says(text, "王丽", "李明华", "赵强")


def test_an_exempt_invoice_shows_no_tax() -> None:
    (text,) = pages(draw([replace(FACTS, lines=(HEAT,))], InvoiceSize.A5))
    assert text.count("***") == 2
    assert says(text, "¥2,210.00", "贰仟贰佰壹拾圆整")


@sizes
def test_copies_void_and_red_letter(size: InvoiceSize) -> None:
    red = replace(FACTS, lines=(replace(HEAT, quantity=Decimal("-85.00"), amount=Decimal("-2210.00")),))
    (text,) = pages(draw([red], size, copy=1, void=True))
    assert says(
        text, "补打 1 / Copy 1", "作废 VOID", "红字 Red-letter", "负贰仟贰佰壹拾圆整", "−85.00", "¥−2,210.00"
    )


@sizes
def test_a_90_character_name_is_printed_whole_and_seven_lines_fit(size: InvoiceSize) -> None:
    ugly = replace(FACTS, buyer=Party(NAME), address=NAME, lines=(HEAT,) * 7)
    (text,) = pages(draw([ugly], size))
    assert text.count(NAME) == 2
    assert text.count("*供热*采暖费") == 7


def test_an_eighth_line_is_refused_and_none_is_not() -> None:
    with pytest.raises(TooManyInvoiceLines, match="7 lines and this one has 8"):
        replace(FACTS, lines=(HEAT,) * 8)
    (text,) = pages(draw([replace(FACTS, lines=())], InvoiceSize.A5))
    assert says(text, "零圆整")


def test_a_batch_draws_the_frame_once_for_each_seller() -> None:
    other = replace(FACTS, seller=Party("东城供热有限公司"))
    invoices = [replace(facts, number=f"{n:08d}") for n in range(30) for facts in (FACTS, other)]
    pdf = draw(invoices, InvoiceSize.A5)
    assert pdf.count(b"/Subtype /Form") == 2
    assert says(pages(pdf)[59], "00000029", "东城供热有限公司")


def test_stored_facts_print_the_same_paper() -> None:
    again = InvoiceFacts.from_json(FACTS.to_json())
    assert again == FACTS
    assert draw([again], InvoiceSize.CONTINUOUS) == draw([FACTS], InvoiceSize.CONTINUOUS)


def test_the_bench_compares_the_same_invoice() -> None:
    ours = pages(draw([FACTS], InvoiceSize.A5))[0]
    (plain,) = pages(by_canvas([FACTS]))
    (platypus,) = pages(by_platypus([FACTS]))
    assert sorted(plain) == sorted(ours)
    for text in (plain, platypus):
        assert says(text, FACTS.number, FACTS.address, "贰仟捌佰伍拾圆零伍分", "¥2,850.05")
