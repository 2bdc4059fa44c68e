"""How many households, how much area and how much debt a place carries.

These are facts of billing, which stands above the network: it registers how they are counted, and the network's
screens ask here. One call counts all rows of a page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from heatdesk.money import ZERO


@dataclass(frozen=True)
class Figures:
    """What hangs on one place, counted over the reader's branch."""

    accounts: int = 0
    area_m2: Decimal = ZERO
    owing: int = 0
    owed: Decimal = ZERO
    card_no: str = ""
    holder: str = ""
    account_id: int | None = None
    """Who holds the open account; only for premises, which carry one at most."""


Source = Callable[[str, Sequence[int], int | None], dict[int, Figures]]
_sources: list[Source] = []


def source(count: Source) -> Source:
    """Register the function that counts: noun, ids of places, branch or None → figures by id."""
    _sources[:] = [count]
    return count


def of(noun: str, place_ids: Sequence[int], branch_id: int | None) -> dict[int, Figures]:
    """The figures of each place; every id has an answer."""
    counted = _sources[0](noun, place_ids, branch_id) if _sources and place_ids else {}
    return {place_id: counted.get(place_id, Figures()) for place_id in place_ids}
