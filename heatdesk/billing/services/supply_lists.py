"""Lists of flats whose supply is to stop or start: by building, by cards, by file, or those that have not paid."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, select

from heatdesk.billing.errors import NoSuchCards
from heatdesk.billing.models import Account, Bill, Season, SupplyTerm
from heatdesk.billing.rules.states import SupplyState
from heatdesk.db import db
from heatdesk.errors import BadInput
from heatdesk.network.models import Building, Community, Office, Premises
from heatdesk.sheets.headers import normal_name
from heatdesk.sheets.reading import read_sheet
from heatdesk.web.fields import half_width

CARD_COLUMNS = ("卡号", "用户卡号", "用户编号", "编号", "card no.", "card number", "card_no")
_NAMED = 5
"""How many unknown cards a refusal names."""


def by_cards(card_numbers: Iterable[str], branch: Any) -> list[int]:
    """Account ids in the order of the cards, each once; raises `NoSuchCards`."""
    wanted = list(dict.fromkeys(number for number in map(half_width, card_numbers) if number))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 1000):
        part = wanted[start : start + 1000]
        rows = db.session.execute(
            select(Account.card_no, Account.id).where(Account.card_no.in_(part), branch)
        )
        found.update((row.card_no, row.id) for row in rows)
    unknown = [number for number in wanted if number not in found]
    if unknown:
        named = ", ".join(unknown[:_NAMED]) + (" …" if len(unknown) > _NAMED else "")
        raise NoSuchCards(cards=named)
    return [found[number] for number in wanted]


def cards_in_file(content: bytes, name: str) -> list[str]:
    """The card numbers of a workbook or text file; raises `BadInput`."""
    known = {normal_name(column) for column in CARD_COLUMNS}
    sheet = read_sheet(content, name, known=known)
    places = [index for index, title in enumerate(sheet.header) if normal_name(title) in known]
    if not places:
        raise BadInput("“%(name)s” has no column of card numbers. Call it 卡号.", name=sheet.name)
    at = places[0]
    return [_text(row[at]) for _number, row in sheet.rows() if at < len(row)]


def of_building(building_id: int, branch: Any) -> list[int]:
    """Every open account of a building, by room."""
    query = _open_accounts(branch).where(Premises.building_id == building_id)
    return list(db.session.scalars(query))


def unpaid(season: Season, branch: Any, building_id: int | None) -> list[int]:
    """Open accounts with a bill of the season on which nothing was paid, and which have heat."""
    owes = (
        select(Bill.account_id)
        .where(
            Bill.account_id == Account.id,
            Bill.season_id == season.id,
            Bill.paid == 0,
            Bill.charged - Bill.reduced > 0,
        )
        .exists()
    )
    heated = (
        select(SupplyTerm.id)
        .where(
            SupplyTerm.account_id == Account.id,
            SupplyTerm.state == SupplyState.SUPPLIED,
            SupplyTerm.starts_on <= season.ends_on,
            SupplyTerm.ends_on.is_(None) | (SupplyTerm.ends_on >= season.starts_on),
        )
        .exists()
    )
    query = _open_accounts(branch).where(owes, heated)
    if building_id is not None:
        query = query.where(Premises.building_id == building_id)
    return list(db.session.scalars(query))


def branch_of(account_ids: Sequence[int]) -> int | None:
    """The branch of all of them; None when they are of several."""
    found = set(db.session.scalars(select(Account.branch_id).where(Account.id.in_(account_ids)).distinct()))
    return found.pop() if len(found) == 1 else None


def cards_of(account_ids: Sequence[int]) -> list[str]:
    found = db.session.execute(select(Account.id, Account.card_no).where(Account.id.in_(account_ids)))
    rows = {row.id: row.card_no for row in found}
    return [rows[account_id] for account_id in account_ids if account_id in rows]


def buildings(branch_column_is: Any) -> Sequence[tuple[int, str]]:
    """Buildings of the reader's branch with their community, by name."""
    rows = db.session.execute(
        select(Building.id, Community.name, Building.name)
        .join(Community, Community.id == Building.community_id)
        .join(Office, Office.id == Building.office_id)
        .where(branch_column_is)
        .order_by(Community.name, Building.name)
    )
    return [(building_id, f"{community} {name}") for building_id, community, name in rows]


def _open_accounts(branch: Any) -> Select[Any]:
    return (
        select(Account.id)
        .join(Premises, Premises.id == Account.premises_id)
        .where(Account.closed_on.is_(None), branch)
        .order_by(Premises.building_id, Premises.unit, Premises.room, Account.id)
    )


def _text(cell: object) -> str:
    """A number cell of a card loses nothing: 626.0 is 626."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
