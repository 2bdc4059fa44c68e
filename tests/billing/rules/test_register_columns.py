"""Which column is what: recognised names, seasons of arrears, and mappings that cannot work."""

import pytest

from heatdesk.billing.rules.register_columns import (
    FIELD_NAMES,
    KNOWN_NAMES,
    ColumnMapping,
    Field,
    arrears_season,
    column_letter,
)
from heatdesk.errors import BadInput
from heatdesk.sheets import normal_name
from tests.files import HEADER


def test_columns_of_a_register_are_recognised() -> None:
    mapping = ColumnMapping.suggest(HEADER)
    assert len(mapping.fields) == len(HEADER) - 1
    assert mapping.fields[Field.CARD_NO] == 0
    assert mapping.arrears == {"2024-2025": HEADER.index("2024-2025陈欠")}
    assert mapping.assumed == {Field.MODE: "面积"}
    mapping.check()


def test_columns_in_english_and_with_signs_around_are_recognised() -> None:
    mapping = ColumnMapping.suggest(
        [
            "*Card No.",
            "NAME",
            "Building Area (m²)",
            "建筑面积（㎡）",
            "房 号：",
            "【状态】",
            "Use class",
            "楼栋",
            "what?",
            "",
        ]
    )
    assert mapping.fields == {
        Field.CARD_NO: 0,
        Field.NAME: 1,
        Field.BUILDING_AREA: 2,
        Field.ROOM: 4,
        Field.STATE: 5,
        Field.USE_CLASS: 6,
        Field.BUILDING: 7,
    }


@pytest.mark.parametrize(
    ("name", "season"),
    [
        ("2024-2025陈欠", "2024-2025"),
        ("2024—2025年度欠费(元)", "2024-2025"),
        ("２０２４／２０２５采暖期尾欠", "2024-2025"),
        ("2024-25 arrears", "2024-2025"),
        ("（2024-2025）欠费", None),
        ("2024-2026陈欠", None),
        ("2024-2025面积", None),
        ("陈欠", None),
        ("1999-2000陈欠", None),
    ],
)
def test_season_of_an_arrears_column(name: str, season: str | None) -> None:
    assert arrears_season(name) == season


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_column_letter(column: int, letters: str) -> None:
    assert column_letter(column) == letters


def test_required_columns_are_named_in_the_refusal() -> None:
    with pytest.raises(BadInput, match="no column for: 用户编号, 建筑面积, 地址"):
        ColumnMapping.suggest(["户名", "备注"]).check()
    with pytest.raises(BadInput, match="no column for: 用热性质"):
        ColumnMapping(
            ("a", "b", "c", "d"),
            dict(zip((Field.CARD_NO, Field.NAME, Field.BUILDING_AREA, Field.ADDRESS), range(4), strict=True)),
        ).check()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"fields": {"remark": 0}}, "column A 用户编号 cannot hold two facts"),
        ({"fields": {"remark": 99}}, "no column CV in the file"),
        ({"fields": {"remark": -1}}, "no column"),
        ({"arrears": {"2024": 3}}, "“2024” is no season"),
        ({"arrears": {"2024-2026": 3}}, "“2024-2026” is no season"),
    ],
)
def test_mapping_that_cannot_work_is_refused(changed: dict[str, dict[str, int]], sentence: str) -> None:
    stored = ColumnMapping.suggest(HEADER).to_dict()
    for part, columns in changed.items():
        stored[part] = stored[part] | columns
    with pytest.raises(BadInput, match=sentence):
        ColumnMapping.from_dict(stored).check()


def test_mapping_is_stored_and_read_back() -> None:
    mapping = ColumnMapping.suggest(HEADER)
    assert ColumnMapping.from_dict(mapping.to_dict()) == mapping


def test_every_field_has_a_name_for_people_and_every_known_name_one_meaning() -> None:
    assert set(FIELD_NAMES) == set(Field)
    assert all(normal_name(name) == name for name in KNOWN_NAMES)
