"""Telephone numbers of a register cell: several numbers, landlines, extensions, numbers written together."""

import re

from heatdesk.billing.rules.register_cells import BLANKS, half_width
from heatdesk.billing.rules.register_faults import (
    BAD_PHONE,
    GLUED_PHONES,
    NO_AREA_CODE,
    CellFault,
    Severity,
    shown,
)
from heatdesk.sheets.headers import Cell

_BETWEEN = re.compile(r"[/、,;|\n\r\\或和&]+")
_LABEL = re.compile(r"^(?:手机|电话|联系电话|tel|phone|mobile)[.:]*|\([^\d]*\)$", re.IGNORECASE)
_COUNTRY = re.compile(r"^(?:\+|00)86[\s-]?")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_TWO_MOBILES = re.compile(r"(1[3-9]\d{9})(1[3-9]\d{9})")
_LANDLINE = re.compile(
    r"\(?(010|02\d|0[3-9]\d{2})\)?-?(\d{7,8})(?:(?:-|转|ext\.?|x)(\d{1,6}))?", re.IGNORECASE
)
_SERVICE = re.compile(r"([48]00)-?(\d{3})-?(\d{4})")
_LOCAL = re.compile(r"[2-8]\d{6,7}")


def read_phones(cell: Cell) -> tuple[tuple[str, ...], tuple[CellFault, ...]]:
    """The numbers in their plain form (13812345678, 024-23895792, 024-23895792-801) without repetitions.

    A number that cannot be one is left out and named: the row is worth having without it.
    """
    text = half_width(cell)
    if text.lower() in BLANKS:
        return (), ()
    if _MOBILE.fullmatch(text):
        return (text,), ()
    numbers: dict[str, None] = {}
    faults: list[CellFault] = []
    for part in filter(None, (part.strip(" .") for part in _BETWEEN.split(text))):
        words = [part]
        if " " in part and not _read_number(part, may_be_two=False)[0]:
            words = part.split()
        for word in words:
            found, fault = _read_number(word)
            numbers.update(dict.fromkeys(found))
            faults += [fault] if fault else []
    return tuple(numbers), tuple(faults)


def _read_number(part: str, *, may_be_two: bool = True) -> tuple[tuple[str, ...], CellFault | None]:
    plain = _COUNTRY.sub("", re.sub(r"\s+", "", _LABEL.sub("", part)))
    digits = plain.replace("-", "")
    if _MOBILE.fullmatch(digits) or _MOBILE.fullmatch(digits.removeprefix("0")):
        return (digits.removeprefix("0"),), None
    if match := _LANDLINE.fullmatch(plain):
        return ("-".join(filter(None, match.groups())),), None
    if match := _SERVICE.fullmatch(plain):
        return ("-".join(match.groups()),), None
    if may_be_two and (match := _TWO_MOBILES.fullmatch(digits)):
        first, second = match.groups()
        values = {"value": shown(part), "first": first, "second": second}
        return (first, second), CellFault(GLUED_PHONES, values, Severity.WARNING)
    if _LOCAL.fullmatch(digits):
        return (digits,), CellFault(NO_AREA_CODE, {"value": shown(part)}, Severity.WARNING)
    return (), CellFault(BAD_PHONE, {"value": shown(part)}, Severity.WARNING)
