"""Rows of a file of meter readings: which column is which, and what a row says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from heatdesk.billing.rules.energy import MeterFault
from heatdesk.billing.rules.register_cells import half_width, read_date
from heatdesk.errors import BadInput, msgid
from heatdesk.sheets.headers import Cell, normal_name

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "serial_no": ("表号", "热表号", "表具编号", "meterno", "meter", "serialno"),
    "card_no": ("卡号", "用户号", "户号", "cardno", "card"),
    "read_on": ("抄表日期", "日期", "抄表时间", "date", "readon"),
    "shown": ("读数", "表数", "止码", "本次读数", "累计热量", "reading", "shown"),
    "fault": ("故障", "故障原因", "fault"),
    "remark": ("备注", "remark"),
}
KNOWN_NAMES = frozenset(normal_name(name) for names in COLUMNS.values() for name in names)
FAULT_WORDS = {
    "": None,
    "无": None,
    "正常": None,
    "表故障": MeterFault.METER,
    "故障": MeterFault.METER,
    "meter": MeterFault.METER,
    "人为损坏": MeterFault.USER,
    "用户损坏": MeterFault.USER,
    "user": MeterFault.USER,
}
NO_METER = msgid("Neither a meter number nor a card number stands in this row.")
NO_DATE = msgid("“%(given)s” is no date of a reading. Write it like 2027-03-31.")
NO_READING = msgid("“%(given)s” is no reading. Write a number such as 1234.567.")
NO_FAULT = msgid("“%(given)s” is no known fault. Write 表故障, 人为损坏, or leave it empty.")


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """What one row says; `number` is the row of the file as people count."""

    number: int
    serial_no: str
    card_no: str
    read_on: date
    shown: Decimal
    fault: MeterFault | None
    remark: str


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row cannot come in: an English message id and its values."""

    number: int
    message: str
    values: Mapping[str, str]


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """Name of each field → its column, as far as the header has one."""
    places = {normal_name(name): place for place, name in reversed(list(enumerate(header)))}
    found: dict[str, int] = {}
    for field, names in COLUMNS.items():
        for name in names:
            if normal_name(name) in places:
                found[field] = places[normal_name(name)]
                break
    return found


def read_rows(
    rows: Iterable[tuple[int, Sequence[Cell]]], columns: Mapping[str, int]
) -> tuple[list[ReadingRow], list[RowFault]]:
    """The rows that can be read, and why the others cannot; empty rows and total rows without a number are skipped."""
    good: list[ReadingRow] = []
    bad: list[RowFault] = []
    for number, row in rows:
        cells = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
        if not any(str(cells.get(name, "")).strip() for name in ("serial_no", "card_no", "shown")):
            continue
        try:
            good.append(_read(number, cells))
        except BadInput as fault:
            bad.append(
                RowFault(number, fault.message, {name: str(one) for name, one in fault.values.items()})
            )
    return good, bad


def _read(number: int, cells: Mapping[str, Cell]) -> ReadingRow:
    serial_no, card_no = (_text(cells.get(name, "")) for name in ("serial_no", "card_no"))
    if not serial_no and not card_no:
        raise BadInput(NO_METER)
    day, wrong = read_date(cells.get("read_on", ""))
    if day is None or wrong is not None:
        raise BadInput(NO_DATE, given=_text(cells.get("read_on", ""))[:40])
    fault = _text(cells.get("fault", "")).lower()
    if fault not in FAULT_WORDS:
        raise BadInput(NO_FAULT, given=fault[:40])
    shown = _number(_text(cells.get("shown", "")))
    remark = _text(cells.get("remark", ""))[:200]
    return ReadingRow(number, serial_no, card_no, day, shown, FAULT_WORDS[fault], remark)


def _text(cell: Cell) -> str:
    """A cell as people read it: 4711.0 of a workbook is 4711."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(half_width(cell).split())


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise BadInput(NO_READING, given=text[:40]) from None
    if not value.is_finite() or value < 0 or value >= 10**11:
        raise BadInput(NO_READING, given=text[:40])
    return value.quantize(Decimal("0.001"))
