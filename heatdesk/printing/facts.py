"""Printable facts to JSON and back: what a paper said when it was issued, kept for the day it is printed again.

Facts are frozen dataclasses of `str`, `int`, `Decimal`, `date`, `datetime`, optional values and tuples of such
dataclasses. Amounts become strings, so no JSON reader turns them into binary fractions.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, ClassVar, Self, get_args, get_origin, get_type_hints

from heatdesk.errors import BadInput


class UnreadableFacts(BadInput):
    message = (
        "This paper was stored by another version of heatdesk: %(reason)s. Update heatdesk, then print again."
    )


class Facts:
    """Base of the facts of one paper; a subclass counts `VERSION` up when it gains or loses a field."""

    VERSION: ClassVar[int] = 1

    def to_json(self) -> dict[str, Any]:
        """The facts as plain JSON values, with the version under `version`."""
        return {"version": self.VERSION, **_plain(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The facts as they were stored; fields added since take their defaults.

        Raises UnreadableFacts for a later version, an unknown field or a value of the wrong kind.
        """
        version = data.get("version")
        if not isinstance(version, int) or not 1 <= version <= cls.VERSION:
            raise UnreadableFacts(reason=f"version {version} of {cls.__name__}")
        facts: Self = _built(cls, {key: value for key, value in data.items() if key != "version"})
        return facts


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _built(cls: Any, data: Any) -> Any:
    if not isinstance(data, Mapping):
        raise UnreadableFacts(reason=f"{cls.__name__} is not a record")
    hints = get_type_hints(cls)
    known = {field.name: field for field in fields(cls)}
    if unknown := sorted(data.keys() - known.keys()):
        raise UnreadableFacts(reason=f"{cls.__name__} has {', '.join(unknown)}")
    missing = [
        n for n, f in known.items() if n not in data and f.default is MISSING and f.default_factory is MISSING
    ]
    if missing:
        raise UnreadableFacts(reason=f"{cls.__name__} lacks {', '.join(missing)}")
    return cls(**{name: _value(hints[name], value, name) for name, value in data.items()})


def _value(kind: Any, value: Any, name: str) -> Any:
    if isinstance(kind, UnionType):
        if value is None:
            return None
        kind = next(option for option in get_args(kind) if option is not NoneType)
    if get_origin(kind) is tuple:
        return tuple(_value(get_args(kind)[0], item, name) for item in value)
    if is_dataclass(kind):
        return _built(kind, value)
    try:
        if kind is Decimal and isinstance(value, str):
            return Decimal(value)
        if kind in (date, datetime) and isinstance(value, str):
            return kind.fromisoformat(value)
    except (ValueError, ArithmeticError) as error:
        raise UnreadableFacts(reason=f"{name} is {value!r}") from error
    if type(value) is not kind:
        raise UnreadableFacts(reason=f"{name} is {value!r}")
    return value
