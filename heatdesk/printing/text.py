"""Making text fit: shrink first, wrap next, cut with an ellipsis last."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from heatdesk.printing.fonts import text_width
from heatdesk.printing.sheets import POINTS_PER_MM

LEADING = 0.44
"""Millimetres from baseline to baseline for each point of size."""
ELLIPSIS = "…"
_NEVER_FIRST = frozenset("，。、；：？！）》」』】〉%％…,.;:?!)]}·㎡℃")
_NEVER_LAST = frozenset("（《「『【〈([{¥￥")
_SHRINK_STEP = 0.25


@dataclass(frozen=True, slots=True)
class Room:
    """Where a text must fit: mm of width (and height), how many lines, how small its letters may become in points."""

    width: float
    lines: int = 2
    smallest: float = 6
    height: float | None = None

    def lines_at(self, size: float) -> int:
        if self.height is None:
            return self.lines
        return max(1, min(self.lines, int(self.height / (size * LEADING))))


def figure(value: Decimal) -> str:
    """A quantity as it was stored, with thousands and the true minus sign: `-1085.50` → `−1,085.50`."""
    return f"{value:,f}".replace("-", "−")


def tidy(text: str) -> str:
    """One line without control characters: a tab or a line break inside a name would print as a box."""
    return (
        text if text.isprintable() else " ".join("".join(c if c.isprintable() else " " for c in text).split())
    )


def fit(text: str, width: float, size: float, smallest: float, *, bold: bool = False) -> tuple[str, float]:
    """One line within `width` mm: the text (cut only when even `smallest` points are too wide) and its size."""
    room = width * POINTS_PER_MM
    needed = text_width(text, size, bold=bold)
    if needed <= room:
        return text, size
    shrunk = max(smallest, size * room / needed)
    return cut(text, width, shrunk, bold=bold), shrunk


def cut(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """`text` if it fits `width` mm, else as much of its beginning as fits before an ellipsis."""
    room = width * POINTS_PER_MM + 0.01
    if text_width(text, size, bold=bold) <= room:
        return text
    room -= text_width(ELLIPSIS, size, bold=bold)
    while text and text_width(text, size, bold=bold) > room:
        text = text[:-1]
    return text + ELLIPSIS


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines within `width` mm: Chinese breaks anywhere but before closing punctuation, Latin words stay whole."""
    room = width * POINTS_PER_MM + 0.01
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, room, size, bold=bold):
        if line and text_width((line + piece).rstrip(), size, bold=bold) > room:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def fit_lines(text: str, room: Room, size: float, *, bold: bool = False) -> tuple[list[str], float]:
    """The lines that fit `room` and their size: shrunk step by step down to the smallest, then cut."""
    if text_width(text, size, bold=bold) <= room.width * POINTS_PER_MM:
        return [text], size
    while True:
        lines = wrap(text, room.width, size, bold=bold)
        most = room.lines_at(size)
        if len(lines) <= most:
            return lines, size
        if size <= room.smallest:
            break
        size = max(room.smallest, size - _SHRINK_STEP)
    rest = "".join(lines[most - 1 :])
    return [*lines[: most - 1], cut(rest, room.width, size, bold=bold)], size


def _pieces(text: str, room: float, size: float, *, bold: bool) -> Iterator[str]:
    """What may not be broken: a Chinese character with its punctuation, a Latin word with the space after it."""
    piece = ""
    for character in text:
        if piece and _may_break(piece[-1], character):
            yield piece
            piece = ""
        if piece and text_width(piece + character, size, bold=bold) > room:
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    return before == " " or before > "\u2e7f" or after > "\u2e7f"
