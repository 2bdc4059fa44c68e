"""The receipt on 241×140 mm continuous paper and on A5: head, table, totals at the foot; more pages when it must."""

from heatdesk.billing.papers.receipt_facts import NO_ITEMS, ReceiptFacts, ReceiptLine, ReceiptTender
from heatdesk.money import format_money
from heatdesk.printing import (
    CENTRE,
    INK,
    QUIET,
    RED,
    RIGHT,
    Column,
    Document,
    Marks,
    Offset,
    Pen,
    Room,
    Row,
    Sheet,
    Table,
    figure,
    paginate,
)

_FOOT = 42.0
_QR = 20.0
_MOST_TENDERS = 4
_CONTINUED = 5.0


def draw_on_sheet(
    document: Document, facts: ReceiptFacts, sheet: Sheet, marks: Marks, offset: Offset
) -> None:
    """Add the receipt to `document`: every page repeats the head, the last one carries the totals."""
    table = _table(sheet)
    rows = [_row(table, line) for line in facts.lines or (NO_ITEMS,)]
    start = document.measure(sheet, lambda pen: _head(pen, facts, marks, "")) + table.head_height
    pages = paginate(rows, sheet.bottom - _CONTINUED - start, sheet.bottom - _FOOT - start)
    for index, page_rows in enumerate(pages, start=1):
        pen = document.page(sheet, offset)
        marks.stamp_void(pen, sheet.height / 2)
        page_of = f"第 {index}/{len(pages)} 页 Page {index} of {len(pages)}" if len(pages) > 1 else ""
        y = table.head(pen, _head(pen, facts, marks, page_of))
        y = table.draw(pen, y, page_rows)
        if index == len(pages):
            _foot(pen, facts)
        else:
            pen.text(sheet.right, y + 4, "接下页 Continued on the next page", 7, align=RIGHT, ink=QUIET)


def _table(sheet: Sheet) -> Table:
    width = sheet.right - sheet.left
    fixed = (21.0, 40.0, 20.0, 20.0, 27.0)
    season, item, area, price, amount = fixed
    return Table(
        sheet.left,
        (
            Column("采暖期", "Season", season),
            Column("项目", "Item", item, most=2),
            Column("面积 ㎡", "Area", area, RIGHT),
            Column("单价 元", "Price", price, RIGHT),
            Column("　计算", "　 Calculation", width - sum(fixed), most=2),
            Column("金额 元", "Amount", amount, RIGHT),
        ),
    )


def _row(table: Table, line: ReceiptLine) -> Row:
    area = "" if line.area is None else figure(line.area)
    price = "" if line.price is None else figure(line.price)
    formula = f"　{line.formula}" if line.formula else ""
    return table.row(line.season, line.item, area, price, formula, format_money(line.amount))


def _head(pen: Pen, facts: ReceiptFacts, marks: Marks, page_of: str) -> float:
    """Company, title, number, then who and where; the y where the table starts."""
    sheet = pen.sheet
    x, y, centre = sheet.left, sheet.top, sheet.width / 2
    side = centre - x - 30
    pen.fitted(x, y + 4.6, facts.company, side, 11.5, bold=True)
    pen.fitted(x, y + 10, f"{facts.branch} · {facts.office}", side, 8.5, ink=QUIET)
    ink = RED if facts.is_red else INK
    title, english = "供热收费收据", "Heating fee receipt"
    if facts.is_red:
        title, english = title + "（红字）", english + ", red"
    pen.fitted(centre, y + 6, title, 56, 17, bold=True, align=CENTRE, ink=ink)
    pen.text(centre, y + 10.6, english, 8, align=CENTRE, ink=QUIET)
    pen.fitted(sheet.right, y + 4.6, f"No. {facts.number}", side, 11.5, bold=True, align=RIGHT)
    note = "　".join(part for part in (marks.copy_text, page_of) if part)
    pen.fitted(sheet.right, y + 10, note, side, 8.5, bold=bool(marks.copy), align=RIGHT)
    y += 13.5
    pen.rule(x, y, sheet.right, weight=0.7)
    width = sheet.right - x
    y = _fields(pen, y, facts, width)
    return y + 3


def _fields(pen: Pen, y: float, facts: ReceiptFacts, width: float) -> float:
    """Two rows of labelled values; a long name or address takes up to three lines and pushes the rest down."""
    rows = (
        (("户名", "Customer", facts.customer), ("用户卡号", "Card no.", facts.card_no)),
        (("地址", "Address", facts.address), ("收款人", "Cashier", facts.cashier)),
    )
    more = (
        (
            ("业务日期", "Business date", facts.business_date.isoformat()),
            ("开具时间", "Issued", facts.issued_text),
        ),
        (("窗口", "Till", facts.till), ("", "", "")),
    )
    at = [pen.sheet.left + width * part for part in (0, 0.52, 0.70, 0.84)]
    rooms = [width * part - 3 for part in (0.52, 0.18, 0.14, 0.16)]
    rooms[-1] += 3
    for left, right in zip(rows, more, strict=True):
        last = y + 8.2
        for x, room, (chinese, english, value) in zip(at, rooms, (*left, *right), strict=True):
            pen.label(x, y + 3.8, chinese, english, 7)
            most = 3 if x == pen.sheet.left else 1
            last = max(last, pen.block(x, y + 8.2, value, Room(room, most), 9.5))
        y = last + 0.8
    return y


def _foot(pen: Pen, facts: ReceiptFacts) -> None:
    """Total in capitals and figures, how it was paid, the QR code, and room for the seal and two signatures."""
    sheet = pen.sheet
    left, right, y = sheet.left, sheet.right, sheet.bottom - _FOOT
    ink = RED if facts.is_red else INK
    pen.rule(left, y, right, weight=0.7)
    pen.text(left, y + 4.4, "合计（大写）", 7.5, ink=QUIET)
    pen.text(left, y + 7.6, "Total in words", 6, ink=QUIET)
    figures = f"¥{format_money(facts.total)}"
    pen.fitted(right - 1.2, y + 6.6, figures, 48, 16, bold=True, align=RIGHT, ink=ink)
    pen.fitted(left + 22, y + 6.4, facts.total_in_capitals, right - left - 73, 12, bold=True, ink=ink)
    pen.rule(left, y + 10, right)
    has_qr = bool(facts.verification_url)
    column = (right - left - (_QR + 4 if has_qr else 0)) / 3
    _tenders(pen, left, y + 14, column - 7, facts.tenders)
    for index, (chinese, english, amount) in enumerate(facts.figures()):
        x = left + column * (1 + index // 3)
        baseline = y + 14 + index % 3 * 4.4
        pen.label(x, baseline, chinese, english, 7.5)
        pen.text(x + column - 7, baseline, amount, 9, align=RIGHT)
    if has_qr:
        pen.qr(right - _QR, y + 12, _QR, facts.verification_url)
        pen.text(right - _QR / 2, y + 35.2, "扫码验真 Verify", 6.5, align=CENTRE, ink=QUIET)
    across = right - left - (_QR + 6 if has_qr else 0)
    if facts.remark:
        width = pen.label(left, y + 31.4, "备注", "Remark") + 3
        pen.block(left + width, y + 31.4, facts.remark, Room(across - width), 8.5)
    _signatures(pen, left, sheet.bottom - 1.5, across)


def _tenders(pen: Pen, x: float, y: float, width: float, tenders: tuple[ReceiptTender, ...]) -> None:
    """One line per method; when there are more than fit, the last line sums the rest."""
    shown = [(tender.method, tender.amount) for tender in tenders]
    if len(shown) > _MOST_TENDERS:
        rest = shown[_MOST_TENDERS - 1 :]
        others = (
            f"其他 {len(rest)} 种 {len(rest)} others",
            sum((amount for _, amount in rest), start=rest[0][1] * 0),
        )
        shown = [*shown[: _MOST_TENDERS - 1], others]
    for method, amount in shown:
        pen.fitted(x, y, method, width - 26, 9)
        pen.text(x + width, y, format_money(amount), 9, align=RIGHT)
        y += 4.4


def _signatures(pen: Pen, x: float, y: float, width: float) -> None:
    column = width / 3
    labels = (("收款单位（盖章）", "Seal"), ("收款人", "Cashier"), ("交款人", "Payer"))
    for index, (chinese, english) in enumerate(labels):
        start = x + column * index
        used = pen.label(start, y, chinese, english)
        pen.rule(start + used + 2, y + 0.6, start + column - 7, weight=0.25)
