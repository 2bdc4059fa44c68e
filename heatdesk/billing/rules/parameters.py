"""Dated rules as JSON and back: frozen dataclasses read from plain values, with refusals that name the wrong
key.

The shape of the JSON *is* the shape of the dataclasses: a field is a key, a nested dataclass is a group, a
tuple is a list, a union of dataclasses is told apart by the key `family`. Decimals are written as strings,
dates as `YYYY-MM-DD`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from heatdesk.errors import BadInput

T = TypeVar("T")

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
"""Plain decimals only: an exponent would let ten characters ask for a billion digits."""


@dataclass(frozen=True, slots=True)
class Within:
    """The least and the greatest value that make sense."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day that comes every year, written `09-30`."""

    month: int
    day: int

    def around(self, start: date) -> date:
        """The one occurrence in the year that begins nine months before a season’s `start`."""
        earliest = start - timedelta(days=274)
        candidates = (self._in_year(earliest.year), self._in_year(earliest.year + 1))
        return next(day for day in candidates if day >= earliest)

    def _in_year(self, year: int) -> date:
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return date(year, self.month, self.day - 1)

    def __str__(self) -> str:
        return f"{self.month:02}-{self.day:02}"


Share = Annotated[Decimal, Within(Decimal(0), Decimal(1))]
"""A part of one: 0.20 is 20 %."""
Coefficient = Annotated[Decimal, Within(Decimal(0), Decimal(10))]
"""A factor on an area or a fee."""
Price = Annotated[Decimal, Within(Decimal(0), Decimal(100000))]
"""Yuan per unit."""
Money = Annotated[Decimal, Within(Decimal(0), Decimal("999999999999.99"))]
"""Yuan."""
Metres = Annotated[Decimal, Within(Decimal(0), Decimal(100))]
"""A height in metres."""
StoreyHeight = Annotated[Decimal, Within(Decimal("0.5"), Decimal(60))]
"""The height of a real storey in metres."""
SquareMetres = Annotated[Decimal, Within(Decimal(0), Decimal(10000000))]
"""An area in m²."""
Celsius = Annotated[Decimal, Within(Decimal(-60), Decimal(60))]
"""A temperature in °C."""
Energy = Annotated[Decimal, Within(Decimal(0), Decimal(10**10))]
"""A quantity of heat or steam in the unit its key names."""
Count = Annotated[int, Within(Decimal(0), Decimal(100000))]
"""A number of days, hours, months or years."""


def read(shape: type[T], given: object, path: str = "") -> T:
    """Build the dataclass `shape` from a mapping of plain values.

    Raises `BadInput` naming the key (`suspension.share`) that is unknown, missing, or has an impossible
    value.
    """
    if not isinstance(given, Mapping):
        raise BadInput("“%(key)s” must be a group of named values.", key=path or shape.__name__)
    hints = get_type_hints(shape, include_extras=True)
    known = {key_of(field): field for field in fields(shape)}  # type: ignore[arg-type]
    for key in given:
        if key not in known and not (key == "family" and hasattr(shape, "family")):
            raise BadInput(
                "“%(key)s” is not known here. Known are: %(known)s.",
                key=_join(path, str(key)),
                known=", ".join(sorted(known)),
            )
    values: dict[str, Any] = {}
    for key, field in known.items():
        if given.get(key) is not None:
            values[field.name] = _value(hints[field.name], given[key], _join(path, key))
        elif field.default is MISSING and field.default_factory is MISSING:
            raise BadInput("“%(key)s” is missing.", key=_join(path, key))
    return shape(**values)


def write(rule: object) -> dict[str, Any]:
    """The plain values that `read` turns back into an equal dataclass; fields that are None are left out."""
    family = getattr(rule, "family", None)
    written: dict[str, Any] = {"family": family} if family is not None else {}
    for field in fields(rule):  # type: ignore[arg-type]
        value = getattr(rule, field.name)
        if value is not None:
            written[key_of(field)] = _plain(value)
    return written


def key_of(field: "Field[Any]") -> str:
    """The JSON key of a field: its name, or what its metadata says where the name is a word of Python
    (`from`).
    """
    return str(field.metadata.get("key", field.name))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | MonthDay):
        return str(value)
    return write(value) if is_dataclass(value) else value


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _value(hint: Any, given: object, path: str) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        value = _value(args[0], given, path)
        for limit in args[1:]:
            _check_within(value, limit, path)
        return value
    if origin in (Union, UnionType):
        return _one_of([arg for arg in args if arg is not NoneType], given, path)
    if origin is tuple:
        if not isinstance(given, list | tuple):
            raise BadInput("“%(key)s” must be a list.", key=path)
        return tuple(_value(args[0], item, f"{path}[{i}]") for i, item in enumerate(given))
    if hint in _SCALARS:
        return _SCALARS[hint](given, path)
    if isinstance(hint, type) and is_dataclass(hint):
        return read(hint, given, path)
    if not issubclass(hint, StrEnum):
        raise TypeError(f"{path}: parameters cannot hold {hint}")
    return _choice(hint, given, path)


def _one_of(shapes: list[Any], given: object, path: str) -> Any:
    if len(shapes) == 1:
        return _value(shapes[0], given, path)
    if not isinstance(given, Mapping):
        raise BadInput("“%(key)s” must be a group of named values.", key=path)
    by_family = {shape.family: shape for shape in shapes}
    family = given.get("family")
    if family not in by_family:
        raise BadInput(
            "“%(key)s” must be one of: %(known)s.", key=f"{path}.family", known=", ".join(sorted(by_family))
        )
    return read(by_family[family], given, path)


def _check_within(value: Decimal | int, limit: Within, path: str) -> None:
    if not limit.low <= value <= limit.high:
        raise BadInput(
            "“%(key)s” is %(value)s; it must lie between %(low)s and %(high)s.",
            key=path,
            value=value,
            low=limit.low,
            high=limit.high,
        )


def _choice(kind: type[StrEnum], given: object, path: str) -> StrEnum:
    try:
        return kind(str(given))
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise BadInput("“%(key)s” must be one of: %(known)s.", key=path, known=known) from None


def _decimal(given: object, path: str) -> Decimal:
    if isinstance(given, Decimal | int | str) and not isinstance(given, bool):
        text = str(given)
        if NUMBER.fullmatch(text):
            return Decimal(text)
    raise BadInput(
        "“%(key)s” must be a number such as 12.50, not “%(given)s”.", key=path, given=str(given)[:40]
    )


def _integer(given: object, path: str) -> int:
    value = _decimal(given, path)
    if value != value.to_integral_value():
        raise BadInput("“%(key)s” must be a whole number, not “%(given)s”.", key=path, given=str(given)[:40])
    return int(value)


def _date(given: object, path: str) -> date:
    if type(given) is date:
        return given
    try:
        if isinstance(given, str) and len(given) == len("2024-11-01"):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise BadInput(
        "“%(key)s” must be a date such as 2024-11-01, not “%(given)s”.", key=path, given=str(given)[:40]
    )


def _boolean(given: object, path: str) -> bool:
    if isinstance(given, bool):
        return given
    raise BadInput("“%(key)s” must be true or false, not “%(given)s”.", key=path, given=str(given)[:40])


def _text(given: object, path: str) -> str:
    if isinstance(given, str):
        return given
    raise BadInput("“%(key)s” must be text, not “%(given)s”.", key=path, given=str(given)[:40])


def _month_day(given: object, path: str) -> MonthDay:
    if isinstance(given, str) and len(given) == len("09-30"):
        try:
            leap_day = date.fromisoformat(f"2024-{given}")
        except ValueError:
            leap_day = None
        if leap_day is not None:
            return MonthDay(leap_day.month, leap_day.day)
    raise BadInput("“%(key)s” must be a day such as 09-30, not “%(given)s”.", key=path, given=str(given)[:40])


_SCALARS: dict[type, Callable[[object, str], object]] = {
    Decimal: _decimal,
    int: _integer,
    date: _date,
    MonthDay: _month_day,
    bool: _boolean,
    str: _text,
}
