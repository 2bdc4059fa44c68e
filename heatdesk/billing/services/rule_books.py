"""Rule books: the sets of tariffs that the fee calculator can work with, each for one season.

A book is the utility's own (its approved tariffs) or one of the sample cities; its key, `own:2026-2027` or
`shenyang:2024-2025`, is what the calculator's address holds.
"""

from dataclasses import dataclass

from sqlalchemy import exists, select

from heatdesk.billing.models import Season, Tariff
from heatdesk.billing.rules.cities import City
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.states import SeasonKind
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.billing.services import cities, supply_facts, tariffs
from heatdesk.db import db
from heatdesk.errors import BadInput
from heatdesk.i18n import lazy

OWN = "own"
PARTS_OF_A_TARIFF = {
    "area": lazy("charged area"),
    "discount": lazy("early-payment discount"),
    "document_no": lazy("document number"),
    "height": lazy("over-height"),
    "low_temperature": lazy("low temperature"),
    "metered": lazy("metered heat"),
    "months": lazy("months"),
    "parts": lazy("parts of the area"),
    "penalty": lazy("late payment"),
    "price": lazy("price"),
    "seasons": lazy("days of the season"),
    "steam": lazy("steam"),
    "subsidies": lazy("subsidies"),
    "supply_time": lazy("outages and late start"),
    "suspension": lazy("suspension"),
    "valid_from": lazy("valid from"),
}


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Tariffs for a season; `city` is None for the utility's own."""

    key: str
    city: City | None
    season: SeasonFacts
    tariffs: tuple[TariffRules, ...]

    @property
    def subsidies(self) -> list[str]:
        """The kinds of subsidy that its tariffs know."""
        return list(dict.fromkeys(kind for tariff in self.tariffs for kind in tariff.subsidy_kinds))

    @property
    def assumed(self) -> list[str]:
        """The parts of the tariffs with values that no source gives, in the reader's language."""
        named = [key for tariff in self.tariffs for key in tariff.assumed]
        groups = [key.partition(".")[0] for key in (*(self.city.assumed if self.city else ()), *named)]
        return list(dict.fromkeys(str(PARTS_OF_A_TARIFF.get(group, group)) for group in groups))


@dataclass(frozen=True, slots=True)
class Shelf:
    """The books of one place, newest season first: (key, code of the season)."""

    city: City | None
    books: tuple[tuple[str, str], ...]


def shelves() -> list[Shelf]:
    """What there is to choose from: the own seasons that an approved tariff prices, then the cities by name."""
    own = tuple((key_of(code), code) for code in _own_codes())
    shelves = [Shelf(None, own)] if own else []
    for name in cities.names():
        city = cities.load(name)
        codes = sorted((season.code for season in city.seasons), reverse=True)
        shelves.append(Shelf(city, tuple((f"{name}:{code}", code) for code in codes)))
    return shelves


def key_of(code: str) -> str:
    """The key of the own book for the season with this code."""
    return f"{OWN}:{code}"


def find(key: str) -> RuleBook:
    """The book with this key; raises `BadInput`."""
    place, _, code = key.partition(":")
    if place != OWN:
        city = cities.load(place)
        return RuleBook(key, city, city.season(code), city.tariffs)
    season = db.session.scalar(select(Season).where(Season.code == code))
    if season is None:
        raise BadInput("There is no season “%(code)s” here. Choose another one.", code=code[:40], key="rules")
    return RuleBook(key, None, supply_facts.season_facts(season), tuple(tariffs.in_force(season)))


def _own_codes() -> list[str]:
    priced = exists().where(Tariff.state == TariffState.APPROVED, Tariff.valid_from <= Season.starts_on)
    heating = Season.kind == SeasonKind.HEATING
    query = select(Season.code).where(priced, heating).order_by(Season.starts_on.desc())
    return list(db.session.scalars(query))
