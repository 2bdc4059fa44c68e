"""The fixed part of an invoice: where everything stands on a sheet, the frame, the headings and the seller."""

from dataclasses import dataclass
from typing import Self

from heatdesk.billing.papers.invoice_facts import MOST_LINES, Party
from heatdesk.printing import CENTRE, LEFT, QUIET, RIGHT, Pen, Room, Sheet

_PADDING = 1.2
_SIDE = 7.0
_PARTY_LABEL = 25.0
_HEAD = 7.4
_SUM = 5.8
_TOTAL = 8.6
_SEAL = 50.0
_STRONG = 0.7
_HEADINGS = (
    ("项目名称", "Item", 0.0, LEFT),
    ("采暖期", "Season", 20.0, CENTRE),
    ("单位", "Unit", 12.0, CENTRE),
    ("数量", "Quantity", 20.0, RIGHT),
    ("单价", "Price", 19.0, RIGHT),
    ("金额", "Amount", 26.0, RIGHT),
    ("税率", "Tax rate", 16.0, CENTRE),
    ("税额", "Tax", 23.0, RIGHT),
)


@dataclass(frozen=True, slots=True)
class FrameColumn:
    """A column of the table from `left` on; its text is aligned to `at` and may take `room`."""

    chinese: str
    english: str
    left: float
    align: float
    at: float
    room: float

    @classmethod
    def of(cls, chinese: str, english: str, left: float, width: float, align: float) -> Self:
        room = width - 2 * _PADDING
        return cls(chinese, english, left, align, left + _PADDING + align * room, room)


@dataclass(frozen=True, slots=True)
class Frame:
    """All positions of an invoice on one sheet, in mm, worked out once."""

    sheet: Sheet
    left: float
    right: float
    top: float
    columns: tuple[FrameColumn, ...]
    party_height: float = 22.4
    row_height: float = 5.0
    qr_side: float = 18.0

    @classmethod
    def on(cls, sheet: Sheet) -> Self:
        flexible = sheet.right - sheet.left - sum(width for *_, width, _ in _HEADINGS)
        columns = []
        x = sheet.left
        for chinese, english, width, align in _HEADINGS:
            columns.append(FrameColumn.of(chinese, english, x, width or flexible, align))
            x += width or flexible
        return cls(sheet, sheet.left, sheet.right, sheet.top + 19, tuple(columns))

    @property
    def middle(self) -> float:
        return self.sheet.width / 2

    @property
    def number_x(self) -> float:
        return self.right - 32

    @property
    def buyer_x(self) -> float:
        return self.left + _SIDE + _PARTY_LABEL

    @property
    def party_width(self) -> float:
        return self.middle - self.buyer_x - 1.5

    @property
    def name_room(self) -> Room:
        """Two lines of ordinary size, or three small ones for a name of 90 characters."""
        return Room(self.party_width, lines=3, smallest=5.5, height=7.95)

    @property
    def party_baselines(self) -> tuple[float, float, float, float]:
        """Name (with room for three small lines), tax number, contact, bank."""
        return self.top + 3.6, self.top + 12.4, self.top + 16.5, self.top + 20.6

    @property
    def table_top(self) -> float:
        return self.top + self.party_height

    @property
    def rows_top(self) -> float:
        return self.table_top + _HEAD

    @property
    def sum_top(self) -> float:
        return self.rows_top + MOST_LINES * self.row_height + 0.8

    @property
    def total_top(self) -> float:
        return self.sum_top + _SUM

    @property
    def words_x(self) -> float:
        return self.left + 34

    @property
    def words_width(self) -> float:
        return self.right - 40 - self.words_x

    @property
    def remark_top(self) -> float:
        return self.total_top + _TOTAL

    @property
    def remark_x(self) -> float:
        return self.left + _SIDE + 1.5

    @property
    def remark_label(self) -> float:
        return 24.0

    @property
    def remark_width(self) -> float:
        return self.right - _SEAL - 2 - self.remark_x

    @property
    def bottom(self) -> float:
        return self.sheet.bottom - 6.2

    @property
    def names_y(self) -> float:
        return self.sheet.bottom - 1.4

    @property
    def names_x(self) -> tuple[float, float, float]:
        column = (self.right - _SEAL - self.left) / 3
        return self.left + 20, self.left + column + 20, self.left + 2 * column + 20

    @property
    def name_width(self) -> float:
        return (self.right - _SEAL - self.left) / 3 - 22


def draw_frame(frame: Frame, title: str, seller: Party, pen: Pen) -> None:
    """Everything that does not change from one invoice to the next."""
    _title(pen, frame, title)
    _lines(pen, frame)
    _parties(pen, frame, seller)
    _labels(pen, frame)


def _title(pen: Pen, frame: Frame, title: str) -> None:
    y, middle = frame.sheet.top, frame.middle
    pen.fitted(middle, y + 6, title, 80, 18, bold=True, align=CENTRE)
    pen.rule(middle - 30, y + 8.4, middle + 30, weight=_STRONG)
    pen.rule(middle - 30, y + 9.2, middle + 30, weight=_STRONG)
    pen.text(middle, y + 13.2, "Heating invoice", 8, align=CENTRE, ink=QUIET)
    labels = (("发票代码", "Code"), ("发票号码", "Number"), ("开票日期", "Issued on"))
    for index, (chinese, english) in enumerate(labels):
        pen.label(frame.number_x - 25, y + 3.6 + index * 4.8, chinese, english)


def _lines(pen: Pen, frame: Frame) -> None:
    left, right = frame.left, frame.right
    pen.box(left, frame.top, right - left, frame.bottom - frame.top, weight=_STRONG)
    for y in (frame.table_top, frame.sum_top, frame.total_top, frame.remark_top):
        pen.rule(left, y, right)
    pen.rule(left, frame.rows_top, right, weight=0.25)
    for x in (left + _SIDE, frame.middle, frame.middle + _SIDE):
        pen.rule(x, frame.top, x, frame.table_top)
    for column in frame.columns[1:]:
        pen.rule(column.left, frame.table_top, column.left, frame.total_top, weight=0.25)
    pen.rule(left + _SIDE, frame.remark_top, left + _SIDE, frame.bottom)
    pen.rule(right - _SEAL, frame.remark_top, right - _SEAL, frame.bottom)


def _parties(pen: Pen, frame: Frame, seller: Party) -> None:
    fields = (("名称", "Name"), ("税号", "Tax no."), ("地址电话", "Contact"), ("开户行账号", "Bank"))
    for left, word, english in ((frame.left, "购买方", "Buyer"), (frame.middle, "销售方", "Seller")):
        _upright(pen, left, frame.top, frame.party_height, word, english)
        for baseline, (chinese, small) in zip(frame.party_baselines, fields, strict=True):
            pen.label(left + _SIDE + 1.5, baseline, chinese, small, 7.5)
    x, width = frame.middle + _SIDE + _PARTY_LABEL, frame.right - frame.middle - _SIDE - _PARTY_LABEL - 1.5
    name, *rest = frame.party_baselines
    pen.block(x, name, seller.name, frame.name_room, 9)
    for baseline, value, size in zip(
        rest, (seller.tax_no, seller.contact, seller.bank), (9, 8, 8), strict=True
    ):
        pen.fitted(x, baseline, value, width, size)


def _upright(pen: Pen, left: float, top: float, height: float, word: str, english: str) -> None:
    """A short word from top to bottom in the narrow cell at the side, its English under it."""
    y = top + (height - len(word) * 3.9 - 2.6) / 2 + 3
    for character in word:
        pen.text(left + _SIDE / 2, y, character, 8.5, align=CENTRE, ink=QUIET)
        y += 3.9
    pen.text(left + _SIDE / 2, y - 0.6, english, 5.5, align=CENTRE, ink=QUIET)


def _labels(pen: Pen, frame: Frame) -> None:
    for column in frame.columns:
        y = frame.table_top
        pen.text(column.at, y + 3.2, column.chinese, 8, align=column.align, ink=QUIET)
        pen.text(column.at, y + 6, column.english, 6, align=column.align, ink=QUIET)
    pen.label(frame.columns[0].at, frame.sum_top + 3.9, "合计", "Sum", 8)
    pen.text(frame.columns[0].at, frame.total_top + 4, "价税合计（大写）", 8, ink=QUIET)
    pen.text(frame.columns[0].at, frame.total_top + 7, "Total with tax, in words", 6, ink=QUIET)
    _upright(pen, frame.left, frame.remark_top, frame.bottom - frame.remark_top, "备注", "Notes")
    pen.label(frame.remark_x, frame.remark_top + 4.2, "用户卡号", "Card no.")
    pen.label(frame.remark_x, frame.remark_top + 8.6, "用热地址", "Premises")
    pen.label(frame.right - _SEAL + 1.5, frame.remark_top + 4.2, "销售方（盖章）", "Seller's seal")
    labels = (("收款人", "Payee"), ("复核", "Reviewed"), ("开票人", "Issued by"))
    for x, (chinese, english) in zip(frame.names_x, labels, strict=True):
        pen.label(x - 20, frame.names_y, chinese, english)
