"""Where flats stand by what their rooms are called, and in which state they are."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from heatdesk.billing.rules.building_plan import FlatState, Spot, natural, plan, spot_of, state_of
from heatdesk.billing.rules.states import SupplyState

SPOTS = [
    ("", "1604", None, ("", 16, 4)),
    ("3单元", "1604", None, ("3", 16, 4)),
    ("三单元", "501室", None, ("3", 5, 1)),
    ("３", "０５０１", None, ("3", 5, 1)),
    ("", "3-2-501", None, ("2", 5, 1)),
    ("", "2-501", None, ("2", 5, 1)),
    ("1", "2-501", None, ("1", 5, 1)),
    ("", "2-16-04", None, ("2", 16, 4)),
    ("1", "16-4", None, ("1", 16, 4)),
    ("", "16-04", None, ("", 16, 4)),
    ("", "10304", None, ("1", 3, 4)),
    ("", "26号楼-3-501", None, ("3", 5, 1)),
    ("", "3单元501", None, ("3", 5, 1)),
    ("", "A座1604", None, ("A", 16, 4)),
    ("", "B1604", None, ("B", 16, 4)),
    ("", "501A", None, ("", 5, 1)),
    ("", "501东户", None, ("", 5, 1)),
    ("2", "5层东户", None, ("2", 5, None)),
    ("", "三楼2", None, ("", 3, 2)),
    ("", "十二层", None, ("", 12, None)),
    ("", "负101", None, ("", -1, 1)),
    ("", "-201", None, ("", -2, 1)),
    ("", "B1-02", None, ("", -1, 2)),
    ("", "B101", None, ("", -1, 1)),
    ("", "地下5", None, ("", -1, 5)),
    ("", "地下室", None, ("", -1, None)),
    ("", "门市2", None, ("", None, None)),
    ("", "门市2", 1, ("", 1, None)),
    ("", "1号门市", None, ("", None, None)),
    ("", "商铺101", None, ("", None, None)),
    ("", "12", None, ("", None, None)),
    ("", "12", 3, ("", 3, 12)),
    ("", "3-5", None, ("", None, None)),
    ("", "9901", None, ("", None, None)),
    ("", "203", 3, ("", 3, 3)),
    ("", "012", None, ("", None, None)),
    ("", "", None, ("", None, None)),
    ("物业", "办公室", None, ("物业", None, None)),
]


@pytest.mark.parametrize(("unit", "room", "floor", "expected"), SPOTS)
def test_a_room_has_its_spot(unit, room, floor, expected):
    assert spot_of(unit, room, floor) == Spot(*expected)


def picture(*rooms: str) -> tuple[list[tuple[str, int]], list[tuple[int, list[str]]], list[str]]:
    """Units, floors with the rooms in their cells, and the rest, as names."""
    drawn = plan([(spot_of("", room), room) for room in rooms])
    return (
        list(drawn.units),
        [
            (floor.number, ["+".join(rooms[number] for number in cell) for cell in floor.cells])
            for floor in drawn.floors
        ],
        [rooms[number] for number in drawn.elsewhere],
    )


def test_floors_stand_from_the_top_and_units_side_by_side():
    assert picture("1-101", "1-102", "1-201", "2-101", "2-103", "门市10", "门市2", "-101") == (
        [("1", 2), ("2", 2), ("", 1)],
        [
            (2, ["1-201", "", "", "", ""]),
            (1, ["1-101", "1-102", "2-101", "2-103", ""]),
            (-1, ["", "", "", "", "-101"]),
        ],
        ["门市2", "门市10"],
    )


def test_two_flats_on_one_spot_share_it_and_a_flat_without_position_takes_a_free_one():
    assert picture("501", "501A", "502", "5层东", "5层西")[1] == [(5, ["501+501A", "502", "5层东", "5层西"])]


def test_nothing_makes_an_empty_picture():
    drawn = plan([])
    assert (drawn.units, drawn.floors, drawn.elsewhere, drawn.columns) == ((), (), (), 0)


@given(st.lists(st.text(alphabet="0123456789-ABF层楼负地下室门市东 一十", max_size=9), max_size=40))
def test_no_flat_is_lost_or_doubled_whatever_rooms_are_called(rooms):
    drawn = plan([(spot_of("", room), room) for room in rooms])
    shown = [number for floor in drawn.floors for cell in floor.cells for number in cell]
    assert sorted([*shown, *drawn.elsewhere]) == list(range(len(rooms)))
    assert all(len(floor.cells) == drawn.columns for floor in drawn.floors)


def test_numbers_sort_as_people_count():
    assert sorted(["10", "9", "门市10", "门市9"], key=natural) == ["9", "10", "门市9", "门市10"]


@pytest.mark.parametrize(
    ("has_account", "supply", "owed", "paid", "state"),
    [
        (False, None, "0", "0", FlatState.EMPTY),
        (True, SupplyState.SUSPENDED, "100", "0", FlatState.SUSPENDED),
        (True, SupplyState.CUT, "0", "0", FlatState.CUT),
        (True, SupplyState.DEMOLISHED, "0", "0", FlatState.DEMOLISHED),
        (True, SupplyState.SUPPLIED, "0", "500", FlatState.PAID),
        (True, None, "0", "0", FlatState.PAID),
        (True, SupplyState.SUPPLIED, "100", "0", FlatState.OWES),
        (True, SupplyState.SUPPLIED, "100", "1", FlatState.PART_PAID),
    ],
)
def test_a_flat_has_one_state(has_account, supply, owed, paid, state):
    found = state_of(has_account=has_account, supply=supply, owed=Decimal(owed), paid=Decimal(paid))
    assert found is state
