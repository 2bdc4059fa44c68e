"""The receipt on an 80 mm thermal roll, as long as what it says."""

from heatdesk.billing.papers.receipt_facts import NO_ITEMS, ReceiptFacts, ReceiptLine
from heatdesk.money import format_money
from heatdesk.printing import CENTRE, INK, QUIET, RED, RIGHT, Document, Marks, Offset, Pen, Room, figure, roll

_ENDLESS = 5000.0
_QR = 30.0


def draw_on_roll(document: Document, facts: ReceiptFacts, marks: Marks, offset: Offset) -> None:
    """Add the receipt to `document` as one page cut where it ends."""
    end = document.measure(roll(_ENDLESS), lambda pen: _draw(pen, facts, marks))
    _draw(document.page(roll(end + roll(0).margin_y), offset), facts, marks)


def _draw(pen: Pen, facts: ReceiptFacts, marks: Marks) -> float:
    """From the top down; the y where the paper may be cut."""
    marks.stamp_void(pen, 76, size=38, angle=35)
    y = _head(pen, facts, marks)
    for line in facts.lines or (NO_ITEMS,):
        y = _line(pen, y, line)
    y = _total(pen, y, facts)
    y = _money(pen, y, facts)
    return _end(pen, y, facts)


def _head(pen: Pen, facts: ReceiptFacts, marks: Marks) -> float:
    left, right, centre = pen.sheet.left, pen.sheet.right, pen.sheet.width / 2
    width = right - left
    y = pen.block(
        centre, pen.sheet.top + 5, facts.company, Room(width, smallest=8), 11.5, bold=True, align=CENTRE
    )
    y = pen.block(centre, y + 4.4, f"{facts.branch} · {facts.office}", Room(width), 8.5, align=CENTRE)
    title = "供热收费收据（红字）" if facts.is_red else "供热收费收据"
    pen.text(centre, y + 8.5, title, 14, bold=True, align=CENTRE, ink=RED if facts.is_red else INK)
    pen.text(centre, y + 12.2, "Heating fee receipt", 7.5, align=CENTRE, ink=QUIET)
    y += 15
    if marks.copy:
        pen.box(centre - 18, y, 36, 6.4, 0.7)
        pen.text(centre, y + 4.5, marks.copy_text, 10, bold=True, align=CENTRE)
        y += 8.4
    pen.rule(left, y, right, weight=0.7)
    fields = (
        ("收据号", "No.", facts.number),
        ("时间", "Issued", facts.issued_text),
        ("业务日期", "Business date", facts.business_date.isoformat()),
        ("收款人", "Cashier", f"{facts.cashier} · {facts.till}"),
        ("用户卡号", "Card no.", facts.card_no),
        ("户名", "Customer", facts.customer),
        ("地址", "Address", facts.address),
    )
    y += 5
    for chinese, english, value in fields:
        pen.label(left, y, chinese, english, 7.5)
        y = pen.block(left + 27, y, value, Room(width - 27, lines=9), 9) + 4.7
    pen.rule(left, y - 3, right)
    return y + 1.6


def _line(pen: Pen, y: float, line: ReceiptLine) -> float:
    left, right = pen.sheet.left, pen.sheet.right
    pen.text(right, y, format_money(line.amount), 9.5, align=RIGHT)
    y = pen.block(left, y, f"{line.season} {line.item}".strip(), Room(right - left - 25, lines=3), 9.5)
    parts = [] if line.area is None else [f"{figure(line.area)} ㎡"]
    parts += [] if line.price is None else [f"× {figure(line.price)} 元"]
    explained = line.formula or " ".join(parts)
    if explained:
        y = pen.block(left, y + 3.8, explained, Room(right - left, lines=3), 7.5, ink=QUIET)
    return y + 5.2


def _total(pen: Pen, y: float, facts: ReceiptFacts) -> float:
    left, right = pen.sheet.left, pen.sheet.right
    ink = RED if facts.is_red else INK
    y -= 2.6
    pen.rule(left, y, right, weight=0.7)
    pen.label(left, y + 7, "合计", "Total", 9)
    pen.fitted(right, y + 7.4, f"¥{format_money(facts.total)}", 48, 16, bold=True, align=RIGHT, ink=ink)
    y = pen.block(left, y + 13, facts.total_in_capitals, Room(right - left, 3, 8), 10, bold=True, ink=ink)
    pen.rule(left, y + 2.8, right)
    return y + 7.6


def _money(pen: Pen, y: float, facts: ReceiptFacts) -> float:
    left, right = pen.sheet.left, pen.sheet.right
    for tender in facts.tenders:
        pen.fitted(left, y, tender.method, right - left - 28, 9)
        pen.text(right, y, format_money(tender.amount), 9, align=RIGHT)
        y += 4.6
    for chinese, english, amount in facts.figures():
        pen.label(left, y, chinese, english, 7.5)
        pen.text(right, y, amount, 9, align=RIGHT)
        y += 4.6
    if facts.remark:
        pen.label(left, y, "备注", "Remark", 7.5)
        y = pen.block(left + 19, y, facts.remark, Room(right - left - 19, lines=6), 8.5) + 4.6
    pen.rule(left, y - 2.9, right)
    return y


def _end(pen: Pen, y: float, facts: ReceiptFacts) -> float:
    centre = pen.sheet.width / 2
    if facts.verification_url:
        pen.qr(centre - _QR / 2, y + 1, _QR, facts.verification_url)
        pen.text(centre, y + _QR + 5.4, "扫码验真 Scan to verify", 8, align=CENTRE, ink=QUIET)
        y += _QR + 8
    pen.text(centre, y + 2.5, "请妥善保管 Please keep this receipt", 8, align=CENTRE, ink=QUIET)
    return y + 4
