"""Cleaning one cell of a register into a typed value: texts, card numbers, areas, amounts, dates.

Every reader takes what the file holds (`Cell`) and returns a pair: the value, or None for an empty or
unreadable cell, and the fault, or None. A fault of severity *error* means that the value is not usable; a
*warning* comes with the value that was understood. Readers are pure and know nothing of rows and columns, so
their answers can be kept and reused.
"""

import re
import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from heatdesk.billing.rules.register_faults import (
    AMOUNT_TOO_LARGE,
    AREA_NOT_POSITIVE,
    AREA_TOO_LARGE,
    BAD_CARD,
    BAD_COMMA,
    BAD_DATE,
    BAD_HEIGHT,
    DATE_OUT_OF_RANGE,
    DIGITS_LOST,
    LIKE_FORMULA,
    NEGATIVE_AMOUNT,
    NO_SUCH_DAY,
    NOT_A_NUMBER,
    PART_NEGATIVE,
    ROUNDED,
    SPREADSHEET_ERROR,
    TOO_LONG,
    CellFault,
    Severity,
    shown,
)
from heatdesk.money import FEN, round_money
from heatdesk.sheets.headers import Cell

MAX_NAME = 200
MAX_CARD = 32
MAX_TEXT = 500
MAX_AREA = Decimal(100_000)
MAX_AMOUNT = Decimal(100_000_000)
MAX_HEIGHT = Decimal(50)
FIRST_YEAR, LAST_YEAR = 1950, 2100
EXACT_INTEGERS = 10**15
"""Spreadsheet programs keep 15 digits of a number; longer card or identity numbers have lost their end."""

BLANKS = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "空", "null", "none", "n/a"})

_LONGEST_BLANK = max(map(len, BLANKS))
_ERRORS = frozenset({"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!"})
_UNSEEN: dict[int, None] = dict.fromkeys(
    [*range(9), *range(14, 32), *range(0x7F, 0xA0), 0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
     *range(0x2060, 0x2070), 0xFEFF]
)  # fmt: skip
"""Control characters and signs that turn or hide text; tabs and line ends stay, they count as blanks."""

_SIGNED_NUMBER = re.compile(r"[+\-＋－]\d+(\.\d+)?\w*")
_HAN = "\u2e80-\u9fff\U00020000-\U0003ffff"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}])\s+|\s+(?=[{_HAN}])")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_UNIT = re.compile(r"(?:m2|m\^2|m²|平方米|平方|平米|平|sqm|m|米|元|yuan|rmb|cny)$", re.IGNORECASE)
_DATE = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-./年])\s?(?P<month>\d{1,2})(?:(?P=mark)|月)\s?(?P<day>\d{1,2})日?"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?|(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
)
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)


def half_width(cell: Cell) -> str:
    """The cell as text: full-width signs made half-width, unseen characters dropped, blanks at both ends cut.

    A whole number that the spreadsheet kept as 123.0 is `123`; other numbers have the 15 digits it shows.
    """
    if isinstance(cell, str):
        text = cell if cell.isascii() else unicodedata.normalize("NFKC", cell)
        return (text if text.isprintable() else text.translate(_UNSEEN)).strip()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT_INTEGERS else f"{cell:.15g}"
    return str(cell)


def is_blank(cell: Cell) -> bool:
    """Nothing, or a sign that people write for nothing: -, 无, n/a."""
    if not isinstance(cell, str):
        return False
    text = cell.strip()
    return not text or (len(text) <= _LONGEST_BLANK and half_width(text).lower() in BLANKS)


def read_text(cell: Cell, longest: int = MAX_TEXT) -> tuple[str | None, CellFault | None]:
    """Free text in one line; what begins like a formula stays the text it is and is remarked."""
    text = " ".join(cell.translate(_UNSEEN).split()) if isinstance(cell, str) else half_width(cell)
    if is_blank(text):
        return None, None
    if text.lower() in _ERRORS:
        return None, CellFault(SPREADSHEET_ERROR, {"value": text})
    if len(text) > longest:
        return None, CellFault(TOO_LONG, {"value": shown(text), "length": len(text), "longest": longest})
    if text[0] in "=@＝＠" or (text[0] in "+-＋－" and len(text) > 1 and not _SIGNED_NUMBER.fullmatch(text)):
        return text, CellFault(LIKE_FORMULA, {"value": shown(text)}, Severity.WARNING)
    return text, None


def read_name(cell: Cell) -> tuple[str | None, CellFault | None]:
    """A name of a person or organisation: no blanks between Chinese characters, one between other words."""
    if isinstance(cell, str) and cell.isalpha() and not cell.isascii() and len(cell) <= MAX_NAME:
        return (None if cell in BLANKS else cell), None
    text, fault = read_text(cell, MAX_NAME)
    return (_BETWEEN_HAN.sub("", text) if text else text), fault


def read_place(cell: Cell) -> tuple[str | None, CellFault | None]:
    """A part of an address or the name of a branch or station; ２６号楼 and 26号楼 are the same building."""
    text, fault = read_text(half_width(cell), MAX_NAME)
    return (_BESIDE_HAN.sub("", text) if text else text), fault


def read_card_no(cell: Cell) -> tuple[str | None, CellFault | None]:
    """A card or identity number: 1 to 32 Latin letters, digits and - _ . as half-width text, leading zeros
    kept.
    """
    if isinstance(cell, str) and cell.isascii() and cell.isdecimal() and len(cell) <= MAX_CARD:
        return cell, None
    if isinstance(cell, int | float) and abs(cell) >= EXACT_INTEGERS:
        return None, CellFault(DIGITS_LOST, {"value": f"{cell:.0f}"})
    text = re.sub(r"\s+", "", half_width(cell)).lstrip("'")
    if text.lower() in BLANKS:
        return None, None
    if re.fullmatch(r"\d(\.\d+)?[Ee]\+\d+", text):
        return None, CellFault(DIGITS_LOST, {"value": text})
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z_.\-]{0,31}", text):
        return None, CellFault(BAD_CARD, {"value": shown(cell)})
    return text, None


def read_area(cell: Cell) -> tuple[Decimal | None, CellFault | None]:
    """The area of premises in m², 0 < a < 100,000; more than two places are rounded half-up and remarked."""
    number, fault = _read_number(cell, "88.71")
    if number is None:
        return None, fault
    if number <= 0 or number.quantize(FEN, ROUND_HALF_UP) == 0:
        return None, CellFault(AREA_NOT_POSITIVE, {"value": _signed(number)})
    return _area(number)


def read_part_area(cell: Cell) -> tuple[Decimal | None, CellFault | None]:
    """The area in m² of a part (balcony, attic …), which may be 0; otherwise as `read_area`."""
    number, fault = _read_number(cell, "5.6")
    if number is None:
        return None, fault
    if number < 0:
        return None, CellFault(PART_NEGATIVE, {"value": _signed(number)})
    return _area(number)


def _area(number: Decimal) -> tuple[Decimal | None, CellFault | None]:
    if number >= MAX_AREA:
        return None, CellFault(AREA_TOO_LARGE, {"value": f"{number:,f}"})
    return _two_places(number)


def read_height(cell: Cell) -> tuple[Decimal | None, CellFault | None]:
    """A storey height in metres, 1 ≤ h ≤ 50, two places."""
    number, fault = _read_number(cell, "2.8")
    if number is None:
        return None, fault
    if not 1 <= number <= MAX_HEIGHT:
        return None, CellFault(BAD_HEIGHT, {"value": _signed(number)})
    return _two_places(number)


def read_amount(cell: Cell) -> tuple[Decimal | None, CellFault | None]:
    """An amount in yuan, 0 ≤ a < 100,000,000, to the fen."""
    number, fault = _read_number(cell, "1234.50")
    if number is None:
        return None, fault
    if number < 0:
        return None, CellFault(NEGATIVE_AMOUNT, {"value": _signed(number)})
    if number >= MAX_AMOUNT:
        return None, CellFault(AMOUNT_TOO_LARGE, {"value": f"{number:,f}"})
    return _remarked(number, round_money(number))


def read_total(cell: Cell) -> tuple[Decimal | None, CellFault | None]:
    """A control total: any readable number, in the file's own precision."""
    return _read_number(cell, "326849.10")


def read_date(cell: Cell, *, date_1904: bool = False) -> tuple[date | None, CellFault | None]:
    """A day: date cell, 2025-01-28, 2025.1.28, 2025/1/28, 2025年1月28日, 20250128, or a spreadsheet's day
    number.
    """
    text = half_width(cell)
    if text.lower() in BLANKS:
        return None, None
    match = _DATE.fullmatch(text)
    if match is None:
        if re.fullmatch(r"[1-9]\d{4}(\.\d+)?", text):
            days = timedelta(days=int(text[:5]))
            return _in_range((_EPOCH_1904 if date_1904 else _EPOCH_1900) + days, text)
        return None, CellFault(BAD_DATE, {"value": shown(cell)})
    year, month, day = match["year"] or match["y"], match["month"] or match["m"], match["day"] or match["d"]
    try:
        return _in_range(date(int(year), int(month), int(day)), text)
    except ValueError:
        return None, CellFault(NO_SUCH_DAY, {"value": shown(text)})


def _in_range(day: date, text: str) -> tuple[date | None, CellFault | None]:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day, None
    return None, CellFault(DATE_OUT_OF_RANGE, {"value": shown(text), "day": day.isoformat()})


def _read_number(cell: Cell, example: str) -> tuple[Decimal | None, CellFault | None]:
    """A number as people write it: 1,234.50 · ９０．２５ · 88.71㎡ · ￥500元 · (12.00) for a negative one."""
    if isinstance(cell, bool):
        return None, CellFault(NOT_A_NUMBER, {"value": cell, "example": example})
    if isinstance(cell, int | float):
        exact = Decimal(half_width(cell)) if abs(cell) < EXACT_INTEGERS else None
        return (
            (exact, None)
            if exact is not None
            else (None, CellFault(NOT_A_NUMBER, {"value": cell, "example": example}))
        )
    text = half_width(cell)
    if text.lower() in BLANKS:
        return None, None
    if text.lower() in _ERRORS:
        return None, CellFault(SPREADSHEET_ERROR, {"value": text})
    plain = _UNIT.sub("", re.sub(r"\s+|^'", "", text).replace("−", "-").lstrip("¥$"))
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if _PLAIN_NUMBER.fullmatch(plain) and plain.isascii():
        return Decimal(plain), None
    message = BAD_COMMA if re.fullmatch(r"[+-]?[\d.]+(,[\d.]*)+", plain) else NOT_A_NUMBER
    return None, CellFault(message, {"value": shown(cell), "example": example})


def _two_places(number: Decimal) -> tuple[Decimal, CellFault | None]:
    return _remarked(number, number.quantize(FEN, ROUND_HALF_UP))


def _remarked(number: Decimal, taken: Decimal) -> tuple[Decimal, CellFault | None]:
    if number == taken:
        return taken, None
    return taken, CellFault(ROUNDED, {"value": f"{number:f}", "taken": f"{taken:f}"}, Severity.WARNING)


def _signed(number: Decimal) -> str:
    return f"{number:f}".replace("-", "−")
