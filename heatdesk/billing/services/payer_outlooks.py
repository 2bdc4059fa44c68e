"""What a share of an organisation would do to its bill and to those of its people, before it is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.payers import PayerShare as Share
from heatdesk.billing.rules.states import Item, SeasonKind
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services.assessment_plans import Plan
from heatdesk.db import db, get_or_refuse
from heatdesk.money import ZERO


@dataclass(frozen=True, slots=True)
class SharedSeason:
    """One season: what is charged to the people before and after, and by how much organisations rise, yuan."""

    code: str
    people_before: Decimal
    people_after: Decimal
    organisations: Decimal


def reckoned(
    payer_id: int, member_ids: Sequence[int], from_season_id: int, share: Share
) -> list[SharedSeason]:
    """Every billed season that the share holds for; raises what the rules refuse for a bill."""
    accounts = list(
        db.session.scalars(select(Account).where(Account.id.in_(member_ids)).order_by(Account.id))
    )
    return [_season(season, accounts, payer_id, share) for season in billed_since(from_season_id)]


def billed_since(from_season_id: int) -> list[Season]:
    """The heating seasons with bills out, from this one on, oldest first."""
    first = get_or_refuse(Season, from_season_id).starts_on
    query = select(Season).where(
        Season.kind == SeasonKind.HEATING, Season.state == SeasonState.BILLED, Season.starts_on >= first
    )
    return list(db.session.scalars(query.order_by(Season.starts_on)))


def _season(season: Season, accounts: Sequence[Account], payer_id: int, share: Share) -> SharedSeason:
    plan = Plan(season, accounts, shared={account.id: (payer_id, share) for account in accounts})
    changes = [change for account in accounts for change in plan.changes(account.id)]
    taken_over = -_sum(one.difference for one in changes if one.item == Item.PAYER_SHARE)
    return SharedSeason(
        season.code, _sum(one.before for one in changes), _sum(one.target for one in changes), taken_over
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
