"""How phones and identity numbers are written and shown; plain functions without web or database."""

import re
import unicodedata

from heatdesk.errors import BadInput

MOST_PHONES = 8
_BETWEEN = re.compile(r"[,，;；/、|\n\r\t]+|\s{2,}|\s(?=1\d{10}\b)")
_PHONE = re.compile(r"\d{5,15}(?:-\d{1,6})?")


def read_phones(typed: str) -> list[str]:
    """Phones as stored: digits alone, an extension after a hyphen; several are parted by commas, blanks or lines.

    `151 5801 8395，024-2587 1234` → `["15158018395", "02425871234"]`. Raises `BadInput` naming what is no phone.
    """
    parts = _BETWEEN.split(unicodedata.normalize("NFKC", typed))
    phones = [_one_phone(part) for part in parts if part.strip()]
    if len(phones) > MOST_PHONES:
        raise BadInput("At most %(most)s phones are kept for one customer.", most=MOST_PHONES)
    return list(dict.fromkeys(phones))


def _one_phone(typed: str) -> str:
    bare = re.sub(r"^(?:\+|00)86(?=1\d{10}$)", "", re.sub(r"[\s()+.]", "", typed.replace("转", "-")))
    bare = re.sub(r"^86(?=1\d{10}$)", "", bare)
    if bare.count("-") == 1 and len(bare.split("-")[0]) <= 4:
        bare = bare.replace("-", "")
    head, hyphen, extension = bare.partition("-")
    if hyphen and len(head) <= 4:
        second, hyphen, extension = extension.partition("-")
        head += second
    phone = head + hyphen + extension
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
