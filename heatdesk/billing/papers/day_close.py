"""The day-close sheet (日结单): what a branch took on one business day, counted against expected, for the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from heatdesk.billing.papers.day_close_sheet import Section, Sheets
from heatdesk.dates import ZONE
from heatdesk.money import ZERO, format_money
from heatdesk.printing import CENTRE, NO_OFFSET, RIGHT, Column, Facts, Marks, Offset

_WHEN = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Count:
    """Money of one kind: how many payments, what the ledger expects, what was counted blind; in yuan."""

    name: str
    payments: int
    expected: Decimal
    counted: Decimal

    @property
    def over(self) -> Decimal:
        """Over when positive, short when negative."""
        return self.counted - self.expected


@dataclass(frozen=True, slots=True)
class ReceiptRange:
    """Receipt numbers one till used, first and last included."""

    till: str
    cashier: str
    first: str
    last: str
    used: int
    voided: int


@dataclass(frozen=True, slots=True)
class Void:
    """A receipt made void on that day."""

    number: str
    amount: Decimal
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of the day by what it was for."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCloseFacts(Facts):
    """A closed day; `seal` is the hash that locks it, chained to `previous_seal`."""

    company: str
    branch: str
    office: str
    business_date: date
    closed_at: datetime
    closed_by: str
    methods: tuple[Count, ...]
    tills: tuple[Count, ...]
    receipts: tuple[ReceiptRange, ...]
    voids: tuple[Void, ...] = ()
    totals: tuple[Total, ...] = ()
    seal: str
    previous_seal: str
    remark: str = ""


def draw(facts: DayCloseFacts, copy: int = 0, offset: Offset = NO_OFFSET) -> bytes:
    """The sheet on A4, on as many pages as its lists need, as a PDF file."""
    sheets = Sheets(
        "日结单",
        "Day-close sheet",
        (
            facts.company,
            " · ".join(filter(None, (facts.branch, facts.office))),
            facts.business_date.isoformat(),
        ),
        Marks(copy),
        offset,
    )
    sheets.fields(
        (
            ("业务日期", "Business date", facts.business_date.isoformat()),
            ("结账时间", "Closed at", facts.closed_at.astimezone(ZONE).strftime(_WHEN)),
            ("结账人", "Closed by", facts.closed_by),
        )
    )
    for section in (
        _counts("按收款方式", "By method of payment", "收款方式", "Method", facts.methods),
        _counts("按窗口", "By till", "窗口", "Till", facts.tills),
        _totals(facts.totals),
        _receipts(facts.receipts),
        _voids(facts.voids),
    ):
        sheets.section(section)
    sheets.seal(facts.seal, facts.previous_seal, facts.remark)
    sheets.signatures(
        (("收款员", "Cashier"), ("会计", "Accountant"), ("复核", "Reviewed"), ("负责人", "Manager"))
    )
    return sheets.to_bytes()


def _over(amount: Decimal) -> str:
    """Over and short carry a word, so that a lost minus sign changes nothing."""
    if amount == 0:
        return "—"
    return f"{'长' if amount > 0 else '短'} {format_money(amount)}"


def _counts(title: str, english: str, kind: str, kind_english: str, counts: Sequence[Count]) -> Section:
    columns = (
        Column(kind, kind_english, 54),
        Column("笔数", "Payments", 20, RIGHT),
        Column("应有", "Expected", 34, RIGHT),
        Column("实点", "Counted", 34, RIGHT),
        Column("长短款", "Over / short", 32, RIGHT),
    )
    everything = Count(
        "合计 Total",
        sum(count.payments for count in counts),
        sum((count.expected for count in counts), ZERO),
        sum((count.counted for count in counts), ZERO),
    )
    rows = [
        (
            count.name,
            f"{count.payments:,}",
            format_money(count.expected),
            format_money(count.counted),
            _over(count.over),
        )
        for count in (*counts, everything)
    ]
    return Section(title, english, columns, rows[:-1], rows[-1])


def _totals(totals: Sequence[Total]) -> Section:
    columns = (Column("用途", "For", 142), Column("金额 元", "Amount", 32, RIGHT))
    rows = [(total.name, format_money(total.amount)) for total in totals]
    total = format_money(sum((total.amount for total in totals), ZERO))
    return Section("按用途", "By purpose", columns, rows, ("合计 Total", total))


def _receipts(ranges: Sequence[ReceiptRange]) -> Section:
    columns = (
        Column("窗口", "Till", 26),
        Column("收款员", "Cashier", 30),
        Column("起号", "First number", 42, CENTRE),
        Column("止号", "Last number", 42, CENTRE),
        Column("使用", "Used", 17, RIGHT),
        Column("作废", "Void", 17, RIGHT),
    )
    rows = [(r.till, r.cashier, r.first, r.last, f"{r.used:,}", f"{r.voided:,}") for r in ranges]
    used, voided = sum(r.used for r in ranges), sum(r.voided for r in ranges)
    total = ("合计 Total", "", "", "", f"{used:,}", f"{voided:,}")
    return Section("收据使用", "Receipts used", columns, rows, total)


def _voids(voids: Sequence[Void]) -> Section:
    columns = (
        Column("收据号", "Receipt", 38),
        Column("时间", "At", 30),
        Column("经办", "By", 22),
        Column("原因", "Reason", 56, most=2),
        Column("金额 元", "Amount", 28, RIGHT),
    )
    rows = [
        (v.number, v.at.astimezone(ZONE).strftime(_WHEN), v.by, v.reason, format_money(v.amount))
        for v in voids
    ]
    total = format_money(sum((v.amount for v in voids), ZERO))
    return Section("作废收据", "Void receipts", columns, rows, ("合计 Total", "", "", "", total))
