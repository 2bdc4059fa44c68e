"""Building plans (楼栋图): where each flat stands in the picture of its building, and how it stands with its bills.

What a register calls a room is free text: 1604, 0501室, 3-2-501, 2-16-04, 10304, 5层东户, 负101, 门市2. The floor
that the register records wins over what the room's name says; what has neither floor nor number of a flat stands in a
row of its own, so that no flat is lost.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import count

from heatdesk.billing.rules.states import SupplyState

HIGHEST, DEEPEST = 80, -9
"""Floors beyond these are numbers of something else."""

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−#/\\、，,.·", "-"))
_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_CHINESE = "零一二两三四五六七八九十"
_BUILDING = re.compile(r"^\d+(?:号楼|栋|幢|座|#)-?")
_UNIT = re.compile(rf"^(?:(\d+|[{_CHINESE}]+)单元|([A-Z])座?(?=\d{{3,4}}$))-?")
_BASEMENT = re.compile(rf"^(?:地下室?|负|B|-)-?(\d+|[{_CHINESE}]+)?(?:层|楼|F)?-?(\d+)?(.*)$")
_STOREY = re.compile(rf"^(\d+|[{_CHINESE}]+)(?:层|楼|F)-?(\d+)?(.*)$")
_FLAT = re.compile(r"^[\d-]+(?:室|号|户)?-?[A-Z东西南北中左右甲乙丙]?户?$")


class FlatState(StrEnum):
    """How a flat stands, one word for its colour in the picture."""

    PAID = "paid"
    PART_PAID = "part_paid"
    OWES = "owes"
    SUSPENDED = "suspended"
    CUT = "cut"
    DEMOLISHED = "demolished"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a flat stands: its unit (stairway; empty where none is known), floor, and position on the floor."""

    unit: str
    floor: int | None
    position: int | None


@dataclass(frozen=True, slots=True)
class Floor:
    """One floor: per column of the plan the numbers of the flats that stand there, mostly one."""

    number: int
    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The picture: units from left to right with their number of columns (that of the flats that name none last),
    floors from the top, and the rest.

    Flats are named by their place in the list that was given.
    """

    units: tuple[tuple[str, int], ...]
    floors: tuple[Floor, ...]
    elsewhere: tuple[int, ...]

    @property
    def columns(self) -> int:
        return sum(columns for _unit, columns in self.units)


def state_of(*, has_account: bool, supply: SupplyState | None, owed: Decimal, paid: Decimal) -> FlatState:
    """The one state of a flat: how it is supplied comes before what it owes, for that is what a visitor finds.

    `owed` is over all seasons; `paid` what was paid towards the bills that are still open.
    """
    if not has_account:
        return FlatState.EMPTY
    stopped = {
        SupplyState.SUSPENDED: FlatState.SUSPENDED,
        SupplyState.CUT: FlatState.CUT,
        SupplyState.DEMOLISHED: FlatState.DEMOLISHED,
    }
    if supply in stopped:
        return stopped[supply]
    if not owed:
        return FlatState.PAID
    return FlatState.PART_PAID if paid else FlatState.OWES


def spot_of(unit: str, room: str, floor: int | None = None) -> Spot:
    """Where the flat stands by what its unit and room are called and the floor that is recorded."""
    text = _plain(room)
    named, text = _named_unit(_BUILDING.sub("", text))
    within = _plain_unit(unit)
    found = _basement(text) or _storey(text) or _numbered(text, has_unit=bool(within))
    spot = found or Spot("", None, None)
    if floor is None and spot.floor is not None and DEEPEST <= spot.floor <= HIGHEST and spot.floor:
        floor = spot.floor
    position = spot.position
    if floor is not None and found is None and text.isdigit():
        position = int(text)
    return Spot(within or named or spot.unit, floor, position if floor is not None else None)


def plan(flats: Sequence[tuple[Spot, str]]) -> Plan:
    """The picture of the flats, each given as its spot and what its room is called."""
    order = sorted(range(len(flats)), key=lambda number: natural(flats[number][1]))
    standing = [number for number in order if flats[number][0].floor is not None]
    places = _columns(standing, flats)
    units = sorted({unit for unit, _column in places.values()}, key=lambda unit: (not unit, natural(unit)))
    widths = [(unit, 1 + max(column for at, column in places.values() if at == unit)) for unit in units]
    starts = {unit: sum(width for _u, width in widths[:i]) for i, (unit, _width) in enumerate(widths)}
    columns = sum(width for _unit, width in widths)
    floors: dict[int, list[list[int]]] = {}
    for number in standing:
        unit, column = places[number]
        cells = floors.setdefault(flats[number][0].floor or 0, [[] for _column in range(columns)])
        cells[starts[unit] + column].append(number)
    return Plan(
        units=tuple(widths),
        floors=tuple(
            Floor(floor, tuple(map(tuple, floors[floor]))) for floor in sorted(floors, reverse=True)
        ),
        elsewhere=tuple(number for number in order if flats[number][0].floor is None),
    )


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts as people count: 2 before 10, 门市2 before 门市10."""
    pieces = re.findall(r"\d+|\D+", _plain(text))
    return tuple(
        (0, int(piece[:18]), "") if piece.isdecimal() and piece.isascii() else (1, 0, piece)
        for piece in pieces
    )


def _columns(standing: Iterable[int], flats: Sequence[tuple[Spot, str]]) -> dict[int, tuple[str, int]]:
    """Unit and column of every flat that has a floor: positions in use are lined up, so that gaps in numbering take no
    room; a flat without a position takes the first column its floor has free.
    """
    members: dict[str, list[int]] = {}
    for number in standing:
        members.setdefault(flats[number][0].unit, []).append(number)
    places: dict[int, tuple[str, int]] = {}
    for unit, numbers in members.items():
        known = sorted({position for n in numbers if (position := flats[n][0].position) is not None})
        taken: dict[int | None, set[int]] = {}
        unplaced = []
        for number in numbers:
            spot = flats[number][0]
            if spot.position is None:
                unplaced.append(number)
                continue
            places[number] = unit, known.index(spot.position)
            taken.setdefault(spot.floor, set()).add(known.index(spot.position))
        for number in unplaced:
            used = taken.setdefault(flats[number][0].floor, set())
            column = next(free for free in count() if free not in used)
            used.add(column)
            places[number] = unit, column
    return places


def _plain(text: str) -> str:
    """Half-width capitals with one kind of dash, and without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper().translate(_DASHES)


def _plain_unit(unit: str) -> str:
    """3单元, ３ and 三单元 are one unit."""
    text = _plain(unit).removesuffix("单元")
    number = _number(text)
    return text if number is None else str(number)


def _named_unit(text: str) -> tuple[str, str]:
    """The unit that stands in front of a room's number, 3单元501 or A座1604, and what follows it."""
    found = _UNIT.match(text)
    if found is None or (found[2] == "B" and len(text) < len("B1604")):
        return "", text
    number = _number(found[1]) if found[1] else None
    return found[2] or str(number), text[found.end() :]


def _basement(text: str) -> Spot | None:
    """负101, B1-02, -101, 地下5: below the ground."""
    found = _BASEMENT.match(text)
    if found is None or (text.startswith("B") and not found[1]):
        return None
    number = _number(found[1] or "")
    if number is not None and number >= 100:
        return Spot("", -(number // 100), number % 100)
    if number is not None and (found[2] or not text.startswith("地下")):
        return Spot("", -number or -1, int(found[2][-2:]) if found[2] else None)
    return Spot("", -1, number)


def _storey(text: str) -> Spot | None:
    """5层东户, 三楼2: the floor is said, a number after it is the position."""
    found = _STOREY.match(text)
    number = _number(found[1]) if found else None
    if found is None or number is None:
        return None
    return Spot("", number, int(found[2][-2:]) if found[2] else None)


def _numbered(text: str, *, has_unit: bool) -> Spot | None:
    """The number of a flat, with what stands before it: floor × 100 + position, or floor and position apart."""
    if not _FLAT.match(text):
        return None
    groups = re.findall(r"\d+", text)
    last, before = groups[-1], groups[:-1]
    if len(last) in (3, 4):
        return Spot(_last(before), int(last[:-2]), int(last[-2:]))
    if len(last) == 5 and int(last[1:3]):
        return Spot(last[0], int(last[1:3]), int(last[3:]))
    if (
        len(last) <= 2
        and before
        and (has_unit or len(before) != 1 or len(last) == 2)
        and len(before[-1]) <= 2
    ):
        return Spot(_last(before[:-1]), int(before[-1]), int(last))
    return None


def _last(groups: Sequence[str]) -> str:
    return str(int(groups[-1])) if groups else ""


def _number(text: str) -> int | None:
    """5 and 五 alike, up to 九十九; None for what is no number."""
    if text.isdecimal() and text.isascii():
        return int(text[:9])
    if not text or any(sign not in _CHINESE for sign in text):
        return None
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS[text] if len(text) == 1 else None
    return (_DIGITS.get(tens, 1) if len(tens) <= 1 else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
