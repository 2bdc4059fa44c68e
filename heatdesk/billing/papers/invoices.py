"""Invoices (发票): one page each on A5 or 241×140 mm; thousands in one file for a branch or a building.

Frame, headings and seller are the same on every page of a file and drawn once as a form; only what differs is written
on each page. A batch prepares the table of QR codes first.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import partial

from heatdesk.billing.papers.invoice_facts import InvoiceFacts, InvoiceLine, Party, TooManyInvoiceLines
from heatdesk.billing.papers.invoice_frame import Frame, draw_frame
from heatdesk.money import format_money
from heatdesk.printing import (
    A5_LANDSCAPE,
    CENTRE,
    CONTINUOUS,
    INK,
    NO_OFFSET,
    RED,
    RIGHT,
    Document,
    Marks,
    Offset,
    Pen,
    Room,
    figure,
    prepare,
)

__all__ = ["InvoiceFacts", "InvoiceLine", "InvoiceSize", "Party", "TooManyInvoiceLines", "draw", "fill"]

_BATCH = 500
"""From this many codes on, building the table of QR codes costs less than drawing them one by one."""
_NO_TAX = "***"


class InvoiceSize(StrEnum):
    CONTINUOUS = "continuous"
    A5 = "a5"


FRAMES = {InvoiceSize.CONTINUOUS: Frame.on(CONTINUOUS), InvoiceSize.A5: Frame.on(A5_LANDSCAPE)}


def draw(
    invoices: Sequence[InvoiceFacts],
    size: InvoiceSize,
    *,
    copy: int = 0,
    void: bool = False,
    offset: Offset = NO_OFFSET,
) -> bytes:
    """One PDF file of `invoices`; `copy` counts reprints (0 is the first print), `offset` is the printer's in mm."""
    document = Document("供热费发票 Heating invoice")
    marks = Marks(copy, void)
    frame = FRAMES[size]
    if len(invoices) >= _BATCH and invoices[0].verification_url:
        prepare(len(invoices[0].verification_url.encode()))
    for facts in invoices:
        form = document.form(
            (facts.title, facts.seller), frame.sheet, partial(draw_frame, frame, facts.title, facts.seller)
        )
        pen = document.page(frame.sheet, offset, form)
        fill(pen, frame, facts, marks)
    return document.to_bytes()


def fill(pen: Pen, frame: Frame, facts: InvoiceFacts, marks: Marks) -> None:
    """Write on one page, over the frame, what belongs to one invoice."""
    marks.stamp_void(pen, frame.sheet.height / 2)
    _head(pen, frame, facts, marks)
    _buyer(pen, frame, facts.buyer)
    y = frame.rows_top + 3.6
    for line in facts.lines:
        _line(pen, frame, y, line)
        y += frame.row_height
    _totals(pen, frame, facts)
    _remarks(pen, frame, facts)


def _head(pen: Pen, frame: Frame, facts: InvoiceFacts, marks: Marks) -> None:
    x, y = frame.number_x, frame.sheet.top
    pen.text(x, y + 3.6, facts.code, 9)
    pen.text(x, y + 8.4, facts.number, 9, bold=True)
    pen.text(x, y + 13.2, facts.issued_on.isoformat(), 9)
    if facts.verification_url:
        pen.qr(frame.left, y - 1, frame.qr_side, facts.verification_url)
    if marks.copy:
        pen.text(frame.left + frame.qr_side + 4, y + 14, marks.copy_text, 9, bold=True)
    if facts.total < 0:
        pen.text(frame.left + frame.qr_side + 4, y + 4.6, "红字 Red-letter", 11, bold=True, ink=RED)


def _buyer(pen: Pen, frame: Frame, buyer: Party) -> None:
    x, width = frame.buyer_x, frame.party_width
    name, tax_no, contact, bank = frame.party_baselines
    pen.block(x, name, buyer.name, frame.name_room, 9)
    pen.fitted(x, tax_no, buyer.tax_no, width, 9)
    pen.fitted(x, contact, buyer.contact, width, 8, smallest=5)
    pen.fitted(x, bank, buyer.bank, width, 8, smallest=5)


def _line(pen: Pen, frame: Frame, y: float, line: InvoiceLine) -> None:
    item, season, unit, quantity, price, amount, rate, tax = frame.columns
    pen.fitted(item.at, y, line.item, item.room, 8.5)
    pen.fitted(season.at, y, line.season, season.room, 8.5, align=CENTRE)
    pen.fitted(unit.at, y, line.unit, unit.room, 8.5, align=CENTRE)
    if line.quantity is not None:
        pen.text(quantity.at, y, figure(line.quantity), 8.5, align=RIGHT)
    if line.price is not None:
        pen.text(price.at, y, figure(line.price), 8.5, align=RIGHT)
    pen.text(amount.at, y, format_money(line.amount), 8.5, align=RIGHT)
    pen.text(rate.at, y, line.rate_text, 8.5, align=CENTRE)
    pen.text(tax.at, y, _NO_TAX if line.tax_rate is None else format_money(line.tax), 8.5, align=RIGHT)


def _totals(pen: Pen, frame: Frame, facts: InvoiceFacts) -> None:
    amount, tax = frame.columns[5], frame.columns[7]
    ink = RED if facts.total < 0 else INK
    y = frame.sum_top + 3.9
    pen.text(amount.at, y, f"¥{format_money(facts.amount)}", 8.5, align=RIGHT)
    pen.text(tax.at, y, _NO_TAX if facts.is_exempt else f"¥{format_money(facts.tax)}", 8.5, align=RIGHT)
    y = frame.total_top + 5.6
    pen.fitted(frame.words_x, y, facts.total_in_capitals, frame.words_width, 11.5, bold=True, ink=ink)
    pen.text(frame.right - 1.5, y, f"¥{format_money(facts.total)}", 13, bold=True, align=RIGHT, ink=ink)


def _remarks(pen: Pen, frame: Frame, facts: InvoiceFacts) -> None:
    x, y, width = frame.remark_x, frame.remark_top, frame.remark_width
    pen.fitted(x + frame.remark_label, y + 4.2, facts.card_no, width - frame.remark_label, 8.5)
    pen.block(
        x + frame.remark_label, y + 8.6, facts.address, Room(width - frame.remark_label, smallest=5.5), 8.5
    )
    if facts.remark:
        pen.block(x, y + 15.6, facts.remark, Room(width, smallest=5.5), 8)
    y = frame.names_y
    for at, name in zip(frame.names_x, (facts.payee, facts.reviewer, facts.issuer), strict=True):
        pen.fitted(at, y, name, frame.name_width, 8.5)
