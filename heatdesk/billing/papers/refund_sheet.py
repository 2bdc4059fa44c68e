"""The refund sheet (退费单): what a household got back, for whom, on whose decision; signed by both sides."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from heatdesk.dates import ZONE
from heatdesk.money import capitals, format_money
from heatdesk.printing import (
    A5_LANDSCAPE,
    CENTRE,
    NO_OFFSET,
    QUIET,
    RIGHT,
    Document,
    Facts,
    Marks,
    Offset,
    Pen,
    Room,
)

_SHEET = A5_LANDSCAPE
_WIDTH = _SHEET.right - _SHEET.left


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFacts(Facts):
    """A refund as it was paid out; `deciders` are the names of those who agreed, level by level."""

    company: str
    branch: str
    number: str
    business_date: date
    paid_at: datetime
    paid_by: str
    method: str
    reference: str
    card_no: str
    customer: str
    address: str
    payee: str
    bank_account: str
    amount: Decimal
    reason: str
    applicant: str
    deciders: tuple[str, ...]

    @property
    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Labelled values in two columns: Chinese label, English label, value."""
        return (
            ("卡号", "Card no.", self.card_no),
            ("户名", "Customer", self.customer),
            ("地址", "Address", self.address),
            ("收款人", "Paid to", self.payee),
            ("退费方式", "Method", " ".join(filter(None, (self.method, self.reference)))),
            ("银行账号", "Bank account", self.bank_account or "—"),
            ("申请人", "Applicant", self.applicant),
            ("审批人", "Approved by", " · ".join(self.deciders)),
        )


def draw(facts: RefundFacts, copy: int = 0, offset: Offset = NO_OFFSET) -> bytes:
    """The sheet on A5, as a PDF file."""
    document = Document(f"退费单 {facts.number}")
    pen = document.page(_SHEET, offset)
    _heading(pen, facts, Marks(copy))
    y = _fields(pen, facts, _SHEET.top + 22)
    y = _amount(pen, facts, y + 2)
    pen.label(_SHEET.left, y + 6, "退费原因", "Reason")
    pen.block(_SHEET.left + 34, y + 6, facts.reason, Room(_WIDTH - 34), 9)
    _signatures(pen)
    return document.to_bytes()


def _heading(pen: Pen, facts: RefundFacts, marks: Marks) -> None:
    pen.fitted(_SHEET.left, _SHEET.top + 4, facts.company, 60, 11, smallest=7, bold=True)
    pen.fitted(_SHEET.left, _SHEET.top + 9, facts.branch, 60, 8, ink=QUIET)
    pen.text(_SHEET.width / 2, _SHEET.top + 6, "退 费 单", 17, bold=True, align=CENTRE)
    pen.text(_SHEET.width / 2, _SHEET.top + 10.5, "Refund sheet", 8.5, align=CENTRE, ink=QUIET)
    pen.text(_SHEET.right, _SHEET.top + 4, f"No. {facts.number}", 11, bold=True, align=RIGHT)
    paid_at = facts.paid_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    pen.text(
        _SHEET.right, _SHEET.top + 9, f"{paid_at} · 营业日 {facts.business_date}", 8, align=RIGHT, ink=QUIET
    )
    pen.text(_SHEET.right, _SHEET.top + 13.5, marks.copy_text, 9, bold=True, align=RIGHT)
    pen.rule(_SHEET.left, _SHEET.top + 16, _SHEET.right, weight=0.7)


def _fields(pen: Pen, facts: RefundFacts, y: float) -> float:
    column = _WIDTH / 2
    for index, (chinese, english, value) in enumerate(facts.rows):
        x, line = _SHEET.left + (index % 2) * column, y + (index // 2) * 9
        pen.label(x, line, chinese, english)
        pen.fitted(x, line + 4.4, value, column - 4, 10)
    return y + (len(facts.rows) + 1) // 2 * 9


def _amount(pen: Pen, facts: RefundFacts, y: float) -> float:
    pen.box(_SHEET.left, y, _WIDTH, 13, weight=0.7)
    pen.label(_SHEET.left + 3, y + 5, "退费金额", "Refunded")
    pen.fitted(_SHEET.left + 3, y + 10.5, f"人民币{capitals(facts.amount)}", _WIDTH - 60, 11)
    pen.text(_SHEET.right - 3, y + 9, f"¥{format_money(facts.amount)}", 16, bold=True, align=RIGHT)
    return y + 13


def _signatures(pen: Pen) -> None:
    y = _SHEET.bottom - 4
    width = _WIDTH / 4
    for index, (chinese, english) in enumerate(
        (("领款人", "Received by"), ("出纳", "Cashier"), ("复核", "Reviewed"), ("负责人", "Manager"))
    ):
        x = _SHEET.left + index * width
        pen.label(x, y - 8, chinese, english)
        pen.rule(x, y, x + width - 5)
