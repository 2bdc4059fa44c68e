"""The fee calculator as a service: JSON in, JSON out, for the shell and for the screen at the counter."""

import json
from decimal import Decimal
from typing import Any, NoReturn

from heatdesk.billing.rules.quotes import quote_payload
from heatdesk.billing.services import cities
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
