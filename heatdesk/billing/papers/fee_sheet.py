"""What fee statements and quotations have in common: lines with their reasons, payments, the sum in capitals, on A4."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from heatdesk.billing.papers.day_close_sheet import Section, Sheets
from heatdesk.dates import ZONE
from heatdesk.money import ZERO, capitals, format_money
from heatdesk.printing import A4, NO_OFFSET, QUIET, RIGHT, Column, Marks, Pen, Room, text_width
from heatdesk.printing.sheets import POINTS_PER_MM

_SUM = 15.0
_NOTE = 10.0


@dataclass(frozen=True, slots=True)
class ReasonedLine:
    """A line of a bill; `reasons` are sentences, the formula first. `amount` in yuan is below zero for reductions."""

    item: str
    amount: Decimal
    document_no: str = ""
    days: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that came in: yuan, with the receipt's number and how it was paid, where they are known; below zero what
    went away again, to the prepayment for instance.
    """

    on: date
    amount: Decimal
    receipt: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """A labelled value: Chinese label, English label, value."""

    label: str
    english: str
    value: str


class FeeSheets(Sheets):
    """A4 pages of a bill explained; `stamp` stands large behind every page."""

    def __init__(self, title: str, english: str, heading: tuple[str, str, str], stamp: str = "") -> None:
        self._stamp = stamp
        super().__init__(title, english, heading, Marks(), NO_OFFSET)

    def described(self, fields: Sequence[Described]) -> None:
        """Labelled values, two to a line; a value that does not fit its half takes lines of its own, up to three."""
        half = (A4.right - A4.left) / 2
        column = 0
        for one in fields:
            label = _label_width(one) + 2
            is_long = text_width(one.value, 9.5) > (half - label - 3) * POINTS_PER_MM
            if column and (is_long or column == 2):
                self._y += 5.4
                column = 0
            self._make_room(5.4)
            x = A4.left + column * half
            self._pen.label(x, self._y + 4, one.label, one.english)
            room = Room((2 * half if is_long else half) - label - 1, 3, 7)
            last = self._pen.block(x + label, self._y + 4, one.value, room, 9.5)
            column += 1
            if is_long:
                self._y = last + 1.4
                column = 0
        self._y += 5.4 + 2.4 if column else 2.4

    def lines(self, lines: Sequence[ReasonedLine]) -> None:
        """What is charged and what is taken off, each with its calculation and document."""
        columns = (
            Column("项目", "Item", 33, most=4),
            Column("计算与依据", "Calculation and grounds", 83, most=16),
            Column("文号", "Document", 31, most=5),
            Column("金额 元", "Amount", 27, RIGHT),
        )
        rows = [
            (
                f"{line.item} {line.days}".strip(),
                " ".join(_sentence(reason) for reason in line.reasons),
                line.document_no,
                format_money(line.amount),
            )
            for line in lines
        ]
        total = format_money(sum((line.amount for line in lines), ZERO))
        self.section(
            Section("费用明细", "Charges and reductions", columns, rows, ("合计 Total", "", "", total))
        )

    def payments(self, payments: Sequence[Paid]) -> None:
        """What was paid, when, and on which receipt."""
        columns = (
            Column("日期", "Date", 34),
            Column("收据号", "Receipt no.", 52),
            Column("方式", "Method", 58),
            Column("金额 元", "Amount", 30, RIGHT),
        )
        rows = [(one.on.isoformat(), one.receipt, one.method, format_money(one.amount)) for one in payments]
        total = format_money(sum((one.amount for one in payments), ZERO))
        self.section(Section("缴费记录", "Payments", columns, rows, ("合计 Total", "", "", total)))

    def sum(self, label: str, english: str, amount: Decimal) -> None:
        """The amount that counts, in capitals and in figures; it stays on one page with the note after it."""
        self._make_room(_SUM + _NOTE)
        pen, y = self._pen, self._y
        pen.rule(A4.left, y, A4.right, weight=0.7)
        pen.text(A4.left, y + 5, f"{label}（大写）", 8, ink=QUIET)
        pen.text(A4.left, y + 8.4, f"{english}, in words", 6.5, ink=QUIET)
        pen.fitted(A4.left + 32, y + 7, f"人民币{capitals(amount)}", 92, 12, bold=True)
        pen.fitted(A4.right - 1.2, y + 7.2, f"¥{format_money(amount)}", 48, 16, bold=True, align=RIGHT)
        pen.rule(A4.left, y + 11, A4.right, weight=0.7)
        self._y += _SUM

    def note(self, chinese: str, english: str) -> None:
        """A remark across the page."""
        self._make_room(_NOTE)
        width = A4.right - A4.left
        y = self._pen.block(A4.left, self._y + 3.6, chinese, Room(width, 2), 9)
        self._y = self._pen.block(A4.left, y + 4, english, Room(width, 2), 7.5, ink=QUIET) + 3

    def _begin(self) -> Pen:
        pen = super()._begin()
        if self._stamp:
            pen.stamp(A4.width / 2, A4.height * 0.62, self._stamp, 44, 30)
        return pen


def _sentence(reason: str) -> str:
    """A formula is closed as a sentence is, so that the next one does not run into it."""
    return reason if reason.endswith(("。", ".", "]")) else f"{reason}；"


def _label_width(one: Described) -> float:
    """What `Pen.label` takes, mm."""
    return (text_width(one.label, 7.5) + text_width(one.english, 6)) / POINTS_PER_MM + 1


def moment(at: datetime) -> str:
    """When a paper was printed, in the utility's time."""
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
