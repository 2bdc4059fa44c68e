"""Households that the register knows already: where the file says otherwise. An import changes nothing of it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from heatdesk.billing.rules import register_faults as say
from heatdesk.billing.rules.register_columns import Field
from heatdesk.billing.rules.register_faults import CellFault, Fault, Severity, shown
from heatdesk.billing.rules.register_places import home_of
from heatdesk.billing.rules.register_reading import RegisterRow, RowReader
from heatdesk.billing.rules.register_words import MODES, STATES, USE_CLASSES, first_words
from heatdesk.billing.rules.states import SupplyState
from heatdesk.db import db
from heatdesk.money import ZERO, format_money

_KNOWN = """
    select incoming.row, customer.name, customer.phones, coalesce(customer.id_number, '') as id_number, account.remark,
           account.opened_on, branch.name as branch, office.name as office, station.name as station,
           community.name as community, building.name as building, premises.unit, premises.room,
           term.mode, term.use_class, term.state, term.starts_on, term.building_area_m2, term.inner_area_m2,
           term.usable_area_m2, term.storey_height_m, coalesce(parts.balcony, 0) as balcony_area_m2,
           coalesce(parts.attic, 0) as attic_area_m2, coalesce(parts.basement, 0) as basement_area_m2,
           coalesce(prepayment.balance, 0) as prepayment
      from incoming
      join account on account.card_no = incoming.card_no
      join customer on customer.id = account.customer_id
      join premises on premises.id = account.premises_id
      join building on building.id = premises.building_id
      join community on community.id = building.community_id
      join station on station.id = building.station_id
      join office on office.id = building.office_id
      join branch on branch.id = account.branch_id
      left join prepayment on prepayment.account_id = account.id
      left join lateral (select * from supply_term where supply_term.account_id = account.id
                          order by starts_on desc limit 1) term on true
      left join lateral (select sum(area_m2) filter (where kind = 'balcony') as balcony,
                                sum(area_m2) filter (where kind = 'attic') as attic,
                                sum(area_m2) filter (where kind = 'basement') as basement
                           from area_part where area_part.supply_term_id = term.id) parts on true
     where not incoming.is_new
     order by incoming.row
"""
_OWED = """
    select incoming.row, season.code, bill.charged - bill.reduced - bill.paid as due
      from incoming
      join account on account.card_no = incoming.card_no
      join bill on bill.account_id = account.id
      join season on season.id = bill.season_id
     where not incoming.is_new and season.code = any(:seasons) and bill.charged - bill.reduced - bill.paid <> 0
"""

_SECOND_FLAT = "（"
"""What parts a room from the number of the second flat made for the same address."""

_TEXTS = (
    Field.NAME, Field.ID_NUMBER, Field.BRANCH, Field.OFFICE, Field.STATION, Field.COMMUNITY, Field.BUILDING,
    Field.UNIT, Field.REMARK,
)  # fmt: skip
_NUMBERS = (
    Field.BUILDING_AREA, Field.INNER_AREA, Field.USABLE_AREA, Field.STOREY_HEIGHT, Field.BALCONY_AREA,
    Field.ATTIC_AREA, Field.BASEMENT_AREA,
)  # fmt: skip
_WORDS: Mapping[Field, Mapping[Any, str]] = {
    Field.MODE: first_words(MODES),
    Field.USE_CLASS: first_words(USE_CLASSES),
    Field.STATE: first_words(STATES),
}
Pair = tuple[str, str]
"""What the register has and what the file says, as text."""


class Known:
    """What the comparison found: rows that differ, rows that bring a telephone we lack, and the faults to list."""

    def __init__(self) -> None:
        self.different = self.bring_phones = 0

    def compare(self, rows: Mapping[int, RegisterRow], reader: RowReader) -> Iterator[Fault]:
        """A warning for each cell that differs; counts on the way."""
        owed = _owed(reader)
        result = db.session.execute(text(_KNOWN).execution_options(yield_per=5_000)).mappings()
        for ours in result:
            theirs = rows[ours["row"]]
            found = [*_differing(ours, theirs, reader), *_differing_arrears(owed, theirs, reader)]
            self.different += bool(found)
            self.bring_phones += bool(theirs.phones and not ours["phones"])
            yield from found


def _owed(reader: RowReader) -> dict[tuple[int, str], Decimal]:
    seasons = list(reader.mapping.arrears)
    if not seasons:
        return {}
    rows = db.session.execute(text(_OWED), {"seasons": seasons})
    return {(row, season): due for row, season, due in rows}


def _differing(ours: Mapping[Any, Any], theirs: RegisterRow, reader: RowReader) -> Iterator[Fault]:
    for what, pair in _pairs(ours, theirs):
        if what in reader.mapping.fields:
            yield reader.column_fault(theirs.row, what, _difference(*pair))


def _pairs(ours: Mapping[Any, Any], theirs: RegisterRow) -> Iterator[tuple[Field, Pair]]:
    """The fields that differ; what the file leaves empty is no difference."""
    for what in _TEXTS:
        said = getattr(theirs, what.value)
        if said and said != ours[what.value]:
            yield what, (ours[what.value], said)
    for what in _NUMBERS:
        said = getattr(theirs, what.value)
        if said is not None and said != ours[what.value]:
            yield what, (_number(ours[what.value]), _number(said))
    for what, words in _WORDS.items():
        said = getattr(theirs, what.value)
        if said != ours[what.value]:
            yield what, (words.get(ours[what.value], "–"), words[said])
    if theirs.prepayment != ours["prepayment"]:
        yield Field.PREPAYMENT, (format_money(ours["prepayment"]), format_money(theirs.prepayment))
    yield from _pairs_with_rules(ours, theirs)


def _pairs_with_rules(ours: Mapping[Any, Any], theirs: RegisterRow) -> Iterator[tuple[Field, Pair]]:
    """Fields that are stored otherwise than written: telephones together, rooms numbered, states by terms."""
    if ours["phones"] and not set(theirs.phones) <= set(ours["phones"]):
        yield Field.PHONES, (" ".join(ours["phones"]), " ".join(theirs.phones))
    room = ours["room"].partition(_SECOND_FLAT)[0]
    if theirs.room and room != home_of(theirs).room:
        yield Field.ROOM, (room, home_of(theirs).room)
    since = theirs.state_on
    if since and theirs.state == ours["state"] and theirs.state is not SupplyState.SUPPLIED:
        cut_short = ours["starts_on"] == ours["opened_on"] and since < ours["opened_on"]
        if since != ours["starts_on"] and not cut_short:
            yield Field.STATE_ON, (ours["starts_on"].isoformat(), since.isoformat())
    if theirs.opened_on and theirs.opened_on != ours["opened_on"]:
        yield Field.OPENED_ON, (ours["opened_on"].isoformat(), theirs.opened_on.isoformat())


def _differing_arrears(
    owed: Mapping[tuple[int, str], Decimal], theirs: RegisterRow, reader: RowReader
) -> Iterator[Fault]:
    said = dict(theirs.arrears)
    for season, column in reader.mapping.arrears.items():
        due = owed.get((theirs.row, season), ZERO)
        if due != said.get(season, ZERO):
            pair = format_money(due), format_money(said.get(season, ZERO))
            yield reader.fault(theirs.row, column, _difference(*pair))


def _difference(ours: str, theirs: str) -> CellFault:
    values = {"ours": shown(ours) or "–", "theirs": shown(theirs)}
    return CellFault(say.DIFFERS, values, Severity.WARNING)


def _number(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:f}"
