"""Kinds of change requests: what a slice writes, in one file, to have something decided by a second person.

A kind reads its form into a payload of plain JSON (amounts as texts), says what it is about and what it would change,
and carries it out. It never asks who decides: that is the engine's affair.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import text

from heatdesk.approvals.errors import EffectDiffers, UnknownKind
from heatdesk.auth.permissions import Permission
from heatdesk.db import db
from heatdesk.errors import Refusal, msgid
from heatdesk.money import ZERO, format_money

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
    later: Decimal = ZERO
    """By how many yuan more they would rise once what was approved is carried out in the field, on the asked day."""

    def to_json(self) -> Payload:
        """Plain JSON in one spelling, so that what was seen can be compared with what would happen."""
        later = {"later": str(self.later)} if self.later else {}
        rows = [_row(one) for one in self.changes]
        return {"changes": rows, "difference": str(self.difference), **later}


@dataclass(frozen=True)
class Evidence:
    """A kind of file that has to be attached, at least `least` of it; `title` is translated when shown."""

    name: str
    title: Any
    least: int = 1


@dataclass(frozen=True)
class Errand:
    """What somebody outside the office does for a carried-out request: its number and page, how it stands (word, icon,
    tone of `_state.html`), and what bills rose by when it was done, yuan, signed; None before.
    """

    number: str
    url: str
    state: str
    look: tuple[Any, str, str]
    moved: Decimal | None = None


@dataclass(frozen=True)
class Head:
    """Whom or what a form is about, shown above it: a name, where it is, states as chips, figures in yuan."""

    title: str
    code: str
    place: tuple[str, ...]
    chips: tuple[tuple[str, Any, str | None, str], ...] = ()
    """(machine word, label, icon, tone) as `_state.html` shows them."""
    figures: tuple[tuple[Any, Decimal], ...] = ()
    url: str | None = None


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
    fields: str = "approvals/requests/_fields.html"
    """The template that lays out the fields of `form`."""

    def read(self, form: Any) -> Payload:
        """The payload of a valid form: texts, whole numbers, truth values, lists and records only."""
        raise NotImplementedError

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        """The form's data for editing a payload; the inverse of `read`."""
        raise NotImplementedError

    def start(self, given: Mapping[str, str]) -> Mapping[str, Any]:
        """The form's data of a new request opened with `given` in its address, such as a card number."""
        return dict(given)

    def head(self, given: Mapping[str, str]) -> Head | None:
        """Whom the form is about, as far as what stands in it says; None where nobody is known yet."""
        return next(filter(None, (find(given) for find in _finders)), None)

    def take_back(self, name: str, payload: Payload) -> Mapping[str, Any]:
        """The form's data of a request of kind `name`, one of `undone_by`, that takes back what was carried out."""
        return self.fill(payload) if name == self.name else {}

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

    def errands(self, request_id: int) -> Sequence[Errand]:  # noqa: ARG002 (most kinds are done with the approval)
        """What is still to be done elsewhere, or was."""
        return ()


class BatchKind(Kind):
    """A kind that changes many things alike; rows that no longer fit are left out and reported, never forced."""

    def rows(self, payload: Payload) -> Sequence[BatchRow]:
        raise NotImplementedError

    def apply_row(self, effect: Effect, row: BatchRow) -> Decimal:
        """Carry out one row, in a savepoint and a part of its own; a refusal leaves it out."""
        raise NotImplementedError

    def apply_rows(self, effect: Effect, rows: Sequence[BatchRow]) -> list[Decimal | Refusal]:
        """What came of each row: what it moved, or why it is left out. A kind that can do many at once does so here."""
        return [self._alone(effect, row) for row in rows]

    def _alone(self, effect: Effect, row: BatchRow) -> Decimal | Refusal:
        """A refusal undoes and reports this row alone."""
        try:
            with db.session.begin_nested(), effect.part(row.key):
                return as_thought(row, self.apply_row(effect, row))
        except Refusal as refusal:
            return refusal

    def preview(self, payload: Payload) -> Preview:
        """Count and sum; a kind may show more."""
        rows = self.rows(payload)
        total = sum((row.amount for row in rows), ZERO)
        return Preview((Change(msgid("Rows"), None, Decimal(len(rows)), "count"),), total)


def as_thought(row: BatchRow, done: Decimal) -> Decimal:
    """What was done, if that is what was approved; raises `EffectDiffers`."""
    if done != row.amount:
        raise EffectDiffers(done=format_money(done), shown=format_money(row.amount))
    return done


_kinds: dict[str, Kind] = {}
Finder = Callable[[Mapping[str, str]], Head | None]
_finders: list[Finder] = []


def finds_heads(finder: Finder) -> Finder:
    """Function decorator: from now on it is asked whom a form is about."""
    _finders.append(finder)
    return finder


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
