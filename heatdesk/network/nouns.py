"""The nouns of the network, declared once: what each is called, what it hangs on, what a clerk can write down.

Lists, forms, moves and deletions are the same code for all of them; this table is the only place where they differ.
"""

from dataclasses import dataclass
from typing import Any

from heatdesk.db import Model
from heatdesk.i18n import lazy
from heatdesk.network.models import (
    Branch,
    Building,
    Community,
    District,
    HeatSource,
    Office,
    Premises,
    Station,
)


@dataclass(frozen=True)
class Written:
    """Something a clerk writes down; `choices` makes it a list, `is_whole` a whole number.

    `is_by_request`: it is shown, and only a change request changes it.
    """

    column: str
    label: Any
    is_required: bool = True
    choices: tuple[tuple[str, Any], ...] = ()
    is_whole: bool = False
    hint: Any = None
    is_by_request: bool = False


@dataclass(frozen=True)
class Parent:
    """What a noun hangs on: the column and the key of the parent's noun."""

    column: str
    noun: str


@dataclass(frozen=True)
class Noun:
    """One kind of place; `key` is its word in addresses of pages."""

    key: str
    model: type[Model]
    one: Any
    many: Any
    new: Any
    icon: str
    parents: tuple[Parent, ...] = ()
    written: tuple[Written, ...] = (Written("name", lazy("Name of the place")),)
    title: str = "name"

    @property
    def columns(self) -> list[str]:
        """What a form of this noun may set."""
        return [parent.column for parent in self.parents] + [one.column for one in self.editable]

    @property
    def editable(self) -> list[Written]:
        """What is written in its form."""
        return [one for one in self.written if not one.is_by_request]

    @property
    def above(self) -> list["Noun"]:
        """The nouns of the parents, in their order."""
        return [NOUNS[parent.noun] for parent in self.parents]

    @property
    def children(self) -> list[tuple["Noun", str]]:
        """The nouns that hang on this one, each with the column that says so."""
        return [
            (noun, parent.column)
            for noun in NOUNS.values()
            for parent in noun.parents
            if parent.noun == self.key
        ]


BUILDING_TYPES: tuple[tuple[str, Any], ...] = (
    ("multi_storey", lazy("multi-storey")),
    ("mid_rise", lazy("mid-rise")),
    ("high_rise", lazy("high-rise")),
)
_NAME = Written("name", lazy("Name of the place"))
_PHONE = Written("phone", lazy("Phone"), is_required=False, hint=lazy("Printed on receipts and notices."))

_ALL = (
    Noun(
        key="branches",
        model=Branch,
        one=lazy("branch"),
        many=lazy("Branches"),
        new=lazy("New branch"),
        icon="building-gear",
        written=(
            _NAME,
            _PHONE,
            Written(
                "cash_rounding",
                lazy("Cash is rounded to"),
                choices=(
                    ("fen", lazy("fen (not at all)")),
                    ("jiao", lazy("jiao (0.10)")),
                    ("yuan", lazy("yuan (1.00)")),
                ),
                is_by_request=True,
            ),
            Written("card_prefix", lazy("Card numbers begin with"), is_required=False, is_by_request=True),
            Written("card_digits", lazy("Digits of a card number after that"), is_by_request=True),
        ),
    ),
    Noun(
        key="offices",
        model=Office,
        one=lazy("office"),
        many=lazy("Offices"),
        new=lazy("New office"),
        icon="shop",
        parents=(Parent("branch_id", "branches"),),
        written=(_NAME, _PHONE),
    ),
    Noun(
        key="sources",
        model=HeatSource,
        one=lazy("heat source"),
        many=lazy("Heat sources"),
        new=lazy("New heat source"),
        icon="fire",
    ),
    Noun(
        key="stations",
        model=Station,
        one=lazy("heat station"),
        many=lazy("Heat stations"),
        new=lazy("New heat station"),
        icon="diagram-3",
        parents=(Parent("heat_source_id", "sources"),),
    ),
    Noun(
        key="districts",
        model=District,
        one=lazy("district"),
        many=lazy("Districts"),
        new=lazy("New district"),
        icon="map",
    ),
    Noun(
        key="communities",
        model=Community,
        one=lazy("community"),
        many=lazy("Communities"),
        new=lazy("New community"),
        icon="houses",
        parents=(Parent("district_id", "districts"),),
    ),
    Noun(
        key="buildings",
        model=Building,
        one=lazy("building"),
        many=lazy("Buildings"),
        new=lazy("New building"),
        icon="building",
        parents=(
            Parent("community_id", "communities"),
            Parent("station_id", "stations"),
            Parent("office_id", "offices"),
        ),
        written=(
            _NAME,
            Written(
                "building_type",
                lazy("Type of building"),
                is_required=False,
                choices=BUILDING_TYPES,
                hint=lazy("Some tariffs charge by it."),
            ),
        ),
    ),
    Noun(
        key="premises",
        model=Premises,
        one=lazy("premises"),
        many=lazy("Premises"),
        new=lazy("New premises"),
        icon="door-closed",
        parents=(Parent("building_id", "buildings"),),
        written=(
            Written(
                "unit", lazy("Unit"), is_required=False, hint=lazy("As in 3单元; empty when there is none.")
            ),
            Written("room", lazy("Room")),
            Written("floor", lazy("Floor"), is_required=False, is_whole=True),
            Written(
                "address",
                lazy("Address"),
                is_required=False,
                hint=lazy("Left empty, it is made of community, building, unit and room."),
            ),
        ),
        title="address",
    ),
)

NOUNS: dict[str, Noun] = {noun.key: noun for noun in _ALL}
