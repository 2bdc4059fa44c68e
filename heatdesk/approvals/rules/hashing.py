"""What was seen is what is decided: one spelling of a request's contents and its fingerprint (rules 5, 8, 11)."""

import hashlib
import json
from decimal import Decimal
from typing import Any


def canonical(value: Any) -> str:
    """JSON with one spelling for one content: keys sorted, no blanks, decimals as strings."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def is_frozen_safe(payload: Any) -> bool:
    """Whether JSON keeps it as it is: texts, whole numbers, truth values, lists and records; amounts are texts."""
    match payload:
        case None | str() | bool() | int():
            return True
        case list():
            return all(is_frozen_safe(one) for one in payload)
        case dict():
            return all(isinstance(key, str) and is_frozen_safe(value) for key, value in payload.items())
        case _:
            return False


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not go into a request")
