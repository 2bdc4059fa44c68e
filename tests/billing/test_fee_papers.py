"""Fee statement and quotation as papers: nothing is lost with long names and many lines."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from heatdesk.billing.papers import fee_quotations, fee_statements
from heatdesk.billing.papers.fee_quotations import FeeQuotationFacts
from heatdesk.billing.papers.fee_sheet import Described, Paid, ReasonedLine
from heatdesk.billing.papers.fee_statements import FeeStatementFacts

LINE = ReasonedLine(
    "采暖费",
    Decimal("2399.80"),
    "沈发改发〔2024〕示例12号",
    reasons=("92.30 ㎡ × 26.00 元/㎡·采暖期 × 151/151 天 = 2,399.80", "建筑面积 92.3 平方米。"),
)
STATEMENT = FeeStatementFacts(
    company="北城供热有限公司",
    branch="河东分公司",
    office="光明里网所",
    season="2026-2027",
    due_on="2026-12-31",
    card_no="06263164000",
    customer="程超杰",
    address="兴工里 26号楼 3单元 1604",
    lines=(LINE, ReasonedLine("低温减免", Decimal("-38.53"), "省条例第31条", reasons=("减 38.53 元。",))),
    payments=(Paid(date(2026, 11, 20), Decimal("1000.00"), "26-00012101", "现金 Cash"),),
    charged=Decimal("2361.27"),
    reduced=Decimal("0.00"),
    paid=Decimal("1000.00"),
    penalty=Decimal("27.23"),
    due=Decimal("1388.50"),
    printed_by="张敏",
    printed_at=datetime(2026, 11, 24, 2, 5, tzinfo=UTC),
)
QUOTATION = FeeQuotationFacts(
    company="北城供热有限公司",
    rules="样例 Sample: 沈阳 Shenyang",
    season="2026-2027",
    given=(Described("建筑面积", "Building area", "92.3 ㎡"),),
    lines=STATEMENT.lines,
    payments=STATEMENT.payments,
    total=Decimal("2361.27"),
    government=Decimal("210.00"),
    paid=Decimal("1000.00"),
    due=Decimal("1361.27"),
    printed_by="张敏",
    printed_at=STATEMENT.printed_at,
)


def pages(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_a_statement_fits_one_page() -> None:
    (text,) = pages(fee_statements.draw(STATEMENT))
    for value in (
        "热费结算单", "程超杰", "06263164000", "−38.53", "2,361.27", "26-00012101", "现金Cash", "2026-11-2410:05张敏",
        "人民币壹仟叁佰捌拾捌元伍角整", "¥1,388.50", "合计Total2,361.27", "违约金Penalty27.23",
    ):  # fmt: skip
        assert value in text, value


def test_a_name_of_ninety_signs_and_a_long_address_are_printed_whole() -> None:
    facts = replace(STATEMENT, customer="名" * 90, address="址" * 80)
    (text,) = pages(fee_statements.draw(facts))
    assert text.count("名" * 90) == text.count("址" * 80) == 1
    assert "…" not in text


def test_forty_lines_run_over_pages_and_the_sum_comes_once() -> None:
    lines = tuple(replace(LINE, item=f"项目{n:02}", reasons=LINE.reasons * 3) for n in range(40))
    texts = pages(fee_statements.draw(replace(STATEMENT, lines=lines)))
    everything = "".join(texts)
    assert len(texts) > 2
    assert [everything.count(line.item) for line in lines] == [1] * 40
    assert [text.count("人民币") for text in texts] == [0] * (len(texts) - 1) + [1]
    assert "95,992.00" in everything
    assert "…" not in everything


def test_no_lines_and_no_payments_are_said() -> None:
    (text,) = pages(fee_statements.draw(replace(STATEMENT, lines=(), payments=())))
    assert text.count("无None") == 2


def test_a_quotation_is_marked_as_no_bill_on_every_page() -> None:
    lines = tuple(replace(LINE, reasons=LINE.reasons * 3) for n in range(40))
    texts = pages(fee_quotations.draw(replace(QUOTATION, lines=lines)))
    assert len(texts) > 2
    assert all("非账单NOTABILL" in text for text in texts)
    assert "政府承担Paidbythegovernment210.00" in "".join(texts)


@pytest.mark.parametrize("facts", [STATEMENT, QUOTATION], ids=["statement", "quotation"])
def test_facts_survive_being_stored(facts) -> None:
    assert type(facts).from_json(facts.to_json()) == facts
