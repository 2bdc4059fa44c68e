"""Payer shares (单位承担): what organisations take over of their people's bills, on both sides of the books."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from heatdesk.billing.models import Account, Charge, PayerShare, Season
from heatdesk.billing.rules.lines import Assessment, Line
from heatdesk.billing.rules.payers import PayerShare as Share, payer_lines, taken_over
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.states import Item
from heatdesk.db import db
from heatdesk.money import ZERO
from heatdesk.people.models import Customer


def holding(season: Season, *conditions: Any) -> Select[Any]:
    """The row of each household that holds in a season: the newest that has begun; a share of zero ended it."""
    return (
        select(PayerShare)
        .join(Season, Season.id == PayerShare.season_id)
        .where(Season.starts_on <= season.starts_on, *conditions)
        .ext(distinct_on(PayerShare.account_id))
        .order_by(PayerShare.account_id, PayerShare.id.desc())
    )


def payers_of(account_ids: Collection[int]) -> set[int]:
    """The accounts whose own bills follow from these ones', also those that answer no more."""
    query = select(PayerShare.payer_account_id).where(PayerShare.account_id.in_(account_ids)).distinct()
    return set(db.session.scalars(query))


def has_part(account_ids: Collection[int]) -> tuple[set[int], set[int]]:
    """Which of these accounts have ever answered for others, and for which others have answered."""
    rows = db.session.execute(
        select(PayerShare.payer_account_id, PayerShare.account_id).where(
            PayerShare.payer_account_id.in_(account_ids) | PayerShare.account_id.in_(account_ids)
        )
    ).all()
    asked = set(account_ids)
    return {row[0] for row in rows} & asked, {row[1] for row in rows} & asked


class Shares:
    """Who takes over what of these accounts in one season, and what these accounts take over of others."""

    def __init__(
        self,
        season: Season,
        account_ids: Sequence[int],
        *,
        tried: Mapping[int, tuple[int, Share]] | None = None,
    ) -> None:
        """`tried` stands in the place of what holds: account → (payer account, share)."""
        rows = list(db.session.scalars(holding(season, PayerShare.account_id.in_(account_ids))))
        names = _names({row.payer_account_id for row in rows})
        self._held: dict[int, tuple[int, Share]] = {
            row.account_id: (
                row.payer_account_id,
                Share(names[row.payer_account_id], row.share, row.up_to_m2, row.limit_amount),
            )
            for row in rows
        }
        self._held.update(tried or {})
        self._taken = _taken_over(season, account_ids)

    def members_of(self, payer_id: int) -> list[int]:
        """The accounts among those asked about that this one answers for."""
        return [account_id for account_id, (payer, _share) in self._held.items() if payer == payer_id]

    def carry(self, account_id: int, changes: Iterable[Any]) -> None:
        """What comes off a household's bill now, its payer takes over besides what is booked already."""
        moved = sum((one.difference for one in changes if one.item == Item.PAYER_SHARE), ZERO)
        if moved and account_id in self._held:
            payer, _share = self._held[account_id]
            amount, count = self._taken.get(payer, (ZERO, 0))
            self._taken[payer] = amount - moved, count or 1

    def lines(self, account_id: int, bill: Assessment, facts: SeasonFacts) -> list[Line]:
        """What comes off the household's bill for its payer, and what an organisation has taken over."""
        lines: list[Line] = []
        if account_id in self._held and bill.total > 0:
            _payer, share = self._held[account_id]
            lines += payer_lines(bill, [share] if share.share else [], facts.period)
        amount, count = self._taken.get(account_id, (ZERO, 0))
        if amount:
            lines.append(taken_over(amount, count, facts.period))
        return lines


def _names(account_ids: set[int]) -> dict[int, str]:
    query = select(Account.id, Customer.name).join(Customer, Customer.id == Account.customer_id)
    return {row.id: row.name for row in db.session.execute(query.where(Account.id.in_(account_ids)))}


def _taken_over(season: Season, payer_ids: Sequence[int]) -> dict[int, tuple[Decimal, int]]:
    """Payer → by how much its households' bills stand lower, as charged, and how many they are."""
    members = select(PayerShare.account_id).where(PayerShare.payer_account_id.in_(payer_ids))
    held: Subquery = holding(season, PayerShare.account_id.in_(members)).subquery()
    query = (
        select(held.c.payer_account_id, -func.sum(Charge.amount), func.count(held.c.account_id.distinct()))
        .join(Charge, Charge.account_id == held.c.account_id)
        .where(
            Charge.season_id == season.id,
            Charge.item == Item.PAYER_SHARE,
            held.c.payer_account_id.in_(payer_ids),
        )
        .group_by(held.c.payer_account_id)
    )
    return {payer: (amount, count) for payer, amount, count in db.session.execute(query)}


def select_payers(*conditions: Any) -> Select[Any]:
    """Rows (payer account id, card number, name, branch id, households, taken over in all seasons), by name."""
    newest = (
        select(PayerShare)
        .ext(distinct_on(PayerShare.account_id))
        .order_by(PayerShare.account_id, PayerShare.id.desc())
        .subquery()
    )
    members = (
        select(newest.c.payer_account_id, func.count().label("households"))
        .where(newest.c.share > 0)
        .group_by(newest.c.payer_account_id)
        .subquery()
    )
    taken = select(func.coalesce(func.sum(Charge.amount), 0)).where(
        Charge.account_id == Account.id, Charge.item == Item.PAYER_SHARE
    )
    query: Any = (
        select(
            Account.id,
            Account.card_no,
            Customer.name,
            func.coalesce(members.c.households, 0).label("households"),
            taken.correlate(Account).scalar_subquery().label("taken"),
        )
        .join(Customer, Customer.id == Account.customer_id)
        .outerjoin(members, members.c.payer_account_id == Account.id)
        .where(Account.id.in_(select(PayerShare.payer_account_id)), *conditions)
        .order_by(Customer.name, Account.id)
    )
    ordered: Select[Any] = query
    return ordered


def select_members(payer_account_id: int) -> Select[Any]:
    """Rows (share, card number, name, account id, taken over in all seasons) of the households it answers for now."""
    newest = (
        select(PayerShare.id)
        .ext(distinct_on(PayerShare.account_id))
        .order_by(PayerShare.account_id, PayerShare.id.desc())
    )
    taken = select(-func.coalesce(func.sum(Charge.amount), 0)).where(
        Charge.account_id == Account.id, Charge.item == Item.PAYER_SHARE
    )
    columns: tuple[Any, ...] = (
        PayerShare,
        Season.code,
        Account.card_no,
        Customer.name,
        taken.correlate(Account).scalar_subquery().label("taken"),
    )
    return (
        select(*columns)
        .join(Account, Account.id == PayerShare.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Season, Season.id == PayerShare.season_id)
        .where(
            PayerShare.id.in_(newest), PayerShare.payer_account_id == payer_account_id, PayerShare.share > 0
        )
        .order_by(Account.card_no)
    )
