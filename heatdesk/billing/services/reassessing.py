"""After a changed fact: what it does to the bills of the seasons that are billed, before it is saved and when it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from heatdesk.billing.errors import NeedsSecondPerson
from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments
from heatdesk.billing.services.assessment_plans import moved_by
from heatdesk.db import db
from heatdesk.errors import Refusal
from heatdesk.i18n import _
from heatdesk.money import ZERO, format_money


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
    def moves(self) -> bool:
        """Whether any bill would be another one."""
        return any(season.difference for season in self.seasons)

    @property
    def difference(self) -> Decimal:
        return sum((season.difference for season in self.seasons), ZERO)


class _TakeBack(Exception):
    """Ends the savepoint in which a change was only tried."""


def effect_of(account: Account, change: Callable[[], object], *, since: date = date.min) -> Effect:
    """Try `change` inside a savepoint, reckon the open seasons by the facts it leaves, and take it back.

    Seasons that were over before `since` are left out: what changes later does not touch them.
    """

    def changed() -> list[int]:
        change()
        return [account.id]

    [effect] = effects_of(changed, since=since)
    return effect


def effects_of(change: Callable[[], Sequence[int]], *, since: date = date.min) -> list[Effect]:
    """As `effect_of`, of each account whose id `change` gives: it may open some. One effect when it is refused."""
    effects: list[Effect] = []
    try:
        with db.session.begin_nested():
            try:
                account_ids = change()
            except Refusal as refusal:
                effects = [Effect(refusal=_(refusal.message, **refusal.values))]
            else:
                seasons = open_seasons(since)
                effects = [
                    Effect(tuple(_season_effect(account_id, season) for season in seasons))
                    for account_id in account_ids
                ]
            raise _TakeBack
    except _TakeBack:
        return effects


def refuse_moving_bills(account: Account) -> None:
    """After a changed fact: raises `NeedsSecondPerson` when a bill that is out would follow."""
    for season in open_seasons():
        moving = [
            change.difference for change in assessments.preview(account.id, season.id) if change.difference
        ]
        if moving:
            raise NeedsSecondPerson(amount=format_money(sum(moving, ZERO)))


def reassess(account: Account, *, by: int, reason: str, since: date = date.min) -> Decimal:
    """Post the difference in every open season that was not over before `since`; returns their sum, yuan, signed.

    Raises what `assess` raises.
    """
    differences = [
        assessments.assess(account.id, season.id, by=by, reason=reason) for season in open_seasons(since)
    ]
    return sum(differences, ZERO)


def open_seasons(since: date = date.min) -> list[Season]:
    """Seasons whose bills are out, if they were not over before `since`: a planned one has none yet, a closed one keeps
    its own.
    """
    query = select(Season).where(Season.state == SeasonState.BILLED, Season.ends_on >= since)
    query = query.order_by(Season.starts_on)
    return list(db.session.scalars(query))


def _season_effect(account_id: int, season: Season) -> SeasonEffect:
    try:
        changes = assessments.preview(account_id, season.id)
    except Refusal as refusal:
        return SeasonEffect(season.code, ZERO, ZERO, _(refusal.message, **refusal.values))
    before = sum((change.before for change in changes), ZERO)
    return SeasonEffect(season.code, before, before + moved_by(changes))
