"""The execution sheet of a building, A4: one row per valve with a box to tick, the seal's number, a line to sign."""

from dataclasses import dataclass
from datetime import date, datetime

from heatdesk.dates import ZONE
from heatdesk.printing import A4, CENTRE, QUIET, RIGHT, Column, Document, Facts, Pen, Table, paginate

_HEAD, _FOOT = 30.0, 34.0
_COLUMNS = (
    Column("序", "no.", 7, CENTRE),
    Column("卡号", "card", 25),
    Column("户名", "name", 24, most=2),
    Column("地址", "address", 41, most=2),
    Column("作业", "job", 21, most=2),
    Column("完成", "done", 11, CENTRE),
    Column("铅封号", "seal", 21),
    Column("未完成原因", "why not", 24),
)
_BOX = 4.2


@dataclass(frozen=True)
class SheetLine:
    """One valve."""

    number: str
    card_no: str
    customer: str
    address: str
    deed: str
    cause: str
    due_on: date


@dataclass(frozen=True)
class SheetFacts(Facts):
    branch: str
    building: str
    station: str
    lines: tuple[SheetLine, ...]
    printed_at: datetime


def draw(facts: SheetFacts) -> bytes:
    """The sheet as PDF, signatures on every page: pages are carried apart."""
    document = Document(f"开关栓执行单 {facts.building}")
    table = Table(A4.left, _COLUMNS, size=8.5, row_height=9.4)
    rows = [
        table.row(
            str(index),
            line.card_no,
            line.customer,
            line.address,
            f"{line.deed} {line.cause}",
            "",
            "",
            "",
        )
        for index, line in enumerate(facts.lines, start=1)
    ]
    room = A4.bottom - A4.top - _HEAD - _FOOT - table.head_height
    pages = paginate(rows, room, room)
    for number, page in enumerate(pages, start=1):
        pen = document.page(A4)
        _head(pen, facts, number, len(pages))
        y = table.head(pen, A4.top + _HEAD - 8)
        at = y
        for row in page:
            _box(pen, at)
            at += row.height
        table.draw(pen, y, page, closing=0.7)
        _signatures(pen)
    return document.to_bytes()


def _head(pen: Pen, facts: SheetFacts, number: int, pages: int) -> None:
    pen.text(A4.width / 2, A4.top + 6, "开关栓执行单", 18, bold=True, align=CENTRE)
    pen.text(A4.width / 2, A4.top + 11, "Valve execution sheet", 8.5, align=CENTRE, ink=QUIET)
    pen.fitted(A4.left, A4.top + 5, facts.branch, 52, 10.5, bold=True)
    printed = facts.printed_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    pen.text(A4.right, A4.top + 5, f"第 {number} / {pages} 页", 9, align=RIGHT)
    pen.text(A4.right, A4.top + 10, f"打印 Printed {printed}", 7, align=RIGHT, ink=QUIET)
    after = A4.left + pen.label(A4.left, A4.top + 19, "楼栋", "building") + 3
    pen.fitted(after, A4.top + 19, facts.building, 78, 11, bold=True)
    middle = A4.left + 110
    after = middle + pen.label(middle, A4.top + 19, "换热站", "station") + 3
    pen.fitted(after, A4.top + 19, facts.station, A4.right - after, 11, bold=True)


def _box(pen: Pen, y: float) -> None:
    """The box to tick, in the middle of its column and of the row's first line."""
    x = A4.left + sum(column.width for column in _COLUMNS[:5]) + (_COLUMNS[5].width - _BOX) / 2
    pen.box(x, y + 1.6, _BOX, _BOX, weight=0.8)


def _signatures(pen: Pen) -> None:
    y = A4.bottom - 12
    pen.text(
        A4.left,
        y - 14,
        "已执行的在“完成”打钩，关栓须填写铅封号；未能执行的写明原因。",
        8,
        ink=QUIET,
    )
    signers = (
        ("执行人签字", "technician"),
        ("执行日期", "date of execution"),
        ("录入人签字", "entered by"),
    )
    width = (A4.right - A4.left) / len(signers)
    for index, (chinese, english) in enumerate(signers):
        x = A4.left + index * width
        pen.label(x, y - 6, chinese, english)
        pen.rule(x, y + 5, x + width - 6, weight=0.6)
