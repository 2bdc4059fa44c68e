"""How phones and identity numbers are written and shown; plain functions without web or database."""

import re
import unicodedata

from heatdesk.errors import BadInput

MOST_PHONES = 8
_BETWEEN = re.compile(r"[,，;；/、|\n\r\t]+|\s{2,}|\s(?=1\d{10}\b)")
_COUNTRY = re.compile(r"(?:\+|\b00)86[\s-]*(?=1[\d\s-]{10})")
_PHONE = re.compile(r"\d{5,15}(?:-\d{1,6})?")


def read_phones(typed: str) -> list[str]:
    """Phones as stored: digits alone, an extension after a hyphen; several are parted by commas, blanks or lines.

    `+86 151-5801-8395，024-25871234转801` → `["15158018395", "02425871234-801"]`. Raises `BadInput` for what is none.
    """
    text = _COUNTRY.sub("", unicodedata.normalize("NFKC", typed))
    phones = [_one_phone(part) for part in _BETWEEN.split(text) if part.strip()]
    if len(phones) > MOST_PHONES:
        raise BadInput("At most %(most)s phones are kept for one customer.", most=MOST_PHONES)
    return list(dict.fromkeys(phones))


def _one_phone(typed: str) -> str:
    digits, sign, extension = re.sub(r"[\s()+.]", "", typed).partition("转")
    groups = digits.split("-")
    area_code = len(groups[0]) <= 4 and not digits.startswith("1")
    if not sign and len(groups) == (3 if area_code else 2) and (area_code or len(groups[0]) > 4):
        sign, extension = "-", groups.pop()
    phone = "".join(groups) + ("-" + extension if sign else "")
    if not _PHONE.fullmatch(phone):
        raise BadInput(
            "“%(typed)s” is no phone number. Write digits, and a comma between two numbers.",
            typed=typed.strip()[:40],
        )
    return phone


def mask_id_number(number: str) -> str:
    """The first two and the last two signs; what lies between is nobody's business at the counter."""
    if len(number) <= 6:
        return "*" * len(number)
    return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"
