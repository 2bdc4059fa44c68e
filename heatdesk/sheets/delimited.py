"""Text tables: which encoding, which separator, which rows."""

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from heatdesk.errors import BadInput, msgid
from heatdesk.sheets.headers import HEAD_ROWS, find_header

ENCODING = msgid(
    "“%(name)s” mixes encodings: up to line %(line)s it is %(encoding)s, from there on it is not. Open it in "
    "your spreadsheet program, save it as .xlsx and upload that file."
)
QUOTES = msgid(
    "“%(name)s” cannot be read from row %(row)s on: a quotation mark is not closed, or stands in the middle "
    "of a cell. Correct that row, or save the list as .xlsx and upload that file."
)
NOT_TEXT = msgid(
    "“%(name)s” is no table of text. Open the list in your spreadsheet program, save it as .xlsx and upload "
    "that file."
)

_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SHOWN = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "gb18030": "GB18030"}
_SEPARATORS = ",;\t|"


@dataclass(frozen=True, slots=True)
class TextTable:
    """A decoded text table; `encoding` and `separator` as one tells the clerk."""

    text: str
    encoding: str
    separator: str

    def rows(self) -> Iterator[list[str]]:
        """Records in the order of the file, empty ones included; raises `csv.Error`."""
        return csv.reader(io.StringIO(self.text, newline=""), delimiter=self.separator, strict=True)


def read_text_table(content: bytes, name: str, known: Collection[str]) -> TextTable:
    """Decode and try every record once, so that a fault at the end of the file is told at once.

    Raises `BadInput` where the bytes are no text, change their encoding half-way, or quotes do not close.
    """
    text, encoding = _decoded(content, name)
    if "\x00" in text or not text.strip():
        raise BadInput(NOT_TEXT, name=name)
    table = TextTable(text, encoding, _separator(text, known))
    readable = 0
    try:
        for _ in table.rows():
            readable += 1
    except csv.Error as broken:
        raise BadInput(QUOTES, name=name, row=readable + 1) from broken
    return table


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    """UTF-8 and UTF-16 by their marks or their looks, else GB18030, which contains GBK and GB2312."""
    guesses = [encoding for mark, encoding in _BOMS.items() if content.startswith(mark)] or _guesses(content)
    broken: list[tuple[int, str]] = []
    for encoding in guesses:
        try:
            return content.decode(encoding), _SHOWN.get(encoding, "UTF-16")
        except UnicodeDecodeError as error:
            broken.append((error.start, encoding))
    furthest, encoding = max(broken)
    line = content.count(b"\n", 0, furthest) + 1
    raise BadInput(ENCODING, name=name, line=line, encoding=_SHOWN.get(encoding, "UTF-16"))


def _guesses(content: bytes) -> list[str]:
    head = content[:4096]
    if head.count(0) > len(head) // 8:
        return ["utf-16-le"] if head[1::2].count(0) >= head[0::2].count(0) else ["utf-16-be"]
    return ["utf-8", "gb18030"]


def _separator(text: str, known: Collection[str]) -> str:
    """The separator that shows the most known names in the first rows, then the one that occurs most."""
    head = text[:200_000]

    def merit(separator: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
        try:
            rows = list(islice(reader, HEAD_ROWS))
        except csv.Error:
            return 0, 0
        header = find_header(rows, known)
        return (header.known, len(header.names)) if header else (0, 0)

    return max(_SEPARATORS, key=merit)
