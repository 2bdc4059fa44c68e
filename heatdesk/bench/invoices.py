"""How many invoices a second: heatdesk beside the same page by a plain ReportLab canvas and by Platypus.

All three draw the same facts on A5 with the same fonts into one file per round. Rounds alternate, so that a slow moment
of the machine hits everybody; the ratio of each round is taken and the median of five told.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from statistics import median
from time import perf_counter

from heatdesk.bench.invoice_peers import by_canvas, by_platypus
from heatdesk.billing.papers.invoices import InvoiceFacts, InvoiceLine, InvoiceSize, Party, draw

_ROUNDS = 5
TARGETS = {"heatdesk / plain canvas": "≥ 60", "heatdesk / Platypus": "≥ 8"}
_OURS, _CANVAS, _PLATYPUS = 1000, 60, 200
"""Pages per round: enough for each that cutting the font subset does not show."""

_SELLER = Party(
    "示范市供热有限公司",
    "91210100MA00000000",
    "中心区热力街 18 号 024-00000000",
    "示范银行中心支行 0001 0922",
)


def run(*, rows: int = _OURS, rounds: int = _ROUNDS) -> dict[str, str]:
    """Draw `rows` invoices a round (about half a minute for all) and tell rates and ratios."""
    invoices = [_invoice(number) for number in range(rows)]
    ours: Callable[[list[InvoiceFacts]], bytes] = lambda part: draw(part, InvoiceSize.A5)  # noqa: E731
    for engine in (ours, by_canvas, by_platypus):
        engine(invoices[:5])
    ours(invoices)
    rates = [
        (
            _rate(ours, invoices),
            _rate(by_canvas, invoices[:_CANVAS]),
            _rate(by_platypus, invoices[:_PLATYPUS]),
        )
        for _ in range(rounds)
    ]
    names = ("heatdesk", "plain canvas with its QR widget", "Platypus with segno")
    told = {name: f"{median(rate[i] for rate in rates):,.0f} invoices/s" for i, name in enumerate(names)}
    told["heatdesk / plain canvas"] = f"{median(a / b for a, b, _ in rates):.1f}"
    told["heatdesk / Platypus"] = f"{median(a / c for a, _, c in rates):.1f}"
    return told


def _rate(engine: Callable[[list[InvoiceFacts]], bytes], invoices: list[InvoiceFacts]) -> float:
    start = perf_counter()
    engine(invoices)
    return len(invoices) / (perf_counter() - start)


def _invoice(number: int) -> InvoiceFacts:
    area = Decimal(60 + number % 80)
    fee = area * Decimal("26.00")
    return InvoiceFacts(
        code="021002600111",
        number=f"{number:08d}",
        issued_on=date(2026, 10, 21),
        seller=_SELLER,
        buyer=Party(f"住户{number:04d}", "", f"光明里小区 {number % 40 + 1} 号楼", ""),
        card_no=f"0210{number:06d}",
        address=f"中心区光明里小区 {number % 40 + 1} 号楼 {number % 5 + 1} 单元 {number % 30 + 101} 室",
        lines=(
            InvoiceLine("*供热*采暖费", "2026-2027", "㎡", area, Decimal("26.00"), fee),
            InvoiceLine("*供热*超高加收", "2026-2027", "㎡", area, Decimal("3.90"), area * Decimal("3.90")),
            InvoiceLine(
                "*供热*采暖费（商服）", "2026-2027", "㎡", Decimal("20.00"), Decimal("29.36"),
                Decimal("587.20"), Decimal("0.09"), Decimal("52.85"),
            ),
            InvoiceLine("*供热*低温减免", "2025-2026", "天", Decimal(12), Decimal("-10.03"), Decimal("-120.36")),
            InvoiceLine("*供热*采暖费", "2025-2026", "㎡", area, Decimal("26.00"), fee),
        ),
        remark="居民采暖费免征增值税。",
        payee="收款员一",
        reviewer="复核员二",
        issuer="开票员三",
        verification_url=f"https://heat.example.org/v/26HD{number:08d}-7f3a9c2e51d04b6890ab12cd34ef56",
    )  # fmt: skip
