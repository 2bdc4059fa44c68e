"""Where a household of a register stands, and from which day on it is supplied how."""

import re
from datetime import date
from typing import NamedTuple

from heatdesk.billing.rules.register_reading import RegisterRow
from heatdesk.billing.rules.states import SupplyState

UNRECORDED = "未登记"
"""What stands for a place that the register does not name; a clerk sees it in the tree and puts it right."""

HIGHEST_FLOOR = 200

_FLOOR = re.compile(r"-?\d{1,3}")
_FLOOR_OF_ROOM = re.compile(r"(?<!\d)(\d{1,2})\d\d\D*$")
_BELOW_GROUND = re.compile(r"负|地下|[Bb]\d|-\d")


class Place(NamedTuple):
    """A building and what it hangs on, by name; `district` and `heat_source` are empty where nothing is said."""

    branch: str
    office: str
    heat_source: str
    station: str
    district: str
    community: str
    building: str


class Home(NamedTuple):
    """A flat inside its building; `floor` counts from 1, below ground from −1."""

    unit: str
    room: str
    floor: int | None
    address: str


def place_of(row: RegisterRow, usual_branch: str) -> Place:
    """The building of the row; what is not named stands under `UNRECORDED`, apart for each branch and office.

    `usual_branch` is taken where the row names none. A building belongs to one office, so those without a name
    must not be one for all branches.
    """
    branch = row.branch or usual_branch
    office = row.office or UNRECORDED
    return Place(
        branch,
        office,
        row.heat_source,
        row.station or UNRECORDED,
        row.district,
        row.community or f"{UNRECORDED}（{branch}）",
        row.building or f"{UNRECORDED}（{branch} {office}）",
    )


def home_of(row: RegisterRow) -> Home:
    """The flat of the row; without building and room the whole address is its name."""
    if not (row.building and row.room):
        return Home(row.unit, row.address, floor_of(row.floor, ""), row.address)
    composed = " ".join(filter(None, (row.community, row.building, row.unit, row.room)))
    return Home(row.unit, row.room, floor_of(row.floor, row.room), row.address or composed)


def floor_of(floor: str, room: str) -> int | None:
    """The floor as written, else from a room number of three or four digits: `1604` is on the 16th.

    None where neither says it.
    """
    if match := _FLOOR.search(floor):
        number = int(match[0])
        return number if number and abs(number) <= HIGHEST_FLOOR else None
    if match := _FLOOR_OF_ROOM.search(room):
        return None if _BELOW_GROUND.search(room) else int(match[1]) or None
    return None


def supplied_from(row: RegisterRow, effective_on: date) -> tuple[date, date | None]:
    """The day the first supply term starts, and the day the second one does, or None if one says it all.

    A household that stops being supplied after `effective_on` is supplied until the day before. What was so
    earlier has been so since then. A household that joins later than `effective_on` starts when it joins.
    """
    since = row.state_on
    joined = row.opened_on
    first = joined if joined is not None and joined > effective_on else effective_on
    if since is None:
        return first, None
    if since > first and row.state is not SupplyState.SUPPLIED:
        return first, since
    return (min(since, first) if first == effective_on else first), None
