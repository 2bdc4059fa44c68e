"""Metered heat beside its worked examples: what the base fee leaves out, idle days, and what is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from heatdesk.billing.rules.areas import AreaRule, Areas
from heatdesk.billing.rules.energy import EnergyPrice, MeteredRule, MeterFault, SettlementPolicy
from heatdesk.billing.rules.heights import ProportionalHeight
from heatdesk.billing.rules.metering import Counted, metered_charge
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import AreaBase, Item, PriceUnit, SupplyMode, SupplyState, Unit, UseClass
from heatdesk.billing.rules.suspensions import SuspensionRule
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.rules.terms import Term
from heatdesk.errors import BadInput, RuleBroken

SEASON = Season("2024-2025", date(2024, 11, 15), date(2025, 3, 15), 121, date(2024, 12, 31))
RULE = MeteredRule(
    Decimal("7.50"),
    (EnergyPrice(Unit.KWH, Decimal("0.13")),),
    SettlementPolicy.BOTH_WAYS,
    document_no="no. 2",
)
TARIFF = Tariff(
    use_class=UseClass.RESIDENTIAL,
    document_no="no. 1",
    valid_from=date(2010, 1, 1),
    price=Decimal(25),
    price_unit=PriceUnit.SEASON,
    area=AreaRule(AreaBase.BUILDING),
    height=ProportionalHeight(Decimal(3), Decimal(3)),
    suspension=SuspensionRule(Decimal("0.2")),
    metered=RULE,
)
FLAT = Term(
    first=SEASON.starts_on,
    last=SEASON.ends_on,
    use_class=UseClass.RESIDENTIAL,
    mode=SupplyMode.METERED,
    areas=Areas(Decimal(100)),
    storey_height_m=Decimal("3.6"),
)
COUNTED = Counted(Unit.KWH, Decimal(11000))


def test_a_high_storey_pays_by_what_it_uses() -> None:
    bill = metered_charge(SEASON, [FLAT], [TARIFF], COUNTED)

    assert [(line.item, line.amount) for line in bill.lines] == [
        (Item.METERED_BASE, Decimal("750.00")),
        (Item.METERED_HEAT, Decimal("1430.00")),
    ]
    assert {line.document_no for line in bill.lines} == {"no. 2"}


def test_the_area_fee_it_is_settled_against_has_the_height() -> None:
    refund_only = replace(TARIFF, metered=replace(RULE, settlement=SettlementPolicy.REFUND_ONLY))

    bill = metered_charge(SEASON, [FLAT], [refund_only], Counted(Unit.KWH, Decimal(30000)))

    assert bill.total == Decimal("3000.00")
    assert bill.lines[-1].item is Item.SETTLEMENT


def test_suspended_days_cost_their_share_of_the_area_fee() -> None:
    low = replace(FLAT, storey_height_m=None)
    terms = [
        replace(low, last=date(2025, 2, 3)),
        replace(low, first=date(2025, 2, 4), state=SupplyState.SUSPENDED),
    ]

    bill = metered_charge(SEASON, terms, [TARIFF], COUNTED)

    assert [line.amount for line in bill.lines] == [Decimal("502.07"), Decimal("165.29"), Decimal("1430.00")]


def test_a_settlement_below_the_fee_never_charges_more() -> None:
    refund_only = replace(TARIFF, metered=replace(RULE, settlement=SettlementPolicy.REFUND_ONLY))

    assert metered_charge(SEASON, [FLAT], [refund_only], COUNTED).total == Decimal("2180.00")


def test_what_cannot_be_metered_is_refused() -> None:
    with pytest.raises(RuleBroken, match=r"no\. 1 has no rule for metered heat"):
        metered_charge(SEASON, [FLAT], [replace(TARIFF, metered=None)], COUNTED)
    with pytest.raises(BadInput, match="Nothing was supplied"):
        metered_charge(SEASON, [], [TARIFF], COUNTED)
    with pytest.raises(RuleBroken, match="two uses"):
        shop = replace(FLAT, first=date(2025, 1, 1), use_class=UseClass.NON_RESIDENTIAL)
        metered_charge(SEASON, [replace(FLAT, last=date(2024, 12, 31)), shop], [TARIFF], COUNTED)
    with pytest.raises(RuleBroken, match="meter fault “user”"):
        metered_charge(SEASON, [FLAT], [TARIFF], replace(COUNTED, fault=MeterFault.USER))
    with pytest.raises(RuleBroken, match="no price per “gj”; it has one per: kwh"):
        metered_charge(SEASON, [FLAT], [TARIFF], Counted(Unit.GJ, Decimal(30)))
    with pytest.raises(BadInput, match="cannot be below zero"):
        Counted(Unit.KWH, Decimal(-1))


def test_a_cap_goes_with_its_share() -> None:
    with pytest.raises(BadInput, match=r"metered\.cap_share"):
        replace(RULE, settlement=SettlementPolicy.CAP)
    with pytest.raises(BadInput, match=r"metered\.cap_share"):
        replace(RULE, cap_share=Decimal("1.15"))
