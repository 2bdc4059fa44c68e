"""What the charging rules refuse, and that the refusal names the thing at fault."""

from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from heatdesk.billing.rules.areas import Areas, Part
from heatdesk.billing.rules.charges import season_charge
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import AreaPartKind, SupplyMode, SupplyState, UseClass
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.rules.terms import Term
from heatdesk.errors import BadInput, Refusal, RuleBroken

SEASON = Season("2024-2025", date(2024, 11, 1), date(2025, 3, 31), 151, date(2024, 12, 31))
PARAMETERS: dict[str, Any] = {
    "use_class": "residential",
    "document_no": "no. 1",
    "valid_from": "2024-01-01",
    "price": "26",
    "price_unit": "season",
    "area": {"base": "building", "type_factors": [{"building_type": "multi_storey", "factor": "0.9"}]},
    "height": {"family": "step", "above_m": "3.2", "step_m": "0.1", "share": "0.03"},
    "parts": [{"kind": "balcony", "in_area": True, "unheated": "0.5"}],
    "suspension": {"share": "0.2"},
}
TARIFF = Tariff.from_parameters(PARAMETERS)
FLAT = Term(
    first=SEASON.starts_on,
    last=SEASON.ends_on,
    use_class=UseClass.RESIDENTIAL,
    areas=Areas(Decimal("89.50")),
    building_type="multi_storey",
)


def changed(path: str, value: object) -> dict[str, Any]:
    parameters = deepcopy(PARAMETERS)
    *groups, key = path.split(".")
    place: Any = parameters
    for group in groups:
        place = place[group]
    place[key] = value
    return parameters


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("prize", "26", "prize"),
        ("price", "-1", "price"),
        ("price", "NaN", "price"),
        ("price", "1e9", "price"),
        ("price", "２６", "price"),
        ("price", "26,00", "price"),
        ("price", True, "price"),
        ("price", 26.0, "price"),
        ("price", None, "price"),
        ("price_unit", "year", "price_unit"),
        ("price_unit", "month", "months"),
        ("valid_from", "2024-13-01", "valid_from"),
        ("valid_from", "20240101", "valid_from"),
        ("document_no", "", "document_no"),
        ("area", "building", "area"),
        ("area.base", "roof", "area.base"),
        ("area.divisor", "1.333", "area.divisor"),
        ("area.type_factors", [{"building_type": "x", "factor": "11"}], "area.type_factors[0].factor"),
        ("area.type_factors", {}, "area.type_factors"),
        ("height.family", "tower", "height.family"),
        ("height.step_m", "0", "height.step_m"),
        ("height.base_m", "3.3", "height.base_m"),
        ("height.part_step", "half", "height.part_step"),
        ("height.bands", [], "height.bands"),
        ("parts", [{"kind": "balcony", "in_area": "yes"}], "parts[0].in_area"),
        ("parts", [{"kind": "balcony", "in_area": True}] * 2, "parts"),
        ("suspension.share", "1.5", "suspension.share"),
        ("months", "4.5", "months"),
    ],
)
def test_a_wrong_parameter_is_named(path: str, value: object, named: str) -> None:
    with pytest.raises(BadInput, match=f"“{named.replace('[', '.').replace(']', '.')}”"):
        Tariff.from_parameters(changed(path, value))


def test_area_rounding_none_refuses_parts_outside_the_area() -> None:
    parameters = changed("area", {"base": "usable", "divisor": "1.333", "rounding": "none"})
    parameters["parts"][0]["in_area"] = False
    with pytest.raises(BadInput, match=r"area\.rounding"):
        Tariff.from_parameters(parameters)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"first": date(2024, 10, 31)}, "does not lie inside the season 2024-2025"),
        ({"last": date(2025, 4, 1)}, "does not lie inside the season 2024-2025"),
        ({"first": date(2025, 3, 2), "last": date(2025, 3, 1)}, "does not lie inside the season"),
        ({"use_class": UseClass.PUBLIC}, "No tariff for “public” is in force on 2024-11-01"),
        ({"mode": SupplyMode.STEAM}, "Charging “steam” does not go by area"),
        ({"areas": Areas(None, Decimal(80))}, "charges the building area"),
        ({"parts": (Part(AreaPartKind.ATTIC, Decimal(9)),)}, "no rule for a part “attic”"),
        (
            {"parts": (Part(AreaPartKind.BALCONY, Decimal(90)),)},
            "measure 90 m² together, more than the 89.50 m²",
        ),
    ],
)
def test_a_term_without_a_rule_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        season_charge(SEASON, [replace(FLAT, **change)], [TARIFF])


def test_overlapping_terms_are_refused() -> None:
    with pytest.raises(BadInput, match="overlap on 2024-12-01"):
        season_charge(
            SEASON, [replace(FLAT, last=date(2024, 12, 1)), replace(FLAT, first=date(2024, 12, 1))], [TARIFF]
        )


def test_suspension_without_a_rule_is_refused() -> None:
    with pytest.raises(RuleBroken, match=r"no\. 1 has no rule for suspension"):
        season_charge(
            SEASON, [replace(FLAT, state=SupplyState.SUSPENDED)], [replace(TARIFF, suspension=None)]
        )


def test_a_building_of_no_listed_type_is_refused_unless_there_is_a_factor_for_the_rest() -> None:
    with pytest.raises(
        RuleBroken, match=r"needs the type of the building, one of: multi_storey. Recorded is “tower”"
    ):
        season_charge(SEASON, [replace(FLAT, building_type="tower")], [TARIFF])
    lenient = Tariff.from_parameters(changed("area.factor", "1"))
    assert season_charge(SEASON, [replace(FLAT, building_type="tower")], [lenient]).total == Decimal(
        "2327.00"
    )


def test_negative_measures_are_refused() -> None:
    with pytest.raises(BadInput, match="below zero"):
        Areas(Decimal(-1))
    with pytest.raises(BadInput, match="below zero"):
        Part(AreaPartKind.BALCONY, Decimal(-1))


def test_a_season_must_have_days() -> None:
    with pytest.raises(BadInput, match="ends before it starts"):
        Season("2024-2025", date(2024, 11, 1), date(2024, 10, 1), 151, date(2024, 12, 31))
    with pytest.raises(BadInput, match="at least one day"):
        Season("2024-2025", date(2024, 11, 1), date(2025, 3, 31), 0, date(2024, 12, 31))
