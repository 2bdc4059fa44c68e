from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from heatdesk.billing.papers.receipts import ReceiptFacts, ReceiptLine, ReceiptSize, ReceiptTender, draw
from heatdesk.printing import UnreadableFacts

LINES = (
    ReceiptLine(
        "2026-2027",
        "采暖费 Heating fee",
        Decimal("2210.00"),
        Decimal("85.00"),
        Decimal("26.00"),
        "85.00 ㎡ × 26.00",
    ),
    ReceiptLine("2025-2026", "低温减免 Reduction", Decimal("-120.35"), formula="12 天 × 20 %"),
)
FACTS = ReceiptFacts(
    company="北城供热有限公司",
    branch="河东分公司",
    office="光明里网所",
    number="26-HD-00012345",
    issued_at=datetime(2026, 10, 21, 16, 31, tzinfo=UTC),
    business_date=date(2026, 10, 21),
    cashier="王丽",
    till="03 号窗口",
    card_no="0210038471",
    customer="欧阳䶮㛃堃犇𠅤",
    address="和平区光明里小区 12 号楼 3 单元 502 室",
    lines=LINES,
    total=Decimal("2089.65"),
    tenders=(
        ReceiptTender("现金 Cash", Decimal("89.60")),
        ReceiptTender("微信 WeChat Pay", Decimal("2000.00")),
    ),
    cash_received=Decimal("100.00"),
    change=Decimal("10.40"),
    rounding=Decimal("-0.05"),
    prepayment_before=Decimal("11.00"),
    prepayment_after=Decimal("12.00"),
    balance_after=Decimal("13.00"),
    remark="代子女缴纳",
    verification_url="https://heat.example.org/v/26HD00012345",
)
NAME = "某某市北城区光明里供热管理处" * 6 + "某某市北城区"
sizes = pytest.mark.parametrize("size", ReceiptSize)
sheets = pytest.mark.parametrize("size", [ReceiptSize.CONTINUOUS, ReceiptSize.A5])


def pages(pdf: bytes) -> list[str]:
    """The text of each page without white space, since a long value may stand on several lines."""
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def says(text: str, *values: str) -> bool:
    return all("".join(value.split()) in text for value in values)


def height_mm(pdf: bytes) -> float:
    return float(PdfReader(BytesIO(pdf)).pages[0].mediabox.height) * 25.4 / 72


@sizes
def test_the_paper_says_what_the_facts_say(size: ReceiptSize) -> None:
    (text,) = pages(draw([FACTS], size))
    assert says(
        text,
        FACTS.company,
        "河东分公司 · 光明里网所",
        FACTS.number,
        FACTS.card_no,
        FACTS.customer,
        FACTS.address,
    )
    assert says(text, "2026-10-21", "2026-10-22 00:31", FACTS.cashier, FACTS.till, FACTS.remark)
    assert says(
        text, *(line.item for line in LINES), *(line.formula for line in LINES), "2,210.00", "−120.35"
    )
    assert says(text, "¥2,089.65", "人民币贰仟零捌拾玖元陆角伍分")
    assert says(text, "现金 Cash", "89.60", "微信 WeChat Pay", "2,000.00")
    assert says(text, "100.00", "10.40", "−0.05", "11.00", "12.00", "13.00")
    assert "补打" not in text
    assert "VOID" not in text


@sizes
def test_reprints_and_void_papers_say_so(size: ReceiptSize) -> None:
    (text,) = pages(draw([FACTS], size, copy=3, void=True))
    assert says(text, "补打 3 / Copy 3", "作废 VOID")


@sizes
def test_red_receipts(size: ReceiptSize) -> None:
    (text,) = pages(draw([replace(FACTS, total=Decimal("-2327.00"))], size))
    assert says(text, "供热收费收据（红字）", "人民币负贰仟叁佰贰拾柒元整", "¥−2,327.00")


@sizes
def test_a_90_character_name_is_printed_whole(size: ReceiptSize) -> None:
    (text,) = pages(draw([replace(FACTS, customer=NAME, address=NAME)], size))
    assert text.count(NAME) == 2


@sizes
def test_nothing_but_the_head_when_there_are_no_lines(size: ReceiptSize) -> None:
    empty = replace(FACTS, lines=(), tenders=(), total=Decimal("0.00"), remark="", verification_url="")
    (text,) = pages(draw([empty], size))
    assert says(text, "无明细", "人民币零元整", "¥0.00")


@sheets
def test_forty_lines_go_on_numbered_pages_with_one_total(size: ReceiptSize) -> None:
    lines = tuple(replace(LINES[0], item=f"第{n:02d}项") for n in range(40))
    texts = pages(draw([replace(FACTS, lines=lines)], size))
    assert len(texts) > 1
    assert all(says(text, FACTS.number, f"第 {n}/{len(texts)} 页") for n, text in enumerate(texts, start=1))
    assert [text.count("人民币") for text in texts] == [0] * (len(texts) - 1) + [1]
    everything = "".join(texts)
    assert [everything.count(line.item) for line in lines] == [1] * 40


def test_the_roll_grows_with_its_lines_and_stays_one_page() -> None:
    papers = [draw([replace(FACTS, lines=LINES * times)], ReceiptSize.ROLL) for times in (1, 11, 21)]
    (text,) = pages(papers[2])
    assert text.count("采暖费Heatingfee") == 21
    short, middle, long = map(height_mm, papers)
    assert middle - short == pytest.approx(long - middle, abs=0.01)
    assert 120 < short < 260
    assert long > short + 300


@pytest.mark.parametrize(
    ("size", "wanted"), [(ReceiptSize.CONTINUOUS, (241, 140)), (ReceiptSize.A5, (210, 148))]
)
def test_sheet_sizes(size: ReceiptSize, wanted: tuple[int, int]) -> None:
    box = PdfReader(BytesIO(draw([FACTS], size))).pages[0].mediabox
    assert (float(box.width) * 25.4 / 72, float(box.height) * 25.4 / 72) == pytest.approx(wanted, abs=0.01)


def test_nothing_is_printed_on_the_sprocket_strips() -> None:
    outside: list[str] = []

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip() and not 12.7 < tm[4] * 25.4 / 72 < 241 - 12.7:
            outside.append(text)

    ugly = replace(
        FACTS, customer=NAME, address=NAME, remark=NAME * 3, company=NAME, number="9" * 60, lines=LINES * 20
    )
    for page in PdfReader(BytesIO(draw([ugly], ReceiptSize.CONTINUOUS, copy=12))).pages:
        page.extract_text(visitor_text=visit)
    assert outside == []


@sheets
def test_more_tenders_than_lines_are_summed(size: ReceiptSize) -> None:
    tenders = tuple(ReceiptTender(f"券{n}", Decimal("10.01")) for n in range(7))
    (text,) = pages(draw([replace(FACTS, tenders=tenders)], size))
    assert says(text, "券2", "其他 4 种", "40.04")
    assert "券3" not in text


def test_several_receipts_share_one_file() -> None:
    numbers = [f"26-HD-{n:08d}" for n in range(12)]
    texts = pages(draw([replace(FACTS, number=number) for number in numbers], ReceiptSize.A5))
    assert [says(text, number) for text, number in zip(texts, numbers, strict=True)] == [True] * 12


def test_stored_facts_print_the_same_paper() -> None:
    stored = FACTS.to_json()
    assert stored["total"] == "2089.65"
    again = ReceiptFacts.from_json(stored)
    assert again == FACTS
    assert draw([again], ReceiptSize.A5) == draw([FACTS], ReceiptSize.A5)
    with pytest.raises(UnreadableFacts, match="version 2"):
        ReceiptFacts.from_json({**stored, "version": 2})
