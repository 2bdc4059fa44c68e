"""Reading one row of a register into a `RegisterRow`, with every fault of its cells."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from heatdesk.billing.rules import register_faults as say
from heatdesk.billing.rules.register_cells import (
    is_blank,
    read_amount,
    read_area,
    read_card_no,
    read_date,
    read_height,
    read_name,
    read_part_area,
    read_place,
    read_text,
)
from heatdesk.billing.rules.register_columns import USUAL, ColumnMapping, Field, column_letter
from heatdesk.billing.rules.register_faults import CellFault, Fault, Severity
from heatdesk.billing.rules.register_phones import read_phones
from heatdesk.billing.rules.register_words import read_mode, read_state, read_use_class
from heatdesk.billing.rules.states import SupplyMode, SupplyState, UseClass
from heatdesk.errors import BadInput
from heatdesk.money import ZERO
from heatdesk.sheets.headers import Cell

Answer = tuple[Any, CellFault | None]
Reader = Callable[[Cell], Answer]

KEPT_ANSWERS = 50_000
"""How many different cells of a column are remembered; registers repeat names of places, areas and states."""

NUMBERS = (
    Field.BUILDING_AREA, Field.INNER_AREA, Field.USABLE_AREA, Field.BALCONY_AREA, Field.ATTIC_AREA,
    Field.BASEMENT_AREA, Field.PREPAYMENT,
)  # fmt: skip
"""The fields a total row may sum up, besides arrears."""

_PLACES = (
    Field.BRANCH, Field.OFFICE, Field.HEAT_SOURCE, Field.STATION, Field.DISTRICT, Field.COMMUNITY,
    Field.BUILDING, Field.UNIT, Field.FLOOR, Field.ROOM,
)  # fmt: skip
_READERS: dict[Field, Reader] = {
    **dict.fromkeys(_PLACES, read_place),
    **dict.fromkeys((Field.INNER_AREA, Field.USABLE_AREA), read_part_area),
    **dict.fromkeys((Field.BALCONY_AREA, Field.ATTIC_AREA, Field.BASEMENT_AREA), read_part_area),
    Field.CARD_NO: read_card_no,
    Field.NAME: read_name,
    Field.ID_NUMBER: read_card_no,
    Field.ADDRESS: read_place,
    Field.BUILDING_AREA: read_area,
    Field.STOREY_HEIGHT: read_height,
    Field.USE_CLASS: read_use_class,
    Field.MODE: read_mode,
    Field.STATE: read_state,
    Field.PREPAYMENT: read_amount,
    Field.REMARK: read_text,
}
_HARDLY_REPEATED = {Field.CARD_NO, Field.NAME, Field.ID_NUMBER, Field.ADDRESS}
_NEEDED = (Field.CARD_NO, Field.NAME, Field.BUILDING_AREA, Field.USE_CLASS)
_WITH_USUAL = (Field.MODE, Field.STATE)
_ORGANISATION = re.compile(
    r"公司|集团|店|厂|学校|小学|中学|大学|幼儿园|医院|诊所|银行|中心|委员会|政府|局$|所$|馆|酒|餐|药房|超市|商|社$|部$|院$|站$|处$|队$"
    r"|\b(?:co|ltd|inc|company|school|bank|hotel)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One household as the register states it. Areas in m², height in metres, money in yuan, texts `""` if
    unknown.

    `row` is the number in the spreadsheet and does not count when two rows are compared. `state_on` is the
    day the state began (None: not said); `arrears` holds season code and amount where there is any.
    """

    row: int = field(compare=False)
    card_no: str
    name: str
    is_organisation: bool
    phones: tuple[str, ...]
    id_number: str
    branch: str
    office: str
    heat_source: str
    station: str
    district: str
    community: str
    building: str
    unit: str
    floor: str
    room: str
    address: str
    building_area_m2: Decimal
    inner_area_m2: Decimal | None
    usable_area_m2: Decimal | None
    balcony_area_m2: Decimal
    attic_area_m2: Decimal
    basement_area_m2: Decimal
    storey_height_m: Decimal | None
    use_class: UseClass
    mode: SupplyMode
    state: SupplyState
    state_on: date | None
    opened_on: date | None
    arrears: tuple[tuple[str, Decimal], ...]
    prepayment: Decimal
    remark: str


_UNKNOWN: dict[str, Any] = {
    **dict.fromkeys(map(str, (*_PLACES, Field.ADDRESS, Field.ID_NUMBER, Field.REMARK)), ""),
    **dict.fromkeys(
        map(str, (Field.BALCONY_AREA, Field.ATTIC_AREA, Field.BASEMENT_AREA, Field.PREPAYMENT)), ZERO
    ),
    **dict.fromkeys(map(str, (Field.INNER_AREA, Field.USABLE_AREA, Field.STOREY_HEIGHT)), None),
    **dict.fromkeys(map(str, (Field.STATE_ON, Field.OPENED_ON)), None),
    Field.PHONES.value: (),
}


class RowReader:
    """Reads rows by one mapping and remembers what it read, since most cells of a register occur often."""

    def __init__(self, mapping: ColumnMapping, *, date_1904: bool = False) -> None:
        """Raises `BadInput` if the mapping lacks a column or assumes what cannot be read."""
        mapping.check()
        readers = _READERS | dict.fromkeys(
            (Field.STATE_ON, Field.OPENED_ON), partial(read_date, date_1904=date_1904)
        )
        self.mapping = mapping
        self.letters = [column_letter(column) for column in range(len(mapping.header))]
        self.assumed = {what: self._assumption(readers[what], text) for what, text in mapping.assumed.items()}
        self.plan = [
            (
                what.value,
                column,
                readers[what] if what in _HARDLY_REPEATED else Remembering(readers[what]).__getitem__,
            )
            for what, column in mapping.fields.items()
            if what != Field.PHONES
        ]
        self.identifying = [mapping.fields[what] for what in (Field.CARD_NO, Field.NAME, Field.BUILDING_AREA)]
        self.phones = mapping.fields.get(Field.PHONES)
        amount = Remembering(read_amount)
        self.arrears = [(season, column, amount) for season, column in sorted(mapping.arrears.items())]
        self.start = _UNKNOWN | {what.value: value for what, value in self.assumed.items()}

    @staticmethod
    def _assumption(reader: Reader, text: str) -> Any:
        value, fault = reader(text)
        if value is None:
            raise BadInput(*([fault.message] if fault else [say.MISSING]), **(fault.values if fault else {}))
        return value

    def read(self, number: int, row: Sequence[Cell], faults: list[Fault]) -> RegisterRow | None:
        """The row, or None if a fault of severity *error* was added to `faults`."""
        values = dict(self.start)
        before = len(faults)
        width = len(row)
        for name, column, reader in self.plan:
            cell = row[column] if column < width else ""
            if cell == "":
                continue
            value, fault = reader(cell)
            if fault is not None:
                faults.append(self.fault(number, column, fault))
                values.setdefault(name, None)
            if value is not None:
                values[name] = value
        if self.phones is not None and self.phones < width and row[self.phones] != "":
            values["phones"], phone_faults = read_phones(row[self.phones])
            faults += [self.fault(number, self.phones, fault) for fault in phone_faults]
        values["arrears"] = self._read_arrears(number, row, faults) if self.arrears else ()
        self._fill_blanks(number, values, faults)
        if len(faults) > before and any(fault.severity is Severity.ERROR for fault in faults[before:]):
            return None
        return RegisterRow(
            row=number, is_organisation=_ORGANISATION.search(values["name"]) is not None, **values
        )

    def _read_arrears(
        self, number: int, row: Sequence[Cell], faults: list[Fault]
    ) -> tuple[tuple[str, Decimal], ...]:
        found: list[tuple[str, Decimal]] = []
        for season, column, answers in self.arrears:
            amount, fault = answers[row[column]] if column < len(row) else (None, None)
            if fault is not None:
                faults.append(self.fault(number, column, fault))
            if amount:
                found.append((season, amount))
        return tuple(found)

    def _fill_blanks(self, number: int, values: dict[str, Any], faults: list[Fault]) -> None:
        """Say which needed cells are empty; way of charging and state have a usual value."""
        empty = [what for what in _NEEDED if what not in values]
        faults += [self.column_fault(number, what, CellFault(say.MISSING)) for what in empty]
        for what in _WITH_USUAL:
            if what not in values:
                text = USUAL[what]
                values[what] = _READERS[what](text)[0]
                if (column := self.mapping.fields.get(what)) is not None:
                    assumed = CellFault(say.ASSUMED, {"value": text}, Severity.WARNING)
                    faults.append(self.fault(number, column, assumed))
        if not (values["building"] and values["room"]) and not values["address"]:
            faults.append(row_fault(number, CellFault(say.NO_ADDRESS)))

    def fault(self, number: int, column: int, fault: CellFault) -> Fault:
        header = self.mapping.header[column]
        return Fault(number, self.letters[column], header, fault.message, fault.values, fault.severity)

    def column_fault(self, number: int, what: Field, fault: CellFault) -> Fault:
        column = self.mapping.fields.get(what)
        return row_fault(number, fault) if column is None else self.fault(number, column, fault)

    def is_note(self, row: Sequence[Cell]) -> bool:
        """The row has neither card number, name nor area."""
        return all(column >= len(row) or is_blank(row[column]) for column in self.identifying)


def row_fault(number: int, fault: CellFault) -> Fault:
    return Fault(number, "", "", fault.message, fault.values, fault.severity)


class Remembering(dict[Cell, Answer]):
    """A reader's answers by cell: registers repeat places, areas and states, so most cells are read once."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def __missing__(self, cell: Cell) -> Answer:
        if len(self) >= KEPT_ANSWERS:
            self.clear()
        answer = self[cell] = self.reader(cell)
        return answer


def differing(first: RegisterRow, second: RegisterRow, headers: Mapping[str, str]) -> str:
    """The names of the columns in which two rows of one card differ."""
    names = [
        name for name in RegisterRow.__dataclass_fields__ if getattr(first, name) != getattr(second, name)
    ]
    return ", ".join(headers.get(name, name) for name in names if name not in ("row", "is_organisation"))
