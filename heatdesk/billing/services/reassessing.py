"""After a changed fact: what it does to the bills of the seasons that are billed, before it is saved and when it is."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments
from heatdesk.db import db
from heatdesk.errors import Refusal
from heatdesk.i18n import _
from heatdesk.money import ZERO


@dataclass(frozen=True)
class SeasonEffect:
    """What one season's bill is and would be, yuan; `refusal` says why it cannot be reckoned."""

    code: str
    before: Decimal
    after: Decimal
    refusal: str = ""

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class Effect:
    """What a change would do to an account's bills; `refusal` when the change itself is not possible."""

    seasons: tuple[SeasonEffect, ...] = ()
    refusal: str = ""

    @property
    def difference(self) -> Decimal:
        return sum((season.difference for season in self.seasons), ZERO)


class _TakeBack(Exception):
    """Ends the savepoint in which a change was only tried."""


def effect_of(account: Account, change: Callable[[], object]) -> Effect:
    """Try `change` inside a savepoint, reckon the open seasons by the facts it leaves, and take it back."""
    effect = Effect()
    try:
        with db.session.begin_nested():
            try:
                change()
            except Refusal as refusal:
                effect = Effect(refusal=_(refusal.message, **refusal.values))
            else:
                effect = Effect(tuple(_season_effect(account.id, season) for season in open_seasons()))
            raise _TakeBack
    except _TakeBack:
        return effect


def reassess(account: Account, *, by: int, reason: str) -> Decimal:
    """Post the difference in every open season; returns their sum, yuan, signed. Raises what `assess` raises."""
    differences = [
        assessments.assess(account.id, season.id, by=by, reason=reason) for season in open_seasons()
    ]
    return sum(differences, ZERO)


def open_seasons() -> list[Season]:
    """Seasons whose bills are out: a planned one has none yet, a closed one keeps its own."""
    query = select(Season).where(Season.state == SeasonState.BILLED).order_by(Season.starts_on)
    return list(db.session.scalars(query))


def _season_effect(account_id: int, season: Season) -> SeasonEffect:
    try:
        changes = assessments.preview(account_id, season.id)
    except Refusal as refusal:
        return SeasonEffect(season.code, ZERO, ZERO, _(refusal.message, **refusal.values))
    before = sum((change.before for change in changes), ZERO)
    return SeasonEffect(season.code, before, before + assessments.moved_by(changes))
