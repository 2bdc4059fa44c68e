"""The worked examples of charging by area, read from `cases/area.toml`."""

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from heatdesk.billing.rules.areas import Areas, Part
from heatdesk.billing.rules.charges import season_charge
from heatdesk.billing.rules.parameters import read
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import Item, SupplyState, UseClass
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.rules.terms import Term

BOOK = tomllib.loads((Path(__file__).parent / "cases" / "area.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class GivenTerm:
    """A term as the file writes it."""

    first: date | None = None
    last: date | None = None
    use_class: UseClass = UseClass.RESIDENTIAL
    state: SupplyState = SupplyState.SUPPLIED
    building_m2: Decimal | None = None
    inner_m2: Decimal | None = None
    usable_m2: Decimal | None = None
    parts: tuple[Part, ...] = ()
    storey_height_m: Decimal | None = None
    building_type: str | None = None

    def term(self, season: Season) -> Term:
        return Term(
            first=self.first or season.starts_on,
            last=self.last or season.ends_on,
            use_class=self.use_class,
            state=self.state,
            areas=Areas(self.building_m2, self.inner_m2, self.usable_m2),
            parts=self.parts,
            storey_height_m=self.storey_height_m,
            building_type=self.building_type,
        )


@dataclass(frozen=True)
class ExpectedLine:
    item: Item
    quantity: Decimal
    amount: Decimal


@pytest.mark.parametrize("case", BOOK["case"], ids=lambda case: case["id"])
def test_worked_example(case: dict[str, Any]) -> None:
    season = read(Season, BOOK["season"][case["season"]])
    tariffs = [Tariff.from_parameters(BOOK["tariff"][name]) for name in case["tariffs"]]
    terms = [read(GivenTerm, given).term(season) for given in case["terms"]]

    assessment = season_charge(season, terms, tariffs)

    assert assessment.total == Decimal(case["total"])
    assert assessment.total == sum(line.amount for line in assessment.lines)
    for step in (step for line in assessment.lines for step in line.steps):
        assert "%(" not in step.english()
    if "lines" in case:
        expected = [read(ExpectedLine, line) for line in case["lines"]]
        assert [ExpectedLine(line.item, line.quantity, line.amount) for line in assessment.lines] == expected


@pytest.mark.parametrize("name", BOOK["tariff"])
def test_tariff_survives_the_database(name: str) -> None:
    tariff = Tariff.from_parameters(BOOK["tariff"][name])

    assert Tariff.from_parameters(tariff.to_parameters()) == tariff


def test_the_version_in_force_on_the_first_day_binds_the_season() -> None:
    season = read(Season, BOOK["season"]["shenyang"])
    old = Tariff.from_parameters(BOOK["tariff"]["shenyang"])
    on_the_day = replace(old, valid_from=season.starts_on, price=Decimal(27))
    a_day_late = replace(old, valid_from=date(2024, 11, 2), price=Decimal(99))
    flat = [GivenTerm(building_m2=Decimal(100)).term(season)]

    assert season_charge(season, flat, [old, a_day_late]).total == Decimal("2600.00")
    assert season_charge(season, flat, [a_day_late, on_the_day, old]).total == Decimal("2700.00")
