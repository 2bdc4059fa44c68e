"""The job order (派工单) of one valve job, A5: what to do where, room for seal, reason and signatures."""

from dataclasses import dataclass
from datetime import date, datetime

from heatdesk.dates import ZONE
from heatdesk.printing import A5_LANDSCAPE, CENTRE, QUIET, RIGHT, Document, Facts, Pen, Room

_SHEET = A5_LANDSCAPE


@dataclass(frozen=True)
class OrderFacts(Facts):
    number: str
    branch: str
    deed: str
    deed_english: str
    cause: str
    card_no: str
    customer: str
    address: str
    station: str
    wanted_on: date
    due_on: date
    assignee: str
    is_sealed: bool
    printed_at: datetime


def draw(facts: OrderFacts) -> bytes:
    document = Document(f"派工单 {facts.number}")
    pen = document.page(_SHEET)
    left, right, top = _SHEET.left, _SHEET.right, _SHEET.top
    pen.text(_SHEET.width / 2, top + 6, "开关栓派工单", 17, bold=True, align=CENTRE)
    pen.text(_SHEET.width / 2, top + 11, "Valve job order", 8.5, align=CENTRE, ink=QUIET)
    pen.fitted(left, top + 5, facts.branch, 52, 10.5, bold=True)
    pen.text(right, top + 5, f"No. {facts.number}", 10.5, bold=True, align=RIGHT)
    pen.rule(left, top + 14, right, weight=0.7)
    y = _fields(
        pen, top + 19, ("作业", "job", f"{facts.deed} {facts.deed_english}"), ("原因", "cause", facts.cause)
    )
    y = _fields(pen, y, ("卡号", "card", facts.card_no), ("户名", "name", facts.customer))
    y = _fields(pen, y, ("地址", "address", facts.address))
    y = _fields(
        pen,
        y,
        ("换热站", "station", facts.station),
        ("申请日", "wanted from", facts.wanted_on.isoformat()),
        ("限办", "due", facts.due_on.isoformat()),
        ("执行人", "technician", facts.assignee or "–"),
    )
    pen.rule(left, y, right)
    _to_fill(pen, y + 6, facts)
    printed = facts.printed_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    pen.text(left, _SHEET.bottom, f"打印 Printed {printed}", 7, ink=QUIET)
    return document.to_bytes()


def _to_fill(pen: Pen, y: float, facts: OrderFacts) -> None:
    """What is written by hand on the spot."""
    left, right = _SHEET.left, _SHEET.right
    pen.box(left, y - 3.4, 4.4, 4.4, weight=0.8)
    pen.text(left + 7, y, "已执行 Carried out", 10)
    if facts.is_sealed:
        pen.label(left + 60, y, "铅封号", "seal number", 9)
        pen.rule(left + 92, y + 1, right, weight=0.6)
    pen.box(left, y + 8.6, 4.4, 4.4, weight=0.8)
    pen.text(left + 7, y + 12, "未能执行，原因 Not carried out, because", 10)
    pen.rule(left + 78, y + 13, right, weight=0.6)
    signers = (("执行人签字", "technician"), ("用户签字", "customer"), ("日期", "date"))
    width = (right - left) / len(signers)
    for index, (chinese, english) in enumerate(signers):
        x = left + index * width
        pen.label(x, y + 25, chinese, english)
        pen.rule(x, y + 36, x + width - 6, weight=0.6)


def _fields(pen: Pen, y: float, *fields: tuple[str, str, str]) -> float:
    """Labelled values side by side, each in two lines at most; the y below them."""
    width = (_SHEET.right - _SHEET.left) / len(fields)
    lowest = y
    for index, (chinese, english, value) in enumerate(fields):
        x = _SHEET.left + index * width
        pen.label(x, y + 1, chinese, english)
        lowest = max(lowest, pen.block(x, y + 6, value, Room(width - 4, 2, 8), 10.5))
    return lowest + 4
