"""Kinds of change requests: what a slice writes, in one file, to have something decided by a second person.

A kind reads its form into a payload of plain JSON (amounts as texts), says what it is about and what it would change,
and carries it out. It never asks who decides: that is the engine's affair.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import text

from heatdesk.approvals.errors import UnknownKind
from heatdesk.auth.permissions import Permission
from heatdesk.db import db
from heatdesk.errors import msgid
from heatdesk.money import ZERO

Payload = dict[str, Any]
MONEY = "money"
"""The unit of yuan in a preview."""


@dataclass(frozen=True)
class Target:
    """What a request is about: `key` is unique within the kind; branch (None: head office) and customer say whose."""

    key: str
    label: str
    branch_id: int | None
    customer_id: int | None = None


@dataclass(frozen=True)
class Change:
    """One row of a preview. `label` is an English msgid; texts among the values are shown in the reader's language.

    A value is yuan (`unit` money), another `Decimal` (with its unit, such as m²), a date, a text, or several texts.
    """

    label: str
    before: Decimal | date | str | tuple[str, ...] | None
    after: Decimal | date | str | tuple[str, ...] | None
    unit: str = ""
    detail: str = ""
    """What follows the label as it is: the code of a season, a card number."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What stands in the places of `after`, where that is a sentence."""
    source: str = ""
    """The number of the document that the row rests on."""

    @property
    def difference(self) -> Decimal:
        """By how many yuan this row rises; zero for what is no money."""
        if self.unit != MONEY:
            return ZERO
        before, after = (Decimal(str(one or ZERO)) for one in (self.before, self.after))
        return after - before


@dataclass(frozen=True)
class Preview:
    """What would change, and by how many yuan the bills would rise (negative: fall)."""

    changes: tuple[Change, ...]
    difference: Decimal = ZERO

    def to_json(self) -> Payload:
        """Plain JSON in one spelling, so that what was seen can be compared with what would happen."""
        return {"changes": [_row(one) for one in self.changes], "difference": str(self.difference)}


@dataclass(frozen=True)
class Evidence:
    """A kind of file that has to be attached, at least `least` of it; `title` is translated when shown."""

    name: str
    title: Any
    least: int = 1


@dataclass(frozen=True)
class BatchRow:
    """One row of a batch: a key unique in it, and the amount it is thought to move, yuan signed."""

    key: str
    amount: Decimal
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Effect:
    """What `apply` may know: the frozen payload, who decided last, and under which request to book."""

    request_id: int
    number: str
    payload: Payload
    by: int

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What is posted inside carries this request and `name`: one journal, booked at most once.

        The journal's columns read both from settings of the transaction, so no posting service has to hand them on.
        A refusal inside takes the settings back together with everything else.
        """
        _name_authority(str(self.request_id), name)
        yield
        _name_authority("", "")


def _name_authority(request_id: str, effect: str) -> None:
    db.session.execute(
        text(
            "select set_config('heatdesk.change_request', :request, true), set_config('heatdesk.effect', :effect, true)"
        ),
        {"request": request_id, "effect": effect},
    )


class Kind:
    """A kind of request; a subclass per kind, registered once. All methods raise refusals that people can act on."""

    name: str
    title: Any
    department: str
    """Code of the department that answers on the first level by default, shown to the applicant."""
    permission: Permission = Permission.REQUEST_CREATE
    form: type[FlaskForm]
    evidence: tuple[Evidence, ...] = ()
    undone_by: tuple[str, ...] = ()
    """Kinds of later requests that take the effect back; the same kind where the old fact is asked for again."""

    def read(self, form: Any) -> Payload:
        """The payload of a valid form: texts, whole numbers, truth values, lists and records only."""
        raise NotImplementedError

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        """The form's data for editing a payload; the inverse of `read`."""
        raise NotImplementedError

    def target(self, payload: Payload) -> Target:
        raise NotImplementedError

    def preview(self, payload: Payload) -> Preview:
        """What would change today; writes nothing that stays."""
        raise NotImplementedError

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (a kind may count otherwise)
        """What the request counts as for its level, yuan ≥ 0."""
        return abs(preview.difference)

    def took_part(self, payload: Payload) -> frozenset[int]:  # noqa: ARG002 (most kinds know of nobody)
        """Staff who did what this is about (took the payment, reported the flat): they do not decide on it."""
        return frozenset()

    def apply(self, effect: Effect) -> Decimal:
        """Carry out the frozen payload; returns by how many yuan bills rose. What is posted is posted in a `part`."""
        raise NotImplementedError


class BatchKind(Kind):
    """A kind that changes many things alike; rows that no longer fit are left out and reported, never forced."""

    def rows(self, payload: Payload) -> Sequence[BatchRow]:
        raise NotImplementedError

    def apply_row(self, effect: Effect, row: BatchRow) -> Decimal:
        """Carry out one row, in a savepoint and a part of its own; a refusal leaves it out."""
        raise NotImplementedError

    def preview(self, payload: Payload) -> Preview:
        """Count and sum; a kind may show more."""
        rows = self.rows(payload)
        total = sum((row.amount for row in rows), ZERO)
        return Preview((Change(msgid("Rows"), None, Decimal(len(rows)), "count"),), total)


_kinds: dict[str, Kind] = {}


def register(kind: type[Kind]) -> type[Kind]:
    """Class decorator: from now on requests of this kind can be made."""
    _kinds[kind.name] = kind()
    return kind


def get(name: str) -> Kind:
    """Raises `UnknownKind`."""
    if name not in _kinds:
        raise UnknownKind
    return _kinds[name]


def registered() -> list[Kind]:
    return list(_kinds.values())


def _row(one: Change) -> Payload:
    row: Payload = {
        "label": one.label,
        "detail": one.detail,
        "unit": one.unit,
        "before": _plain(one.before),
        "after": _plain(one.after),
    }
    said = {"values": dict(one.values), "source": one.source}
    return row | {name: value for name, value in said.items() if value}


def _plain(value: Any) -> Any:
    match value:
        case None | str():
            return value
        case tuple():
            return list(value)
        case Decimal():
            return str(value)
        case _:
            return value.isoformat()
