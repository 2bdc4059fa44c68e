"""Metered heat (计量热费): base fee by area and a price for the heat, settled against the area fee."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from heatdesk.billing.rules.charges import season_charge
from heatdesk.billing.rules.energy import MeteredRule, MeterFault, SettlementPolicy, energy_price
from heatdesk.billing.rules.lines import Assessment, Line, yuan_line
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import Item, SupplyMode, SupplyState, Unit
from heatdesk.billing.rules.steps import Step, figure, percent
from heatdesk.billing.rules.tariffs import Tariff, tariff_in_force
from heatdesk.billing.rules.terms import Term
from heatdesk.errors import BadInput, RuleBroken
from heatdesk.money import ZERO, round_money


@dataclass(frozen=True, slots=True)
class Counted:
    """What a meter counted in a season. `correction` is the position's factor (用热量修正系数, TJ5)."""

    unit: Unit
    quantity: Decimal
    correction: Decimal = Decimal(1)
    fault: MeterFault | None = None

    def __post_init__(self) -> None:
        if self.quantity < 0 or self.correction < 0:
            raise BadInput(
                "What a meter counted cannot be below zero; %(given)s was given.", given=self.quantity
            )


def metered_charge(
    season: Season, terms: Sequence[Term], tariffs: Sequence[Tariff], counted: Counted
) -> Assessment:
    """Base fee + counted heat, then one line that settles the sum against the area fee.

    W22 Tianjin 100 m², 11 000 kWh: 750 + 1 430 = 2 180.00. W22b 14 000 kWh: 2 570.00 both ways, 2 500.00 with
    a cap of 100 %, 2 570.00 with 115 %. W23 Beijing, refund only: 2 240.00 and 2 400.00. W24 Harbin: 2
    655.50. W25 Luoyang: 588.06 + 1 136.00. Heat counted has no over-height, so the base fee has none either.
    Raises `RuleBroken` where the tariff has no metered rule.
    """
    if not terms:
        raise BadInput("Nothing was supplied in the season %(code)s.", code=season.code)
    tariff = tariff_in_force(tariffs, terms[0].use_class, season)
    if any(term.use_class is not terms[0].use_class for term in terms):
        raise RuleBroken(
            "One meter reading cannot be charged to two uses. Read the meter on the day of the change.",
            key="use",
        )
    rule = tariff.metered
    if rule is None:
        raise RuleBroken(
            "The tariff %(document)s has no rule for metered heat.", document=tariff.document_no, key="meter"
        )
    by_area = [replace(term, mode=SupplyMode.AREA) for term in terms]
    fixed = _fixed_part(season, by_area, tariff, rule)
    bill = fixed.with_lines(_heat_line(season, tariff, rule, counted))
    area_fee = season_charge(season, by_area, tariffs).total
    difference, step = _settlement(rule, bill.total, area_fee)
    if not difference:
        return bill
    return bill.with_lines(
        yuan_line(
            Item.SETTLEMENT,
            season.period,
            difference,
            (step,),
            document_no=rule.document_no,
            tax_class=tariff.tax_class,
        )
    )


def _fixed_part(season: Season, terms: Sequence[Term], tariff: Tariff, rule: MeteredRule) -> Assessment:
    """The base fee for heated days; days without supply cost a share of the area fee, as ever."""
    base = replace(
        tariff,
        price=rule.base_price,
        price_unit=rule.base_unit,
        height=None,
        document_no=rule.document_no or tariff.document_no,
    )
    heated = season_charge(season, [term for term in terms if term.state is SupplyState.SUPPLIED], [base])
    idle = season_charge(season, [term for term in terms if term.state is not SupplyState.SUPPLIED], [tariff])
    return Assessment((*(replace(line, item=Item.METERED_BASE) for line in heated.lines), *idle.lines))


def _heat_line(season: Season, tariff: Tariff, rule: MeteredRule, counted: Counted) -> Line:
    """What the meter counted × correction × price × fault factor (W30: 1 430 × 85 % = 1 215.50)."""
    price = energy_price(rule.prices, counted.unit)
    factor = rule.fault_factor(counted.fault)
    exact = Fraction(counted.quantity) * Fraction(counted.correction) * Fraction(price) * Fraction(factor)
    amount = round_money(exact)
    steps = []
    if counted.correction != 1:
        steps.append(Step("meter_correction", {"correction": figure(counted.correction)}, rule.document_no))
    if counted.fault is not None:
        steps.append(Step(f"meter_fault_{counted.fault.value}", {"share": percent(factor)}, rule.document_no))
    values = {"quantity": figure(counted.quantity), "price": figure(price), "amount": f"{amount:f}"}
    steps.append(Step(f"metered_{counted.unit.value}", values, rule.document_no))
    return Line(
        item=Item.METERED_HEAT,
        period=season.period,
        quantity=counted.quantity,
        unit=counted.unit,
        price=price,
        amount=amount,
        document_no=rule.document_no or tariff.document_no,
        steps=tuple(steps),
        factors=tuple(Fraction(value) for value in (counted.correction, factor) if value != 1),
        tax_class=tariff.tax_class,
    )


def _settlement(rule: MeteredRule, metered: Decimal, area_fee: Decimal) -> tuple[Decimal, Step]:
    """What the policy adds to the metered fee, and why."""
    limit = area_fee if rule.cap_share is None else round_money(area_fee * rule.cap_share)
    if rule.settlement is SettlementPolicy.BOTH_WAYS:
        due = metered
    elif rule.settlement is SettlementPolicy.NONE:
        due = area_fee
    else:
        due = min(metered, limit)
    values = {
        "metered": f"{metered:f}",
        "area_fee": f"{area_fee:f}",
        "limit": f"{limit:f}",
        "due": f"{due:f}",
    }
    return due - metered + ZERO, Step(f"settlement_{rule.settlement.value}", values, rule.document_no)
