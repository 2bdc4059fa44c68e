"""Quotes: the fee calculator. One case in, its total, what is due, and every line with its steps out.

Keys of a case, all optional but `area`: `use`, `area` (building m²), `inner_area`, `usable_area`,
`building_type`, `storey_height`, `parts`, `terms`, `temperatures`, `outages`, `late_start_days`, `meter`,
`subsidy`, `payments`, `as_of`. Anything else, a rule the city does not have and an impossible value are
refused by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from heatdesk.billing.rules.areas import Areas, Part
from heatdesk.billing.rules.cases import Case, Meter
from heatdesk.billing.rules.charges import season_charge
from heatdesk.billing.rules.cities import City
from heatdesk.billing.rules.discounts import early_discount
from heatdesk.billing.rules.lines import Assessment, Line, yuan_line
from heatdesk.billing.rules.metering import Counted, metered_charge
from heatdesk.billing.rules.parameters import read
from heatdesk.billing.rules.penalties import DatedAmount, standing
from heatdesk.billing.rules.quality import (
    SupplyTimeRule,
    late_start,
    low_temperature,
    outage,
    refuse_overlaps,
)
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import Item, SupplyState, Unit
from heatdesk.billing.rules.steam import steam_charge
from heatdesk.billing.rules.subsidies import subsidy_lines, subsidy_rule
from heatdesk.billing.rules.tariffs import Tariff, tariff_in_force
from heatdesk.billing.rules.terms import Term
from heatdesk.dates import DateRange
from heatdesk.errors import BadInput, Refusal, RuleBroken
from heatdesk.money import ZERO


@dataclass(frozen=True, slots=True)
class Quote:
    """What a case costs: the bill with reductions and penalty, and what was paid towards it."""

    bill: Assessment
    paid: Decimal

    @property
    def total(self) -> Decimal:
        return self.bill.total

    @property
    def due(self) -> Decimal:
        return self.total - self.paid

    def to_json(self) -> dict[str, Any]:
        """The answer of `heatdesk quote`: amounts as strings, steps as sentences."""
        written: dict[str, Any] = {
            "total": f"{self.total:f}",
            "due": f"{self.due:f}",
            "lines": [_line_json(line) for line in self.bill.lines],
        }
        if any(line.item is Item.SUBSIDY for line in self.bill.lines):
            written["government"] = f"{-self.bill.of(Item.SUBSIDY):f}"
        return written


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "item": line.item.value,
        "amount": f"{line.amount:f}",
        "steps": [step.english() for step in line.steps],
    }


def quote_payload(payload: object, city: City, season: Season) -> Any:
    """The JSON answer to one case, or to each of a list; a refusal in a list says which case it was."""
    if not isinstance(payload, list):
        return quote_case(read(Case, payload), city.tariffs, season).to_json()
    answers = []
    for number, given in enumerate(payload, start=1):
        try:
            answers.append(quote_case(read(Case, given), city.tariffs, season).to_json())
        except Refusal as refusal:
            raise BadInput("Case %(number)s: %(reason)s", number=number, reason=str(refusal)) from refusal
    return answers


def quote_case(case: Case, tariffs: tuple[Tariff, ...], season: Season) -> Quote:
    """The bill of one case: charges, then what comes off, then the penalty to the last date given."""
    tariff = tariff_in_force(tariffs, case.use, season)
    terms = _terms(case, season)
    bill = _charges(case, season, terms, tariffs, tariff)
    bill = bill.with_lines(*_reductions(case, season, bill, tariff))
    if case.subsidy is not None:
        bill = bill.with_lines(*subsidy_lines(subsidy_rule(tariff.subsidies, case.subsidy), bill))
    payments = _payments(case, season)
    bill = bill.with_lines(*_discounts(season, bill, payments, tariff))
    bill = bill.with_lines(*_penalties(case, season, terms, bill, payments, tariff))
    return Quote(bill, sum((payment.amount for payment in payments), ZERO))


def _terms(case: Case, season: Season) -> list[Term]:
    whole = Term(
        first=season.starts_on,
        last=season.ends_on,
        use_class=case.use,
        areas=Areas(case.area, case.inner_area, case.usable_area),
        parts=tuple(Part(p.kind, p.area, p.net_height, p.is_heated) for p in case.parts),
        storey_height_m=case.storey_height,
        building_type=case.building_kind,
    )
    if not case.terms:
        return [whole]
    return [
        replace(
            whole,
            first=term.first or season.starts_on,
            last=term.last or season.ends_on,
            state=SupplyState(term.state.value),
        )
        for term in case.terms
    ]


def _charges(
    case: Case, season: Season, terms: list[Term], tariffs: tuple[Tariff, ...], tariff: Tariff
) -> Assessment:
    """By area, or by what the meter counted: steam where tonnes were, or GJ without a metered tariff."""
    meter = case.meter
    if meter is None:
        return season_charge(season, terms, tariffs)
    unit, quantity = meter.counted()
    if unit is Unit.TONNE or (tariff.metered is None and tariff.steam is not None):
        return _steam(season, tariff, meter, unit, quantity)
    if meter.minimum is not None:
        raise RuleBroken("“%(key)s” goes with steam only.", key="meter.minimum")
    return metered_charge(season, terms, tariffs, Counted(unit, quantity, meter.correction, meter.fault))


def _steam(season: Season, tariff: Tariff, meter: Meter, unit: Unit, quantity: Decimal) -> Assessment:
    if tariff.steam is None:
        raise _no_rule(tariff, "meter.tonnes")
    if meter.fault is not None:
        raise RuleBroken(
            "The tariff has no rule for the meter fault “%(fault)s”.",
            fault=meter.fault.value,
            key="meter.fault",
        )
    return steam_charge(tariff.steam, season.period, unit, quantity, meter.minimum, tariff.tax_class)


def _reductions(case: Case, season: Season, bill: Assessment, tariff: Tariff) -> list[Line]:
    """Late start, outages and cold rooms; no day is given back twice."""
    lines: list[Line] = []
    if case.late_start_days:
        lines.append(late_start(_supply_time(tariff, "late_start_days"), season, bill, case.late_start_days))
    for i, given in enumerate(case.outages):
        period, hours = given.period_and_hours(f"outages[{i}]")
        line = outage(_supply_time(tariff, "outages"), season, bill, period, hours)
        lines.extend([line] if line else [])
    if case.temperatures:
        if tariff.low_temperature is None:
            raise _no_rule(tariff, "temperatures")
        lines.extend(low_temperature(tariff.low_temperature, season, bill, case.cold_spells()))
    refuse_overlaps(lines)
    return lines


def _supply_time(tariff: Tariff, key: str) -> SupplyTimeRule:
    if tariff.supply_time is None:
        raise _no_rule(tariff, key)
    return tariff.supply_time


def _no_rule(tariff: Tariff, key: str) -> RuleBroken:
    return RuleBroken(
        "The tariff %(document)s has no rule for “%(key)s”.", document=tariff.document_no, key=key
    )


def _payments(case: Case, season: Season) -> list[DatedAmount]:
    """What was paid: a prepayment counts as made in time, the others on their day."""
    payments = [DatedAmount(payment.on, payment.amount) for payment in case.payments]
    for i, payment in enumerate(payments):
        if case.as_of is not None and payment.on > case.as_of:
            raise BadInput(
                "A payment on %(day)s lies after “as_of”.", day=payment.on, key=f"payments[{i}].date"
            )
    if case.meter is not None and case.meter.prepaid:
        payments.append(DatedAmount(min(season.due_on, season.starts_on), case.meter.prepaid))
    return payments


def _discounts(season: Season, bill: Assessment, payments: list[DatedAmount], tariff: Tariff) -> list[Line]:
    if tariff.discount is None:
        return []
    earned = early_discount(tariff.discount, season, bill.total, payments)
    if earned is None:
        return []
    amount, step = earned
    return [
        yuan_line(
            Item.DISCOUNT,
            season.period,
            -amount,
            (step,),
            document_no=tariff.discount.document_no,
            tax_class=tariff.tax_class,
        )
    ]


def _penalties(
    case: Case,
    season: Season,
    terms: Sequence[Term],
    bill: Assessment,
    payments: list[DatedAmount],
    tariff: Tariff,
) -> list[Line]:
    """The penalty up to `as_of`, or, without it, to the last payment."""
    rule = tariff.penalty
    to = case.as_of or max((payment.on for payment in payments), default=None)
    if rule is None or to is None:
        return []
    charges = [DatedAmount(season.due_on, bill.total)]
    cut = [DateRange(term.first, term.last) for term in terms if term.state is SupplyState.CUT]
    late = standing(rule, season.due_on, charges, payments, to, cut).penalties
    return [
        yuan_line(
            Item.PENALTY,
            line.period,
            line.amount,
            line.steps,
            document_no=rule.document_no,
            tax_class=tariff.tax_class,
        )
        for line in late
    ]
