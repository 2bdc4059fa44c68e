"""What the forms of reductions offer: seasons, subsidies, stations and communities, within the reader's branch."""

from typing import Any

from flask_login import current_user
from sqlalchemy import select

from heatdesk.billing.errors import CardsUnknown, SeasonUnknown
from heatdesk.billing.models import Account, Allocation, Payment, PaymentVoid, Season, Tariff, TillShift
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.db import db
from heatdesk.network.models import Building, Community, Office, Station
from heatdesk.web.pages import scope_branch

_SHOWN = 20
"""Unknown cards named in a refusal."""


def seasons() -> list[tuple[int, str]]:
    """Every season, the newest first."""
    rows = db.session.execute(select(Season.id, Season.code).order_by(Season.starts_on.desc()))
    return [(row.id, row.code) for row in rows]


def subsidy_kinds() -> list[str]:
    """The names of all subsidies that approved tariffs know."""
    rules = db.session.scalars(
        select(Tariff.parameters["subsidies"]).where(Tariff.state == TariffState.APPROVED)
    )
    return sorted({rule["kind"] for listed in rules for rule in listed or ()})


def stations() -> list[tuple[int, str]]:
    """The stations that heat buildings of the reader's branch."""
    return _places(Station, Building.station_id)


def communities() -> list[tuple[int, str]]:
    """The communities with buildings of the reader's branch."""
    return _places(Community, Building.community_id)


def accounts_of(card_nos: list[str]) -> list[int]:
    """The accounts with these card numbers; raises `CardsUnknown` naming those outside the reader's branch."""
    wanted = list(dict.fromkeys(card_nos))
    rows = db.session.execute(
        select(Account.card_no, Account.id).where(
            Account.card_no.in_(wanted), scope_branch(Account.branch_id)
        )
    )
    found: dict[str, int] = dict(rows.all())
    unknown = [card_no for card_no in wanted if card_no not in found]
    if unknown:
        named = ", ".join(unknown[:_SHOWN]) + (" …" if len(unknown) > _SHOWN else "")
        raise CardsUnknown(cards=named)
    return list(found.values())


def season(season_id: int) -> Season:
    """Raises `SeasonUnknown`."""
    found = db.session.get(Season, season_id)
    if found is None:
        raise SeasonUnknown
    return found


def cashiers_of(account_id: int, season_id: int) -> frozenset[int]:
    """Who took the money that was paid towards a bill: they take no part in lowering it (approvals, rule 4)."""
    query = (
        select(TillShift.staff_id)
        .join(Payment, Payment.till_shift_id == TillShift.id)
        .join(Allocation, Allocation.payment_id == Payment.id)
        .where(
            Allocation.account_id == account_id,
            Allocation.season_id == season_id,
            ~select(PaymentVoid).where(PaymentVoid.payment_id == Payment.id).exists(),
        )
    )
    return frozenset(db.session.scalars(query))


def _places(place: Any, column: Any) -> list[tuple[int, str]]:
    mine = select(Building.id).join(Office, Office.id == Building.office_id).where(column == place.id)
    branch_id = current_user.branch_id
    if branch_id is not None:
        mine = mine.where(Office.branch_id == branch_id)
    rows = db.session.execute(select(place.id, place.name).where(mine.exists()).order_by(place.name))
    return [(row.id, row.name) for row in rows]
