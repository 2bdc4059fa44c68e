"""The sample tariffs: readable, sourced, and honest about what is assumed."""

from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from heatdesk.billing.rules.cities import City
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.services import cities

ALL = [
    "beijing",
    "harbin",
    "jinan",
    "jining",
    "linyi",
    "luoyang",
    "shenyang",
    "shijiazhuang",
    "taiyuan",
    "tianjin",
    "xian",
    "zhengzhou",
]


def test_the_cities() -> None:
    assert cities.names() == ALL


def rule_groups(tariff: Tariff) -> list[tuple[str, Any]]:
    """The rules of a tariff by key, the entries of lists one by one."""
    groups = []
    for field in fields(tariff):
        value = getattr(tariff, field.name)
        entries = value if isinstance(value, tuple) else (value,)
        groups += [(field.name, entry) for entry in entries if is_dataclass(entry)]
    return groups


def exists(parameters: dict[str, Any], path: str) -> bool:
    place: Any = parameters
    for key in path.split("."):
        if not isinstance(place, dict) or key not in place:
            return False
        place = place[key]
    return True


@pytest.mark.parametrize("name", ALL)
def test_every_rule_has_a_source_or_is_marked_as_assumed(name: str) -> None:
    city = cities.load(name)
    known = {source.key for source in city.sources}

    for tariff in city.tariffs:
        assert tariff.source in known or "price" in tariff.assumed
        for key, rule in rule_groups(tariff):
            assert rule.source in known or (not rule.source and key in tariff.assumed), (key, rule.source)


@pytest.mark.parametrize("name", ALL)
def test_what_is_assumed_exists(name: str) -> None:
    for tariff in cities.load(name).tariffs:
        parameters = tariff.to_parameters()
        assert [path for path in tariff.assumed if not exists(parameters, path)] == []
        assert len(set(tariff.assumed)) == len(tariff.assumed)


@pytest.mark.parametrize("name", ALL)
def test_a_version_is_in_force_in_every_season(name: str) -> None:
    city = cities.load(name)

    for season in city.seasons:
        assert any(tariff.valid_from <= season.starts_on for tariff in city.tariffs)
        assert city.season(season.code) is city.season(str(season.starts_on.year)) is season
    assert city.season() == max(city.seasons, key=lambda season: season.starts_on)


@pytest.mark.parametrize("name", ALL)
def test_tariffs_survive_the_database(name: str) -> None:
    for tariff in cities.load(name).tariffs:
        assert Tariff.from_parameters(tariff.to_parameters()) == tariff


def test_common_rules_give_way_to_a_tariffs_own() -> None:
    city = City.from_parameters(
        {
            "title": "Town",
            "title_zh": "镇",
            "sources": [],
            "seasons": [],
            "common": {
                "document_no": "no. 1",
                "price": 1,
                "price_unit": "season",
                "valid_from": "2024-11-01",
                "area": {"base": "building"},
                "assumed": ["price"],
            },
            "tariffs": [
                {"use_class": "residential"},
                {"use_class": "public", "price": 2, "assumed": ["area"]},
            ],
        }
    )

    assert [tariff.price for tariff in city.tariffs] == [1, 2]
    assert [tariff.assumed for tariff in city.tariffs] == [("price",), ("price", "area")]
