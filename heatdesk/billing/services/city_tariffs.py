"""Drafts from the sample tariffs of a city: what somebody else then checks and approves."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from heatdesk.billing.errors import TwoOfOneClass
from heatdesk.billing.models import Tariff
from heatdesk.billing.rules.cities import City
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.services import cities, tariffs


@dataclass(frozen=True)
class Place:
    """A city and the name its file has."""

    name: str
    city: City


def places() -> list[Place]:
    """Every city there is a file for."""
    return [Place(name, cities.load(name)) for name in cities.names()]


def by_class(city: City) -> dict[str, list[tuple[int, TariffRules]]]:
    """The city's versions by class, the newest first, each with its number in the file."""
    order = list(UseClass)
    numbered = sorted(
        enumerate(city.tariffs),
        key=lambda pair: (order.index(pair[1].use_class), -pair[1].valid_from.toordinal()),
    )
    return {str(use): list(pairs) for use, pairs in groupby(numbered, key=lambda pair: pair[1].use_class)}


def load(name: str, numbers: Sequence[int], *, by: int) -> list[Tariff]:
    """A draft of each chosen version. Raises `TwoOfOneClass`, and `DraftExists` where a class has one already."""
    versions = dict(enumerate(cities.load(name).tariffs))
    chosen = [versions[number] for number in dict.fromkeys(numbers)]
    if len({rules.use_class for rules in chosen}) < len(chosen):
        raise TwoOfOneClass
    return [tariffs.draft(rules, by=by) for rules in chosen]
