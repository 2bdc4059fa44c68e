"""Before and after as people read them, in their language, from what a request keeps as plain JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from heatdesk.approvals.kinds import MONEY
from heatdesk.i18n import _
from heatdesk.money import ZERO, format_money


@dataclass(frozen=True)
class ShownChange:
    """One row: what, before, after, and for money the difference in yuan."""

    label: str
    before: str
    after: str
    difference: Decimal | None
    is_number: bool


@dataclass(frozen=True)
class ShownPreview:
    changes: tuple[ShownChange, ...]
    difference: Decimal


def shown(preview: dict[str, Any] | None) -> ShownPreview | None:
    """The rows in the reader's language; None when nothing was reckoned yet."""
    if preview is None:
        return None
    rows = tuple(_row(one) for one in preview["changes"])
    return ShownPreview(rows, Decimal(preview["difference"]))


def _row(change: dict[str, Any]) -> ShownChange:
    unit, before, after = change["unit"], change["before"], change["after"]
    written = _(after, **change["values"]) if change.get("values") else _value(after, unit)
    source = f" [{change['source']}]" if change.get("source") else ""
    difference = Decimal(after or ZERO) - Decimal(before or ZERO) if unit == MONEY else None
    return ShownChange(
        label=f"{_(change['label']) if change['label'] else ''} {change['detail']}".strip(),
        before=_value(before, unit),
        after=f"{written}{source}",
        difference=difference,
        is_number=unit not in ("", "text", "words", "date"),
    )


def _value(value: Any, unit: str) -> str:
    if value in (None, "", []):
        return "–"
    write = _WRITERS.get(unit)
    return write(value) if write else f"{Decimal(value):,.2f} {unit}"


_WRITERS: dict[str, Callable[[Any], str]] = {
    MONEY: lambda value: format_money(Decimal(value)),
    "date": str,
    "count": lambda value: f"{int(Decimal(value)):,}",
    "text": str,
    "words": lambda value: " · ".join(_(word) for word in value),
    "": _,
}
"""How a value is written, by unit; any other unit stands behind a number with two places."""
