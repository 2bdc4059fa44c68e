"""Finding the row of column names below titles and notes, be it one row or two."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

Cell = str | int | float
"""What a cell holds; `""` is an empty one. Dates arrive as ISO text, the truth values as TRUE and FALSE."""

HEAD_ROWS = 30
"""How deep titles, notes and blank rows above the column names may go."""

_ASIDE = re.compile(r"[(\[【<〔].*?[)\]】>〕]")
_NOISE = re.compile(r"[\s*:_#/\\.、,-]+")


@dataclass(frozen=True, slots=True)
class Header:
    """`index` of the (last) row of names counted from 0, the names, and how many of them are known."""

    index: int
    names: tuple[str, ...]
    known: int


def normal_name(name: str) -> str:
    """A column name without what varies: width, case, blanks, stars, and asides such as `(㎡)`.

    A name that is only an aside keeps its letters, so `(备注)` is still `备注`.
    """
    wide = unicodedata.normalize("NFKC", name).lower()
    return _NOISE.sub("", _ASIDE.sub("", wide)) or _NOISE.sub("", wide).strip("()[]【】<>〔〕")


def find_header(rows: Sequence[Sequence[Cell]], known: Collection[str] = ()) -> Header | None:
    """The row among the first `HEAD_ROWS` that has the most known names; `known` holds normal names.

    Two rows make the header together where a group name (面积) stands over its columns (建筑面积, 套内面积):
    then an empty cell of the lower row takes the upper one's text. Without known names the row with the most
    different texts is taken, so that the clerk can still say what the columns are. None: there is no row with
    text.
    """
    best: tuple[int, int, Header] | None = None
    head = rows[:HEAD_ROWS]
    for index, row in enumerate(head):
        single = _header(index, row, known)
        candidates = [single]
        if index + 1 < len(head):
            lower = head[index + 1]
            width = max(len(row), len(lower))
            pairs = zip(_padded(lower, width), _padded(row, width), strict=True)
            double = _header(index + 1, [below if below != "" else above for below, above in pairs], known)
            if single.known >= 2 and double.known > max(single.known, _header(index + 1, lower, known).known):
                candidates.append(double)
        for header in candidates:
            texts = len({name for name in header.names if name})
            if texts and (best is None or (header.known, texts if not header.known else 0) > best[:2]):
                best = (header.known, texts if not header.known else 0, header)
    return best[2] if best else None


def _header(index: int, row: Sequence[Cell], known: Collection[str]) -> Header:
    names = tuple(" ".join(cell.split()) if isinstance(cell, str) else str(cell) for cell in row)
    return Header(index, names, len({normal_name(name) for name in names} & set(known)))


def _padded(row: Sequence[Cell], width: int) -> list[Cell]:
    return [*row, *[""] * (width - len(row))]
