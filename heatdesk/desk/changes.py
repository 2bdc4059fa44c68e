"""The audit trail in words: who did what to what, and what it was before."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select

from heatdesk.audit import TABLE_LABELS, AuditEntry
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import ROLE_LABELS
from heatdesk.billing.models import Account
from heatdesk.billing.services import supply_terms
from heatdesk.billing.services.labels import MODES, PARTS, SUPPLY_STATES, USE_CLASSES
from heatdesk.desk.change_words import COLUMNS, STATES, VERBS
from heatdesk.i18n import _
from heatdesk.network import reading
from heatdesk.network.nouns import NOUNS
from heatdesk.people.forms import KIND_LABELS
from heatdesk.people.rules import mask_id_number
from heatdesk.web.pages import mask_phone

_WORDS: dict[str, dict[Any, Any]] = {
    "state": STATES | {state: label for state, (label, _icon, _tone) in SUPPLY_STATES.items()},
    "use_class": dict(USE_CLASSES),
    "mode": dict(MODES),
    "kind": {**KIND_LABELS, **PARTS},
    "role": dict(ROLE_LABELS),
    "field": {"phone": COLUMNS["phone"], "id_number": COLUMNS["id_number"]},
}
_PLACES = {parent.column: parent.noun for noun in NOUNS.values() for parent in noun.parents}
_UNTOLD = {
    *("id", "created_at", "name_initials", "account_id", "supply_term_id"),
    *("seal", "previous_seal", "totals"),
    *("sha256", "first_account_id", "last_account_id", "journals"),
}


@dataclass(frozen=True)
class Line:
    """One column's part of a change; an empty `before` or `after` is a dash."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One deed as people read it."""

    at: datetime
    who: str
    verb: str
    subject: str
    subject_id: str
    table: str
    lines: tuple[Line, ...]


def entries() -> Select[Any]:
    """Rows of (AuditEntry, name of who did it), newest first."""
    query: Any = (
        select(AuditEntry, Staff.name)
        .outerjoin(Staff, Staff.id == AuditEntry.actor_id)
        .order_by(AuditEntry.id.desc())
    )
    return query  # type: ignore[no-any-return]


def about(account: Account) -> Any:
    """The condition on the trail of an account, its customer, its premises and its supply terms."""
    term_ids = [str(term.id) for term in supply_terms.timeline(account.id)]
    subjects = {
        "account": [str(account.id)],
        "customer": [str(account.customer_id)],
        "premises": [str(account.premises_id)],
        "supply_term": term_ids,
    }
    return or_(
        *[
            and_(AuditEntry.subject_table == table, AuditEntry.subject_id.in_(ids))
            for table, ids in subjects.items()
            if ids
        ]
    )


def in_words(rows: Sequence[Any]) -> list[Change]:
    """Each row of `entries()` as a sentence with its lines; places are named in one query per noun."""
    names = _place_names(row[0] for row in rows)
    return [_change(entry, who, names) for entry, who in rows]


def _change(entry: AuditEntry, who: str | None, names: dict[tuple[str, Any], str]) -> Change:
    before, after = entry.before or {}, entry.after or {}
    columns = [column for column in {**before, **after} if column not in _UNTOLD]
    lines = tuple(
        Line(str(COLUMNS.get(column, column)), _said(column, before, names), _said(column, after, names))
        for column in columns
    )
    return Change(
        at=entry.recorded_at,
        who=who or _("heatdesk itself"),
        verb=str(VERBS.get(entry.verb, entry.verb)),
        subject=str(TABLE_LABELS.get(entry.subject_table or "", entry.subject_table or "")),
        subject_id=entry.subject_id or "",
        table=entry.subject_table or "",
        lines=lines,
    )


def _said(column: str, values: dict[str, Any], names: dict[tuple[str, Any], str]) -> str:
    value = values.get(column)
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    shape, shown = _SHOWN.get(column, (None, str))
    if shape is not None and isinstance(value, shape):
        return shown(value)
    if isinstance(value, dict | list):
        return _several(value)
    if column in _PLACES:
        return names.get((column, value), f"#{value}")
    return str(_WORDS.get(column, {}).get(value, value))


def _several(values: dict[str, Any] | list[Any]) -> str:
    if isinstance(values, dict):
        return ", ".join(f"{COLUMNS.get(name, name)} {one}" for name, one in values.items())
    return ", ".join(map(str, values))


def _part(part: dict[str, Any]) -> str:
    height = f", {part['net_height_m']} m" if part.get("net_height_m") else ""
    heated = f", {_('heated')}" if part.get("heated") else ""
    return f"{PARTS.get(part['kind'], part['kind'])} {part['area_m2']} m²{height}{heated}"


def _place_names(found: Iterable[AuditEntry]) -> dict[tuple[str, Any], str]:
    """(column, id) → name, for every place that a change mentions."""
    wanted: dict[str, set[int]] = {}
    for entry in found:
        for values in (entry.before or {}, entry.after or {}):
            for column in _PLACES.keys() & values.keys():
                if isinstance(values[column], int):
                    wanted.setdefault(column, set()).add(values[column])
    return {
        (column, place_id): label
        for column, ids in wanted.items()
        for place_id, label in reading.labels(NOUNS[_PLACES[column]], ids).items()
    }


_SHOWN: dict[str, tuple[type, Callable[[Any], str]]] = {
    "phones": (list, lambda phones: " ".join(map(mask_phone, phones))),
    "id_number": (str, mask_id_number),
    "parts": (list, lambda parts: "; ".join(map(_part, parts))),
}
"""Columns whose values are shown masked or put together, when they have the shape of the table's column: a deed may
write a figure or a filter under the same name.
"""
