from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from heatdesk.billing.papers.day_close import Count, DayCloseFacts, ReceiptRange, Total, Void, draw

FACTS = DayCloseFacts(
    company="北城供热有限公司",
    branch="河东分公司",
    office="光明里网所",
    business_date=date(2026, 10, 21),
    closed_at=datetime(2026, 10, 21, 9, 42, tzinfo=UTC),
    closed_by="赵强",
    methods=(
        Count("现金 Cash", 84, Decimal("128410.30"), Decimal("128400.30")),
        Count("微信 WeChat", 311, Decimal("702114.55"), Decimal("702114.56")),
    ),
    tills=(Count("01 王丽", 395, Decimal("830524.85"), Decimal("830514.86")),),
    receipts=(ReceiptRange("01", "王丽", "26-00012101", "26-00012496", 396, 1),),
    voids=(
        Void("26-00012188", Decimal("-2210.00"), datetime(2026, 10, 21, 2, tzinfo=UTC), "王丽", "方式录错"),
    ),
    totals=(Total("采暖费 Heating fee", Decimal("830000.00")), Total("违约金 Penalty", Decimal("524.85"))),
    seal="a" * 64,
    previous_seal="b" * 64,
    remark="短款次日处理",
)


def pages(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def says(text: str, *values: str) -> bool:
    return all("".join(value.split()) in text for value in values)


def test_the_sheet_says_what_the_facts_say() -> None:
    (text,) = pages(draw(FACTS, copy=2))
    assert says(text, "日结单", "2026-10-21 17:42", "赵强", "补打 2 / Copy 2", "短款次日处理")
    assert says(
        text, "现金 Cash 84 128,410.30 128,400.30 短 −10.00", "微信 WeChat 311 702,114.55 702,114.56 长 0.01"
    )
    assert says(
        text, "合计 Total 395 830,524.85 830,514.86 短 −9.99", "合计 Total 830,524.85", "合计 Total 396 1"
    )
    assert says(text, "26-00012101 26-00012496 396 1", "26-00012188 2026-10-21 10:00 王丽 方式录错 −2,210.00")
    assert says(text, FACTS.seal, FACTS.previous_seal, "收款员", "会计", "复核", "负责人")


def test_many_voids_run_over_pages_with_headings_and_one_seal() -> None:
    voids = tuple(replace(FACTS.voids[0], number=f"26-{n:08d}") for n in range(120))
    texts = pages(draw(replace(FACTS, voids=voids)))
    everything = "".join(texts)
    assert len(texts) > 2
    assert all(says(text, "作废收据", f"第 {n} 页") for n, text in enumerate(texts, start=1))
    assert [everything.count(void.number) for void in voids] == [1] * 120
    assert [text.count(FACTS.seal) for text in texts] == [0] * (len(texts) - 1) + [1]
    assert says(everything, "−265,200.00")


@pytest.mark.parametrize("voids", range(14, 34))
def test_the_total_never_runs_into_the_foot(voids: int) -> None:
    in_foot: list[str] = []

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip() and tm[5] * 25.4 / 72 < 22:
            in_foot.append(text.strip())

    reader = PdfReader(BytesIO(draw(replace(FACTS, voids=FACTS.voids * voids))))
    for page in reader.pages[:-1]:
        page.extract_text(visitor_text=visit)
    assert [text for text in in_foot if not text.startswith(("光明里", "河东", "第", "Page"))] == []


def test_an_empty_day_says_none_five_times() -> None:
    (text,) = pages(draw(replace(FACTS, methods=(), tills=(), receipts=(), voids=(), totals=())))
    assert text.count("无None") == 5


def test_stored_facts_print_the_same_sheet() -> None:
    assert draw(DayCloseFacts.from_json(FACTS.to_json())) == draw(FACTS)
