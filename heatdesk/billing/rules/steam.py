"""Steam and high-temperature water: what was used, at least what was agreed, for each settlement period."""

from datetime import date, timedelta
from decimal import Decimal

from heatdesk.billing.rules.energy import SettlementPeriod, SteamRule, energy_price
from heatdesk.billing.rules.lines import Assessment, Line
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import Item, TaxClass, Unit
from heatdesk.billing.rules.steps import Step, figure
from heatdesk.dates import DateRange
from heatdesk.errors import BadInput
from heatdesk.money import round_money


def steam_charge(
    rule: SteamRule,
    period: DateRange,
    unit: Unit,
    used: Decimal,
    minimum: Decimal | None = None,
    tax_class: TaxClass = TaxClass.STANDARD,
) -> Assessment:
    """The quantity used, and the shortfall up to the agreed `minimum` (the tariff's, unless an agreement says
    other).

    W31: 430 t used of 500 t agreed at 220 → 94 600.00 and a shortfall of 15 400.00, together 110 000.00.
    """
    if used < 0:
        raise BadInput("What a meter counted cannot be below zero; %(given)s was given.", given=used)
    agreed = rule.minimum if minimum is None else minimum
    price = energy_price(rule.prices, unit)
    lines = [_line(rule, period, Item.STEAM, unit, used, price, tax_class)]
    if used < agreed:
        lines.append(
            _line(rule, period, Item.SHORTFALL, unit, agreed - used, price, tax_class, agreed=agreed)
        )
    return Assessment(tuple(lines))


def _line(
    rule: SteamRule,
    period: DateRange,
    item: Item,
    unit: Unit,
    quantity: Decimal,
    price: Decimal,
    tax_class: TaxClass,
    agreed: Decimal | None = None,
) -> Line:
    amount = round_money(quantity * price)
    steps = []
    if agreed is not None:
        steps.append(Step(f"shortfall_{unit.value}", {"agreed": figure(agreed)}, rule.document_no))
    values = {"quantity": figure(quantity), "price": figure(price), "amount": f"{amount:f}"}
    steps.append(Step(f"metered_{unit.value}", values, rule.document_no))
    return Line(
        item=item,
        period=period,
        quantity=quantity,
        unit=unit,
        price=price,
        amount=amount,
        document_no=rule.document_no,
        steps=tuple(steps),
        tax_class=tax_class,
    )


def settlement_periods(rule: SteamRule, season: Season) -> list[DateRange]:
    """The periods a season is billed in: calendar months cut to the season, or the season as one."""
    if rule.period is SettlementPeriod.SEASON:
        return [season.period]
    periods, first = [], season.starts_on
    while first <= season.ends_on:
        next_month = (date(first.year, first.month, 1) + timedelta(days=31)).replace(day=1)
        last = min(next_month - timedelta(days=1), season.ends_on)
        periods.append(DateRange(first, last))
        first = next_month
    return periods
