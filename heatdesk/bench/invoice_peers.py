"""The same invoice the usual ways: a plain ReportLab canvas, and Platypus with its paragraphs and tables.

The canvas draws the very page of heatdesk: its pen passes every text, line and code on to the canvas' own methods.
"""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import Any

import segno
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

from heatdesk.billing.papers.invoice_facts import MOST_LINES, InvoiceFacts, Party
from heatdesk.billing.papers.invoice_frame import Frame, draw_frame
from heatdesk.billing.papers.invoices import fill
from heatdesk.money import format_money
from heatdesk.printing import A5_LANDSCAPE, INK, LEFT, QUIET, Marks, Pen
from heatdesk.printing.fonts import Codes, font
from heatdesk.printing.sheets import POINTS_PER_MM

_FACES = ("BenchRegular", "BenchBold")
_GREYS = {INK: 0.0, QUIET: 0.38}
_K = POINTS_PER_MM


@cache
def _register() -> None:
    """ReportLab's own fonts from the same files."""
    for name, bold in zip(_FACES, (False, True), strict=True):
        pdfmetrics.registerFont(TTFont(name, font(bold=bold).face.filename))


class _CanvasPen(Pen):
    """A pen that draws at once, by the methods every ReportLab user knows."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(A5_LANDSCAPE, Codes(), Codes())
        self._canvas = canvas

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9,
        *,
        bold: bool = False,
        align: float = LEFT,
        ink: str = INK,
    ) -> None:
        face = _FACES[bold]
        self._canvas.setFont(face, size)
        self._canvas.setFillGray(_GREYS.get(ink, 0.0))
        left = x * _K - align * self._canvas.stringWidth(text, face, size)
        self._canvas.drawString(left, self._top - y * _K, text)

    def rule(self, x1: float, y1: float, x2: float, y2: float | None = None, weight: float = 0.35) -> None:
        self._canvas.setLineWidth(weight)
        self._canvas.line(x1 * _K, self._top - y1 * _K, x2 * _K, self._top - (y1 if y2 is None else y2) * _K)

    def box(self, x: float, y: float, width: float, height: float, weight: float = 0.35) -> None:
        self._canvas.setLineWidth(weight)
        self._canvas.rect(x * _K, self._top - (y + height) * _K, width * _K, height * _K)

    def qr(self, x: float, y: float, side: float, payload: str) -> None:
        code = QrCodeWidget(payload, barLevel="M", barWidth=side * _K, barHeight=side * _K, barBorder=0)
        drawing = Drawing(side * _K, side * _K)
        drawing.add(code)
        renderPDF.draw(drawing, self._canvas, x * _K, self._top - (y + side) * _K)


def by_canvas(invoices: Sequence[InvoiceFacts]) -> bytes:
    _register()
    file = BytesIO()
    canvas = Canvas(file, pagesize=(A5_LANDSCAPE.width * _K, A5_LANDSCAPE.height * _K), pageCompression=1)
    frame = Frame.on(A5_LANDSCAPE)
    for facts in invoices:
        pen = _CanvasPen(canvas)
        draw_frame(frame, facts.title, facts.seller, pen)
        fill(pen, frame, facts, Marks())
        canvas.showPage()
    canvas.save()
    return file.getvalue()


class _Code(Flowable):
    """segno's code with one fixed mask, each run of dark modules one rectangle."""

    def __init__(self, payload: str, side: float) -> None:
        super().__init__()
        self.width = self.height = side
        self._matrix = segno.make_qr(payload, error="M", mask=3, boost_error=False).matrix

    def draw(self) -> None:
        module = self.width / len(self._matrix)
        path = self.canv.beginPath()
        for index, row in enumerate(self._matrix):
            y = self.height - (index + 1) * module
            start = None
            for x, dark in enumerate((*row, 0)):
                if dark and start is None:
                    start = x
                elif not dark and start is not None:
                    path.rect(start * module, y, (x - start) * module, module)
                    start = None
        self.canv.drawPath(path, stroke=0, fill=1)


def by_platypus(invoices: Sequence[InvoiceFacts]) -> bytes:
    _register()
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=(A5_LANDSCAPE.width * _K, A5_LANDSCAPE.height * _K),
        leftMargin=12 * _K, rightMargin=12 * _K, topMargin=6 * _K, bottomMargin=6 * _K, pageCompression=1,
    )  # fmt: skip
    story: list[Any] = []
    for facts in invoices:
        story += [*_story(facts), PageBreak()]
    document.build(story)
    return file.getvalue()


_TITLE = ParagraphStyle("title", fontName=_FACES[1], fontSize=18, leading=24, alignment=1)
_SMALL = ParagraphStyle("small", fontName=_FACES[0], fontSize=8, leading=10, wordWrap="CJK")
_GRID = [
    ("FONT", (0, 0), (-1, -1), _FACES[0], 8),
    ("GRID", (0, 0), (-1, -1), 0.35, colors.grey),
    ("TOPPADDING", (0, 0), (-1, -1), 1),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
]


def _story(facts: InvoiceFacts) -> list[Any]:
    heads = [
        "项目名称 Item",
        "采暖期 Season",
        "单位 Unit",
        "数量 Quantity",
        "单价 Price",
        "金额 Amount",
        "税率 Tax rate",
        "税额 Tax",
    ]
    cells = [
        [
            line.item, line.season, line.unit, str(line.quantity), str(line.price), format_money(line.amount),
            line.rate_text, "***" if line.tax_rate is None else format_money(line.tax),
        ]
        for line in facts.lines
    ]  # fmt: skip
    cells += [[""] * 8] * (MOST_LINES - len(cells))
    sums = ["合计 Sum", "", "", "", "", f"¥{format_money(facts.amount)}", "", f"¥{format_money(facts.tax)}"]
    numbers = (
        f"发票代码 Code {facts.code}\n发票号码 Number {facts.number}\n开票日期 Issued on {facts.issued_on}"
    )
    words = [
        "价税合计（大写） Total with tax, in words",
        facts.total_in_capitals,
        f"¥{format_money(facts.total)}",
    ]
    notes = f"用户卡号 Card no. {facts.card_no}<br/>用热地址 Premises {facts.address}<br/>{facts.remark}"
    names = [
        f"收款人 Payee {facts.payee}",
        f"复核 Reviewed {facts.reviewer}",
        f"开票人 Issued by {facts.issuer}",
    ]
    title = Paragraph(f"{facts.title}<br/>Heating invoice", _TITLE)
    k = _K
    return [
        _table([[_Code(facts.verification_url, 18 * k), title, numbers]],
               [40 * k, 86 * k, 60 * k], grid=False),
        _table([["购买方 Buyer", _party(facts.buyer), "销售方 Seller", _party(facts.seller)]],
               [18 * k, 75 * k, 18 * k, 75 * k]),
        _table([heads, *cells, sums], [50 * k, 20 * k, 12 * k, 20 * k, 19 * k, 26 * k, 16 * k, 23 * k], figures=True),
        _table([words], [50 * k, 96 * k, 40 * k]),
        _table([["备注 Notes", Paragraph(notes, _SMALL), "盖章 Seller's seal"]], [18 * k, 118 * k, 50 * k]),
        _table([names], [62 * k] * 3, grid=False),
    ]  # fmt: skip


def _party(party: Party) -> Paragraph:
    return Paragraph(
        f"名称 Name {party.name}<br/>税号 Tax no. {party.tax_no}<br/>"
        f"地址电话 Contact {party.contact}<br/>开户行账号 Bank {party.bank}",
        _SMALL,
    )


def _table(rows: list[list[Any]], widths: list[float], *, grid: bool = True, figures: bool = False) -> Table:
    style = [command for command in _GRID if grid or command[0] != "GRID"]
    if figures:
        style.append(("ALIGN", (3, 0), (-1, -1), "RIGHT"))
    return Table(rows, colWidths=widths, style=TableStyle(style))
