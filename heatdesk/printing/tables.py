"""Tables on paper: columns in millimetres, hairlines, rows as high as their longest cell, breaks between rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from heatdesk.printing.document import CENTRE, HAIRLINE, LEFT, QUIET, RIGHT, Pen
from heatdesk.printing.text import LEADING, Room, fit_lines, tidy

_PADDING = 1.2


@dataclass(frozen=True, slots=True)
class Column:
    """A column: Chinese and English heading, width in mm, alignment, and into how many lines a cell may wrap."""

    title: str
    subtitle: str
    width: float
    align: float = LEFT
    most: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row ready to draw: per cell its lines and their size in points; the height in mm."""

    cells: tuple[tuple[list[str], float], ...]
    height: float


@dataclass(frozen=True, slots=True)
class Table:
    """Columns from `left`; `size` points in the cells, down to `smallest` when a cell is too long."""

    left: float
    columns: tuple[Column, ...]
    size: float = 9
    smallest: float = 6
    row_height: float = 5.2
    head_height: float = 7.6

    @property
    def right(self) -> float:
        return self.left + sum(column.width for column in self.columns)

    def row(self, *cells: str) -> Row:
        """Fit one text per column."""
        fitted = tuple(
            fit_lines(tidy(text), Room(column.width - 2 * _PADDING, column.most, self.smallest), self.size)
            for text, column in zip(cells, self.columns, strict=True)
        )
        extra = max((len(lines) - 1) * size * LEADING for lines, size in fitted)
        return Row(fitted, self.row_height + extra)

    def head(self, pen: Pen, y: float) -> float:
        """Draw the headings from `y` down between two lines; the y below them."""
        pen.rule(self.left, y, self.right, weight=0.7)
        for x, column in self._places():
            pen.fitted(x, y + 3.3, column.title, column.width, 8, align=column.align, ink=QUIET)
            pen.fitted(
                x, y + 6.2, column.subtitle, column.width, 6, smallest=5, align=column.align, ink=QUIET
            )
        pen.rule(self.left, y + self.head_height, self.right)
        return y + self.head_height

    def draw(
        self, pen: Pen, y: float, rows: Sequence[Row], closing: float = HAIRLINE, *, bold: bool = False
    ) -> float:
        """Draw `rows` from `y` down with hairlines between them and a `closing` line; the y below them."""
        places = self._places()
        for index, row in enumerate(rows):
            baseline = y + self.row_height * 0.69
            for (x, column), (lines, size) in zip(places, row.cells, strict=True):
                for number, line in enumerate(lines):
                    pen.text(x, baseline + number * size * LEADING, line, size, bold=bold, align=column.align)
            y += row.height
            pen.rule(self.left, y, self.right, weight=closing if index == len(rows) - 1 else 0.2)
        return y

    def _places(self) -> list[tuple[float, Column]]:
        """Each column with the x its text is aligned to."""
        places = []
        x = self.left
        for column in self.columns:
            at = {LEFT: x + _PADDING, CENTRE: x + column.width / 2, RIGHT: x + column.width - _PADDING}
            places.append((at[column.align], column))
            x += column.width
        return places


def paginate(rows: Sequence[Row], room: float, last_room: float) -> list[list[Row]]:
    """Share `rows` among pages with `room` mm each, the last with `last_room` as it carries the totals; never no page.

    When the rows of the last page do not leave room for the totals, the last of them move to a page of their own.
    """
    pages: list[list[Row]] = [[]]
    used = 0.0
    for row in rows:
        if pages[-1] and used + row.height > room:
            pages.append([])
            used = 0.0
        pages[-1].append(row)
        used += row.height
    if used <= last_room:
        return pages
    moved: list[Row] = []
    while used > last_room and len(pages[-1]) > 1:
        moved.insert(0, pages[-1].pop())
        used -= moved[0].height
    if sum(row.height for row in moved) > last_room:
        return [*pages, *paginate(moved, room, last_room)]
    return [*pages, moved] if moved else pages
