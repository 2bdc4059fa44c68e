"""The printed request, A4: who asked, what changes, who decided, lines to sign; Chinese with English beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from heatdesk.approvals import kinds
from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.previews import shown
from heatdesk.approvals.services import files, history, lists, requests, rule_book
from heatdesk.approvals.words import KIND_TITLES, STATES, VERDICTS
from heatdesk.dates import ZONE, now
from heatdesk.i18n import _, speaking
from heatdesk.money import format_money
from heatdesk.printing import (
    A4,
    CENTRE,
    QUIET,
    RIGHT,
    Column,
    Document,
    Facts,
    Pen,
    Room,
    Row,
    Table,
    paginate,
)

_WIDTH = A4.right - A4.left
_HEAD = 24.0
_SIGNATURES = 26.0
_TITLE = 7.0
_GAP = 4.0
_CHANGES = (
    Column("变更内容", "what changes", 54, most=2),
    Column("变更前", "before", 44, most=3),
    Column("变更后", "after", 44, most=3),
    Column("差额（元）", "difference", 32, RIGHT),
)
_EVIDENCE = (
    Column("证据", "evidence", 40),
    Column("文件", "file", 64, most=2),
    Column("SHA-256", "fingerprint", 70, most=2),
)
_DECISIONS = (
    Column("级", "level", 12, CENTRE),
    Column("审批岗位", "decided by", 50, most=2),
    Column("审批人", "name", 34, most=2),
    Column("意见", "verdict", 46, most=3),
    Column("时间", "time", 32),
)


@dataclass(frozen=True)
class RequestFacts(Facts):
    """Everything the paper says, in words; amounts in yuan."""

    number: str
    branch: str
    kind: str
    kind_english: str
    about: str
    applicants: str
    submitted: str
    state: str
    amount: Decimal
    reason: str
    difference: Decimal
    changes: tuple[tuple[str, str, str, str], ...]
    evidence: tuple[tuple[str, str, str], ...]
    decisions: tuple[tuple[str, str, str, str, str], ...]
    printed_at: datetime


def facts_of(request: ChangeRequest) -> RequestFacts:
    """The request as it stands, in Chinese as papers are, the kind also in English."""
    with speaking("en"):
        english = str(KIND_TITLES.get(request.kind, request.kind))
    with speaking("zh"):
        preview = shown(request.preview)
        changes = tuple(
            (one.label, one.before, one.after, _signed(one.difference))
            for one in (preview.changes if preview else ())
        )
        return RequestFacts(
            number=request.number,
            branch=rule_book.branch_names().get(request.branch_id or 0, _("head office")),
            kind=str(KIND_TITLES.get(request.kind, request.kind)),
            kind_english=english,
            about=_(request.target_label),
            applicants="、".join(lists.names_of(requests.editors_of(request)).values()),
            submitted=_moment(request.submitted_at),
            state=str(STATES[request.state].label),
            amount=request.amount,
            reason=request.reason,
            difference=preview.difference if preview else Decimal(0),
            changes=changes,
            evidence=_evidence(request),
            decisions=_decisions(request),
            printed_at=now(),
        )


def draw(facts: RequestFacts) -> bytes:
    """The paper as PDF: as many pages as the rows need, the signatures at the foot of the last."""
    document = Document(f"{facts.kind} {facts.number}")
    sheet = _Paper(document, facts)
    sheet.who()
    sheet.table("变更前后", "before and after", Table(A4.left, _CHANGES), facts.changes)
    sheet.table("证据材料", "evidence", Table(A4.left, _EVIDENCE, size=8), facts.evidence)
    sheet.table("审批记录", "decisions", Table(A4.left, _DECISIONS), facts.decisions)
    sheet.signatures()
    return document.to_bytes()


class _Paper:
    """Writes downwards and begins a page when the room ends."""

    def __init__(self, document: Document, facts: RequestFacts) -> None:
        self.document, self.facts = document, facts
        self.page_number = 0
        self.pen, self.y = self._begin()

    def who(self) -> None:
        """The head of the form: what, about whom, by whom and why."""
        facts = self.facts
        moves = f"{_signed(facts.difference)} 元"
        self._fields(
            ("业务", "request", f"{facts.kind} {facts.kind_english}"),
            ("状态", "state", facts.state),
            ("影响金额", "moves", moves),
        )
        self._fields(("对象", "about", facts.about))
        self._fields(("申请人", "applicants", facts.applicants), ("提交时间", "submitted", facts.submitted))
        self.pen.label(A4.left, self.y + 3, "申请理由", "why")
        self.y = self.pen.block(A4.left, self.y + 8.4, facts.reason, Room(_WIDTH, 6, 7), 9.5) + _GAP
        self.pen.rule(A4.left, self.y - 1, A4.right)
        self.y += _GAP / 2

    def table(self, title: str, english: str, table: Table, cells: Sequence[tuple[str, ...]]) -> None:
        rows = [table.row(*one) for one in cells] or [
            table.row(*("无" if i == 0 else "" for i in range(len(table.columns))))
        ]
        room = A4.bottom - 8 - self.y - _TITLE - table.head_height
        if room < rows[0].height:
            self.pen, self.y = self._begin()
            room = A4.bottom - 8 - self.y - _TITLE - table.head_height
        whole = A4.bottom - 8 - A4.top - _HEAD - _TITLE - table.head_height
        first, rest = _what_fits(rows, room)
        for part in [first, *(paginate(rest, whole, whole) if rest else [])]:
            if part is not first:
                self.pen, self.y = self._begin()
            self.pen.text(A4.left, self.y + 4, title, 11, bold=True)
            self.pen.text(A4.left + len(title) * 3.9 + 3, self.y + 4, english, 8, ink=QUIET)
            self.y = table.head(self.pen, self.y + _TITLE - 1)
            self.y = table.draw(self.pen, self.y, part, closing=0.7) + _GAP

    def signatures(self) -> None:
        """Lines to sign and date, for the file that is kept on paper."""
        if self.y + _SIGNATURES > A4.bottom - 8:
            self.pen, self.y = self._begin()
        y = A4.bottom - 10
        signers = (("申请人", "applicant"), ("审批人", "decided by"), ("执行人", "carried out by"))
        width = _WIDTH / len(signers)
        for index, (chinese, english) in enumerate(signers):
            x = A4.left + index * width
            self.pen.label(x, y - 11, chinese, english)
            self.pen.rule(x, y, x + width - 6)
        self.pen.label(A4.left, y + 4, "签字并注明日期", "sign and date", 7)

    def _fields(self, *fields: tuple[str, str, str]) -> None:
        """Labelled values side by side, each in as many lines as two."""
        width = _WIDTH / len(fields)
        lowest = self.y
        for index, (chinese, english, value) in enumerate(fields):
            x = A4.left + index * width
            self.pen.label(x, self.y + 3, chinese, english)
            lowest = max(lowest, self.pen.block(x, self.y + 8, value, Room(width - 4, 2, 8), 10.5))
        self.y = lowest + 3

    def _begin(self) -> tuple[Pen, float]:
        self.page_number += 1
        facts, pen = self.facts, self.document.page(A4)
        pen.text(A4.width / 2, A4.top + 6, "业务申请单", 18, bold=True, align=CENTRE)
        pen.text(A4.width / 2, A4.top + 11, "Change request", 8.5, align=CENTRE, ink=QUIET)
        pen.fitted(A4.left, A4.top + 5, facts.branch, 58, 11, bold=True)
        pen.text(A4.right, A4.top + 5, f"No. {facts.number}", 11, bold=True, align=RIGHT)
        pen.rule(A4.left, A4.top + 14, A4.right, weight=0.7)
        printed = facts.printed_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
        pen.text(A4.left, A4.bottom, f"打印 Printed {printed}", 7.5, ink=QUIET)
        page = f"第 {self.page_number} 页 Page {self.page_number}"
        pen.text(A4.right, A4.bottom, page, 7.5, align=RIGHT, ink=QUIET)
        return pen, A4.top + _HEAD - 6


def _what_fits(rows: list[Row], room: float) -> tuple[list[Row], list[Row]]:
    used = 0.0
    for index, row in enumerate(rows):
        used += row.height
        if used > room:
            return rows[:index], rows[index:]
    return rows, []


def _evidence(request: ChangeRequest) -> tuple[tuple[str, str, str], ...]:
    titles = {one.name: str(one.title) for one in kinds.get(request.kind).evidence}
    return tuple(
        (titles.get(one.evidence, one.evidence), one.file_name, one.sha256) for one in files.attached(request)
    )


def _decisions(request: ChangeRequest) -> tuple[tuple[str, str, str, str, str], ...]:
    """The levels of this revision: decided ones with the verdict, open ones with room for a signature."""
    rows = []
    for one in history.standing(request):
        name, verdict, at = one.decided_by, "", ""
        if one.on_behalf_of:
            name = _("%(name)s for %(principal)s", name=name, principal=one.on_behalf_of)
        if one.decision is not None:
            verdict = " ".join([str(VERDICTS[one.decision.verdict]), one.decision.reason]).strip()
            at = _moment(one.decision.decided_at)
        rows.append((str(one.level), f"{one.role} · {one.department}", name, verdict, at))
    return tuple(rows)


def _moment(instant: datetime | None) -> str:
    return "–" if instant is None else instant.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def _signed(amount: Decimal | None) -> str:
    if amount is None:
        return ""
    return f"+{format_money(amount)}" if amount > 0 else format_money(amount)
