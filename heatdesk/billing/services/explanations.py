"""Explanations: why a charge is what it is, stored as data and said in the reader's language.

What a season's flats have in common (tariff, height, coefficients) is a *basis* that they share; the few figures
that are a flat's own stand in `charge.figures`. So a million explained charges take a handful of bases, and the
words a customer hears in ten years are those of the day the charge was made.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from heatdesk.billing.models import Charge, ChargeBasis
from heatdesk.billing.rules.lines import Line
from heatdesk.billing.rules.sentences import SENTENCES
from heatdesk.billing.rules.steps import Step, figure, percent
from heatdesk.dates import DateRange
from heatdesk.db import get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import _
from heatdesk.money import format_money

FORMULAS = {
    "season": msgid(
        "%(quantity)s m² × %(price)s yuan/m²·season%(factors)s × %(days)s/%(of_days)s days = %(amount)s"
    ),
    "month": msgid(
        "%(quantity)s m² × %(price)s yuan/m²·month × %(months)s months%(factors)s "
        "× %(days)s/%(of_days)s days = %(amount)s"
    ),
    "day": msgid("%(quantity)s m² × %(price)s yuan/m²·day × %(days)s days%(factors)s = %(amount)s"),
}

_LATE_STEPS = ("suspended", "cut", "cut_free", "demolished")
"""Steps said after the days."""


def split(lines: Sequence[Line], season: DateRange) -> tuple[dict[str, Any], list[int] | None]:
    """A charge's lines as a shared basis and the flat's own figures; None where quantity and amount say it all."""
    basis = {"lines": [_shared(line, season) for line in lines]}
    plain = len(lines) == 1 and lines[0].period == season and not _parts(lines[0])
    if plain and lines[0].quantity == measured_area(lines[0]):
        return basis, None
    return basis, [number for line in lines for number in own_figures(line, season)]


def own_figures(line: Line, season: DateRange) -> Iterator[int]:
    """Quantity, amount, measured area, then for a part of the season its first and last day and days, then parts."""
    yield hundredths(line.quantity)
    yield hundredths(line.amount)
    yield hundredths(measured_area(line))
    if line.period != season:
        yield from (line.period.first.toordinal(), line.period.last.toordinal(), line.days)
    yield from (hundredths(Decimal(step.values["area"])) for step in _parts(line))


def measured_area(line: Line) -> Decimal:
    """The m² the charge started from."""
    return Decimal(line.steps[0].values["area"])


def hundredths(value: Decimal) -> int:
    """m² in 0.01 m², yuan in fen."""
    return int(value.scaleb(2))


def _parts(line: Line) -> list[Step]:
    return [step for step in line.steps if step.rule.startswith("part_")]


def _shared(line: Line, season: DateRange) -> dict[str, Any]:
    """A line without what is the flat's own; open values are left out of the steps and filled in on reading."""
    price = next(step for step in line.steps if step.rule.startswith("price_"))
    whole = line.period == season
    return {
        "item": line.item.value,
        "unit": price.rule.removeprefix("price_"),
        "price": figure(line.price),
        "season_price": price.values["season_price"],
        "months": price.values["months"],
        "factors": [str(factor) for factor in line.factors],
        "share": figure(line.share),
        "period": [str(season.first), str(season.last), line.days] if whole else None,
        "of_days": line.of_days,
        "document_no": line.document_no,
        "steps": list(_shared_steps(line)),
    }


def _shared_steps(line: Line) -> Iterator[dict[str, Any]]:
    for step in line.steps:
        if step.rule in ("days", "chargeable", "amount"):
            continue
        if step.rule.startswith("price_"):
            yield {"rule": "chargeable", "values": {}}
        values = step.values
        if step is line.steps[0]:
            values = {}
        elif step.rule.startswith("part_"):
            values = {"coefficient": values["coefficient"]}
        elif step.rule in _LATE_STEPS:
            yield {"rule": "days", "values": {}}
        yield {"rule": step.rule, "values": values, "document_no": step.document_no}
    if all(step.rule not in _LATE_STEPS for step in line.steps):
        yield {"rule": "days", "values": {}}


def sentences(charge: Charge) -> list[str]:
    """The charge in the reader's language: its formula first, then each step with the document it rests on."""
    said: list[str] = []
    lines = _lines(charge)
    for line in lines:
        if "unit" in line:
            said.append(_formula(line))
        said.extend(_said(step) for step in line["steps"])
    if not lines:
        said.append(_("By the facts as they now stand nothing is due for this."))
    if len(lines) > 1:
        said.append(_("Together: %(amount)s.", amount=format_money(charge.target)))
    if charge.revision > 1:
        said.append(
            _(
                "Charged before: %(before)s; now due: %(target)s; difference: %(difference)s.",
                before=format_money(charge.target - charge.amount),
                target=format_money(charge.target),
                difference=format_money(charge.amount),
            )
        )
    return said


def price_of(charge: Charge) -> Decimal | None:
    """The price of the tariff, yuan; None where the charge has lines of several."""
    prices = {line.get("price") for line in _lines(charge)}
    only = prices.pop() if len(prices) == 1 else None
    return None if only is None else Decimal(_price(only))


def _lines(charge: Charge) -> list[dict[str, Any]]:
    if charge.basis_id is None:
        return list((charge.explanation or {}).get("lines", []))
    shared = get_or_refuse(ChargeBasis, charge.basis_id).explanation["lines"]
    if charge.figures is None:
        quantity = hundredths(charge.quantity_m2 or Decimal(0))
        figures = iter([quantity, hundredths(charge.target), quantity])
    else:
        figures = iter(charge.figures)
    return [_filled(line, figures) for line in shared]


def _filled(line: dict[str, Any], figures: Iterator[int]) -> dict[str, Any]:
    """The line with the flat's own figures in their places."""
    quantity, amount, measured = (Decimal(next(figures)).scaleb(-2) for _place in range(3))
    if line["period"]:
        first, last, days = line["period"]
    else:
        first, last = (date.fromordinal(next(figures)).isoformat() for _place in range(2))
        days = next(figures)
    open_values = {
        "area": {"area": figure(measured)},
        "chargeable": {"quantity": figure(quantity)},
        "days": {"first": first, "last": last, "days": str(days), "of_days": str(line["of_days"])},
    }
    steps = []
    for step in line["steps"]:
        values = dict(step["values"])
        if step["rule"].startswith("part_"):
            area = Decimal(next(figures)).scaleb(-2)
            counted = Fraction(area) * Fraction(values["coefficient"])
            values |= {"area": figure(area), "counted": figure(counted)}
        elif not values:
            values = open_values.get(step["rule"].partition("_")[0], {})
        steps.append({**step, "values": values})
    untold = {"chargeable"} if quantity == measured else set()
    untold |= {"days"} if days == line["of_days"] else set()
    kept = [step for step in steps if step["rule"] not in untold]
    return {**line, "quantity": quantity, "amount": amount, "days": days, "steps": kept}


def _formula(line: dict[str, Any]) -> str:
    factors = [figure(Fraction(factor)) for factor in line["factors"]]
    if line["share"] != "1":
        factors.append(percent(Decimal(line["share"])))
    values = {
        "quantity": f"{line['quantity']:.2f}",
        "price": _price(line["price"]),
        "months": line["months"],
        "factors": "".join(f" × {factor}" for factor in factors),
        "days": str(line["days"]),
        "of_days": str(line["of_days"]),
        "amount": format_money(line["amount"]),
    }
    formula = FORMULAS[line["unit"]]
    return _(formula, **values)


def _price(price: str) -> str:
    """26 → 26.00; a price with more places keeps them."""
    value = Decimal(price)
    return f"{value:.2f}" if value == value.quantize(Decimal("0.01")) else price


def _said(step: dict[str, Any]) -> str:
    msgid_of_step = SENTENCES[step["rule"]]
    sentence = _(msgid_of_step, **step["values"])
    return f"{sentence} [{step['document_no']}]" if step.get("document_no") else sentence


def by_item(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """The lines of an assessment, grouped as they are charged: one charge per item."""
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.item.value, []).append(line)
    return grouped
