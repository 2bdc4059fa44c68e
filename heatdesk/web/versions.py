"""Stale pages: a form carries the version of the row it shows, and saving refuses when the row has moved on."""

import hashlib
from typing import Any

from sqlalchemy import inspect

from heatdesk.db import Model
from heatdesk.errors import Stale


def version_of(*rows: Model) -> str:
    """A short fingerprint of all column values; equal as long as nobody changed any of the rows."""
    values = [_values(row) for row in rows]
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def refuse_if_changed(seen: str | None, *rows: Model) -> None:
    """Raises `Stale` unless `seen` is the present version of the (locked) rows."""
    if seen != version_of(*rows):
        raise Stale


def _values(row: Model) -> list[tuple[str, Any]]:
    return [(attribute.key, getattr(row, attribute.key)) for attribute in inspect(type(row)).column_attrs]
