"""The fee calculator as a service: JSON in, JSON out for the shell; lines in the reader's words for the counter."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from heatdesk.billing.rules.cases import Case
from heatdesk.billing.rules.lines import Line
from heatdesk.billing.rules.quotes import quote_case, quote_payload
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services import cities, explanations
from heatdesk.billing.services.labels import item_label
from heatdesk.billing.services.rule_books import RuleBook
from heatdesk.errors import BadInput


def quote(payload: object, city: str, season: str | None = None) -> Any:
    """The result for one case or a list of cases as `rules/quotes.py` describes them; raises `Refusal`."""
    place = cities.load(city)
    return quote_payload(payload, place, place.season(season))


def read_payload(text: str) -> object:
    """JSON with its numbers kept as decimals; raises `BadInput` for anything else."""
    try:
        payload: object = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadInput("The input is not JSON. Give one case as {…} or a list of cases as […].") from None
    return payload


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


@dataclass(frozen=True, slots=True)
class WorkedLine:
    """A line as it is shown: the item, its days where they are not the season, and why, the formula first."""

    item: str
    days: str
    amount: Decimal
    sentences: list[str]
    document_no: str


@dataclass(frozen=True, slots=True)
class Worked:
    """What a case comes to, yuan; `government` is the authority's part, None where there is no subsidy."""

    lines: list[WorkedLine]
    total: Decimal
    paid: Decimal
    due: Decimal
    government: Decimal | None


def work_out(case: Case, book: RuleBook) -> Worked:
    """The case by the book's rules, said in the reader's language; raises what the rules refuse."""
    quote = quote_case(case, book.tariffs, book.season)
    lines = quote.bill.lines
    return Worked(
        lines=[_worked(line, book) for line in lines],
        total=quote.total,
        paid=quote.paid,
        due=quote.due,
        government=-quote.bill.of(Item.SUBSIDY) if any(one.item is Item.SUBSIDY for one in lines) else None,
    )


def _worked(line: Line, book: RuleBook) -> WorkedLine:
    whole = line.period == book.season.period
    return WorkedLine(
        item=item_label(line.item),
        days="" if whole else f"{line.period.first} – {line.period.last}",
        amount=line.amount,
        sentences=explanations.told(line),
        document_no=line.document_no,
    )
