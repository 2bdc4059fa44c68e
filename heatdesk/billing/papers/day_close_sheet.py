"""A4 pages of titled tables that follow one another, a seal and signatures at the end."""

from collections.abc import Sequence
from dataclasses import dataclass

from heatdesk.printing import A4, CENTRE, QUIET, RIGHT, Column, Document, Marks, Offset, Pen, Room, Table

_TITLE = 7.8
_GAP = 3.2
_NUMBER_ROOM = 6.0
_SIGNATURES = 15.0
_SEAL = 21.0


@dataclass(frozen=True, slots=True)
class Section:
    """A titled table with a total row; without rows it says so."""

    title: str
    english: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[str, ...]]
    total: tuple[str, ...]


class Sheets:
    """Writes from the top down and begins a new page when there is no more room."""

    def __init__(
        self, title: str, english: str, heading: tuple[str, str, str], marks: Marks, offset: Offset
    ) -> None:
        self._document = Document(f"{title} {english}")
        self._title = title, english
        self._heading = heading
        self._marks = marks
        self._offset = offset
        self._page = 0
        self._y = 0.0
        self._pen = self._begin()

    def fields(self, fields: Sequence[tuple[str, str, str]]) -> None:
        """Labelled values side by side."""
        width = (A4.right - A4.left) / len(fields)
        for index, (chinese, english, value) in enumerate(fields):
            x = A4.left + index * width
            self._pen.label(x, self._y + 4, chinese, english)
            self._pen.fitted(x, self._y + 9, value, width - 4, 10.5)
        self._y += 11 + _GAP

    def section(self, section: Section) -> None:
        """The table, its heading repeated on every page it reaches; the total stays with the last row."""
        table = Table(A4.left, section.columns, row_height=4.8, head_height=7.2)
        rows = [table.row(*cells) for cells in section.rows]
        total = table.row(*section.total)
        needed = _TITLE + table.head_height + total.height + (rows[0].height if rows else total.height)
        self._make_room(needed)
        self._section_title(section)
        self._y = table.head(self._pen, self._y)
        if not rows:
            self._pen.text(A4.width / 2, self._y + 3.7, "无 None", 9, align=CENTRE, ink=QUIET)
            self._pen.rule(table.left, self._y + table.row_height, table.right)
            self._y += table.row_height + _GAP
            return
        for row in rows:
            closing = total.height if row is rows[-1] else 0
            if self._y + row.height + closing > A4.bottom - _NUMBER_ROOM:
                self._pen = self._begin()
                self._section_title(section)
                self._y = table.head(self._pen, self._y)
            self._y = table.draw(self._pen, self._y, [row], closing=0.2)
        self._y = table.draw(self._pen, self._y, [total], closing=0.7, bold=True) + _GAP

    def seal(self, seal: str, previous: str, remark: str) -> None:
        """The hash that locks the day and the one it follows, on one page with the signatures under it."""
        self._make_room(_SEAL + _SIGNATURES)
        pen, y = self._pen, self._y
        pen.box(A4.left, y, A4.right - A4.left, 13.4)
        for index, (chinese, english, value) in enumerate(
            (("当日封签", "Seal of the day", seal), ("上日封签", "Previous seal", previous))
        ):
            pen.label(A4.left + 2, y + 5 + index * 5.4, chinese, english)
            pen.fitted(A4.left + 34, y + 5 + index * 5.4, value, A4.right - A4.left - 36, 8.5)
        if remark:
            width = pen.label(A4.left, y + 18.4, "备注", "Remark") + 3
            pen.block(A4.left + width, y + 18.4, remark, Room(A4.right - A4.left - width), 9)
        self._y += _SEAL

    def signatures(self, signers: Sequence[tuple[str, str]]) -> None:
        """Lines to sign and date at the foot of the last page."""
        y = A4.bottom - _NUMBER_ROOM - 4
        width = (A4.right - A4.left) / len(signers)
        for index, (chinese, english) in enumerate(signers):
            x = A4.left + index * width
            self._pen.label(x, y - 11, chinese, english)
            self._pen.rule(x, y, x + width - 5)
        self._pen.label(A4.left, y + 3.8, "签字并注明日期", "sign and date", 7)

    def to_bytes(self) -> bytes:
        return self._document.to_bytes()

    def _make_room(self, height: float) -> None:
        if self._y + height > A4.bottom - _NUMBER_ROOM:
            self._pen = self._begin()

    def _section_title(self, section: Section) -> None:
        self._pen.text(A4.left, self._y + 4.6, section.title, 11, bold=True)
        x = A4.left + len(section.title) * 3.9 + 2
        self._pen.text(x, self._y + 4.6, section.english, 8, ink=QUIET)
        self._y += _TITLE - 1.5

    def _begin(self) -> Pen:
        """A new page with the heading; the y below it is where writing goes on."""
        self._page += 1
        pen = self._document.page(A4, self._offset)
        company, office, day = self._heading
        title, english = self._title
        self._marks.stamp_void(pen, A4.height / 2)
        pen.fitted(A4.left, A4.top + 4, company, 62, 11.5, smallest=7, bold=True)
        pen.fitted(A4.left, A4.top + 9.4, office, 62, 8.5, ink=QUIET)
        pen.text(A4.width / 2, A4.top + 5.4, title, 18, bold=True, align=CENTRE)
        pen.text(A4.width / 2, A4.top + 10, english, 8.5, align=CENTRE, ink=QUIET)
        pen.fitted(A4.right, A4.top + 4, self._marks.copy_text, 60, 10, bold=True, align=RIGHT)
        pen.rule(A4.left, A4.top + 13, A4.right, weight=0.7)
        pen.text(A4.left, A4.bottom, f"{office} · {day}", 7.5, ink=QUIET)
        pen.text(A4.right, A4.bottom, f"第 {self._page} 页 Page {self._page}", 7.5, align=RIGHT, ink=QUIET)
        self._y = A4.top + 13 + _GAP / 2
        return pen
