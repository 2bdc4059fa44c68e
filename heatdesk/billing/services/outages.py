"""Outages: which accounts they touched, and what each would be given back, worked out once for the whole list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from heatdesk.billing.errors import NoAffectedAccounts, SeveralBranches, TooManyAccounts
from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.adjustments import Granted
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import reduction_choices
from heatdesk.billing.services.assessments import Plan
from heatdesk.db import db
from heatdesk.errors import BadInput, Refusal
from heatdesk.money import ZERO
from heatdesk.network.models import Building, Premises
from heatdesk.sheets.headers import normal_name
from heatdesk.sheets.reading import read_sheet
from heatdesk.web.pages import scope_branch

MOST = 20_000
_AT_ONCE = 500
_COLUMNS = frozenset(map(normal_name, ("Card no.", "Card number", "卡号", "用户卡号", "用户编号", "户号")))


@dataclass(frozen=True)
class Share:
    """What one account is given back: `worth` by the rules, `moved` what its bill moves now, both ≤ 0 yuan."""

    account_id: int
    card_no: str
    worth: Decimal
    moved: Decimal


@dataclass(frozen=True)
class WorkedOut:
    """The affected accounts of one branch, and whom nothing can be given and why."""

    branch_id: int
    shares: tuple[Share, ...]
    left_out: tuple[tuple[str, Refusal], ...]


def at_station(station_id: int, days: tuple[date, date]) -> list[int]:
    """The accounts of the reader's branch that a station heated on one of these days."""
    return list(db.session.scalars(_open_on(days).where(Building.station_id == station_id)))


def in_community(community_id: int, buildings: str, days: tuple[date, date]) -> list[int]:
    """The same for a community, or for some of its buildings by name."""
    query = _open_on(days).where(Building.community_id == community_id)
    names = [
        name.strip() for name in buildings.replace("，", ",").replace("、", ",").split(",") if name.strip()
    ]
    if names:
        query = query.where(Building.name.in_(names))
    return list(db.session.scalars(query))


def on_list(cards: str) -> list[int]:
    """The accounts with these card numbers, separated by blanks, commas or lines; raises `CardsUnknown`."""
    for sign in "，、;；,":
        cards = cards.replace(sign, " ")
    return reduction_choices.accounts_of(cards.split())


def in_file(name: str, content: bytes) -> list[int]:
    """The accounts whose card numbers stand in a sheet; raises `BadInput` and `CardsUnknown`."""
    sheet = read_sheet(content, name, known=_COLUMNS)
    column = next((at for at, head in enumerate(sheet.header) if normal_name(head) in _COLUMNS), None)
    if column is None:
        raise BadInput("“%(name)s” has no column “Card no.” or “卡号”. Name the column so.", name=name)
    cards = [str(row[column]).strip() for _number, row in sheet.rows() if len(row) > column]
    return reduction_choices.accounts_of([card for card in cards if card])


def work_out(season: Season, account_ids: Sequence[int], granted: Granted) -> WorkedOut:
    """What the outage is worth to each account. Those whom the rules or what was granted before give nothing are
    left out. Raises `TooManyAccounts`, `SeveralBranches` and `NoAffectedAccounts`.
    """
    if len(account_ids) > MOST:
        raise TooManyAccounts(count=len(account_ids), most=MOST)
    shares: list[Share] = []
    left_out: list[tuple[str, Refusal]] = []
    branches: set[int] = set()
    wanted = sorted(set(account_ids))
    for start in range(0, len(wanted), _AT_ONCE):
        accounts = _accounts(wanted[start : start + _AT_ONCE])
        branches |= {account.branch_id for account in accounts}
        plan = Plan(season, accounts, also={account.id: [granted] for account in accounts})
        for account in accounts:
            try:
                shares.extend(_share(season, plan, account, granted))
            except Refusal as refusal:
                left_out.append((account.card_no, refusal))
    if len(branches) > 1:
        raise SeveralBranches
    if not shares:
        raise NoAffectedAccounts
    ordered = sorted(shares, key=lambda one: one.card_no)
    return WorkedOut(branches.pop(), tuple(ordered), tuple(left_out))


def _share(season: Season, plan: Plan, account: Account, granted: Granted) -> Iterable[Share]:
    lines = [line for one, line in plan.adjustments(account.id, plan.area_bill(account.id)) if one is granted]
    worth = sum((line.amount for line in lines), ZERO)
    if not worth:
        return []
    moved = sum((change.difference for change in plan.changes(account.id)), ZERO)
    billed = season.state != SeasonState.PLANNED or account.id in plan.bills
    return [Share(account.id, account.card_no, worth, moved if billed else ZERO)]


def _accounts(ids: Sequence[int]) -> list[Account]:
    return list(db.session.scalars(select(Account).where(Account.id.in_(ids)).order_by(Account.id)))


def _open_on(days: tuple[date, date]) -> Select[Any]:
    first, last = days
    return (
        select(Account.id)
        .join(Premises, Premises.id == Account.premises_id)
        .join(Building, Building.id == Premises.building_id)
        .where(
            scope_branch(Account.branch_id),
            Account.opened_on <= last,
            Account.closed_on.is_(None) | (Account.closed_on >= first),
        )
    )
