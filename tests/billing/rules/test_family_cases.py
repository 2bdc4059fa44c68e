"""The worked examples of the rules beside the charge, read from `cases/families.toml`."""

import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from heatdesk.billing.rules.areas import AreaRule, Areas
from heatdesk.billing.rules.charges import season_charge
from heatdesk.billing.rules.energy import EnergyPrice, MeteredRule, SteamRule
from heatdesk.billing.rules.metering import Counted, metered_charge
from heatdesk.billing.rules.parameters import read
from heatdesk.billing.rules.penalties import DatedAmount, PenaltyRule, standing
from heatdesk.billing.rules.precision import CashPrecision, cash_adjustment
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import AreaBase, PriceUnit, Unit, UseClass
from heatdesk.billing.rules.steam import steam_charge
from heatdesk.billing.rules.subsidies import SubsidyRule, subsidy_lines
from heatdesk.billing.rules.suspensions import SuspensionRule, secret_reconnection
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.rules.taxes import split_tax, usual_tax
from heatdesk.billing.rules.terms import Term
from heatdesk.dates import DateRange

FOLDER = Path(__file__).parent / "cases"
BOOK = tomllib.loads((FOLDER / "families.toml").read_text(encoding="utf-8"))
SEASON = Season("2024-2025", date(2024, 11, 15), date(2025, 3, 15), 121, date(2024, 12, 31))


def cases(family: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", BOOK[family], ids=lambda case: case["id"])


def tariff(price: str, **rules: Any) -> Tariff:
    return Tariff(
        use_class=UseClass.RESIDENTIAL,
        document_no="no. 1",
        valid_from=date(2010, 1, 1),
        price=Decimal(price),
        price_unit=PriceUnit.SEASON,
        area=AreaRule(AreaBase.BUILDING),
        **rules,
    )


def flat(area: str) -> Term:
    return Term(
        first=SEASON.starts_on,
        last=SEASON.ends_on,
        use_class=UseClass.RESIDENTIAL,
        areas=Areas(Decimal(area)),
    )


def test_every_worked_example_is_in_a_file() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml"))
    found = set(re.findall(r'id = "(W\d\d)', text))

    assert found == {f"W{number:02}" for number in range(1, 33)}


@cases("tax")
def test_tax(case: dict[str, Any]) -> None:
    split = split_tax(Decimal(case["amount"]), usual_tax(UseClass(case["use_class"])))

    assert (split.net, split.tax) == (Decimal(case["net"]), Decimal(case["tax"]))


@cases("penalty")
def test_penalty(case: dict[str, Any]) -> None:
    rule = read(PenaltyRule, case["rule"]) if "rule" in case else None
    payments = [read(DatedAmount, payment) for payment in case.get("payments", ())]
    cut = [DateRange(period["first"], period["last"]) for period in case.get("cut", ())]
    charges = [DatedAmount(SEASON.due_on, Decimal(case["charged"]))]

    result = standing(rule, SEASON.due_on, charges, payments, case["to"], cut)

    assert [line.amount for line in result.penalties] == [Decimal(amount) for amount in case["penalties"]]
    assert result.principal_due + result.penalty_due - result.credit == Decimal(case["due"])
    assert standing(rule, SEASON.due_on, charges, payments, case["to"], cut) == result
    for line in result.penalties:
        assert line.days <= line.period.days
        assert all("%(" not in step.english() for step in line.steps)


@cases("secret")
def test_secret_reconnection(case: dict[str, Any]) -> None:
    rule = SuspensionRule(share=Decimal("0.30"), secret_multiple=Decimal(case["multiple"]))
    fee = Decimal(case["fee"])

    amount, step = secret_reconnection(rule, fee)

    assert amount == Decimal(case["amount"])
    assert fee - Decimal(case["basic_fee_paid"]) + amount == Decimal(case["due"])
    assert case["amount"] in step.english()


@cases("settlement")
def test_settlement(case: dict[str, Any]) -> None:
    policy = {"base_price": "7.50", "prices": [{"unit": "kwh", "price": "0.13"}], **case["policy"]}
    counted = Counted(Unit.KWH, Decimal(case["kwh"]), Decimal(case.get("correction", 1)))

    bill = metered_charge(SEASON, [flat("100")], [tariff("25", metered=read(MeteredRule, policy))], counted)

    assert bill.total == Decimal(case["total"])
    assert all("%(" not in step.english() for line in bill.lines for step in line.steps)


@cases("subsidy")
def test_subsidy(case: dict[str, Any]) -> None:
    bill = season_charge(SEASON, [flat(case["area"])], [tariff(case["price"])])

    lines = subsidy_lines(read(SubsidyRule, case["rule"]), bill)

    assert bill.with_lines(*lines).total == Decimal(case["household"])
    assert -sum(line.amount for line in lines) == Decimal(case["government"])
    assert Decimal(case["household"]) + Decimal(case["government"]) == bill.total


@cases("cash")
def test_cash_precision(case: dict[str, Any]) -> None:
    precision = read(CashPrecision, case["precision"])

    assert cash_adjustment(Decimal(case["due"]), precision) == Decimal(case["adjustment"])


@cases("steam")
def test_steam(case: dict[str, Any]) -> None:
    rule = SteamRule((EnergyPrice(Unit.TONNE, Decimal(case["price"])),), minimum=Decimal(case["minimum"]))

    bill = steam_charge(rule, SEASON.period, Unit.TONNE, Decimal(case["used"]))

    assert [line.amount for line in bill.lines] == [Decimal(amount) for amount in case["amounts"]]
    assert bill.total == Decimal(case["total"])
