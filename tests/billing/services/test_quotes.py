"""The fee calculator with the sample tariffs: the worked examples of `rules/cases/quotes.toml`."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from heatdesk.billing.services.quotes import quote, read_payload
from heatdesk.errors import BadInput, Refusal

CASES = Path(__file__).parents[1] / "rules" / "cases" / "quotes.toml"
BOOK = tomllib.loads(CASES.read_text(encoding="utf-8"), parse_float=Decimal)


@pytest.mark.parametrize("case", BOOK["case"], ids=lambda case: case["id"])
def test_worked_example(case: dict[str, Any]) -> None:
    answer = quote(case["given"], case["city"], case.get("season"))

    assert answer["total"] == case["total"]
    assert answer["due"] == case.get(
        "due", answer["total"] if "payments" not in case["given"] else answer["due"]
    )
    assert answer.get("government") == case.get("government")
    assert Decimal(answer["total"]) == sum(Decimal(line["amount"]) for line in answer["lines"])
    assert all(line["steps"] for line in answer["lines"])
    if "amounts" in case:
        assert [line["amount"] for line in answer["lines"]] == case["amounts"]
    assert quote(case["given"], case["city"], case.get("season")) == answer


@pytest.mark.parametrize("case", BOOK["refused"], ids=lambda case: case["names"])
def test_a_refusal_names_what_is_wrong(case: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refusal:
        quote(case["given"], case["city"], case.get("season"))

    assert case["names"] in str(refusal.value)


def test_a_list_of_cases_is_answered_in_order() -> None:
    payload = read_payload('[{"area": 89.50}, {"area": "320", "use": "non_residential"}]')

    assert [answer["total"] for answer in quote(payload, "shenyang")] == ["2327.00", "10240.00"]


def test_a_wrong_case_in_a_list_is_counted() -> None:
    with pytest.raises(BadInput, match=r"^Case 2: “area” is missing"):
        quote([{"area": "1"}, {}], "shenyang")


@pytest.mark.parametrize(
    "text", ["", "{", "[NaN]", '{"area": Infinity}', "[" * 100000, '{"area": 1' + "0" * 5000 + "}"]
)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        quote(read_payload(text), "shenyang")


@pytest.mark.parametrize("payload", [None, 5, "area", [5]])
def test_a_case_must_be_an_object(payload: object) -> None:
    with pytest.raises(BadInput, match="must be a group of named values"):
        quote(payload, "shenyang")


def test_household_and_government_pay_the_whole_bill() -> None:
    alone = quote({"area": "61.37"}, "taiyuan")
    helped = quote({"area": "61.37", "subsidy": "low_income"}, "taiyuan")

    assert Decimal(helped["total"]) + Decimal(helped["government"]) == Decimal(alone["total"])
