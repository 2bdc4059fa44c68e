"""The test page of a printer: a cross at a known place, with rulers, so that a millimetre can be read off."""

from heatdesk.billing.papers.invoices import FRAMES, InvoiceSize
from heatdesk.billing.papers.receipts import SHEETS, ReceiptSize
from heatdesk.printing import CENTRE, Document, Offset, Pen, Sheet, roll

_ARM = 15
"""Length of each arm of the cross, mm: one short stroke for each millimetre, a long one for every fifth."""
_ROLL_HEIGHT = 90


def sheet_of(size: ReceiptSize | InvoiceSize) -> Sheet:
    if size is ReceiptSize.ROLL:
        return roll(_ROLL_HEIGHT)
    return FRAMES[size].sheet if isinstance(size, InvoiceSize) else SHEETS[size]


def cross_of(sheet: Sheet) -> tuple[float, float]:
    """Where the cross stands without an offset, in mm from the left and the upper edge of the paper."""
    return (40.0, 40.0) if sheet.width < 100 else (60.0, 50.0)


def draw(size: ReceiptSize | InvoiceSize, offset: Offset) -> bytes:
    """One page, moved as the papers of this printer are moved."""
    sheet = sheet_of(size)
    document = Document("打印测试页 Printer test page")
    pen = document.page(sheet, offset)
    x, y = cross_of(sheet)
    _cross(pen, x, y)
    _words(pen, x, y, offset)
    return document.to_bytes()


def _cross(pen: Pen, x: float, y: float) -> None:
    pen.rule(x - _ARM, y, x + _ARM, weight=0.5)
    pen.rule(x, y - _ARM, x, y + _ARM, weight=0.5)
    for step in range(-_ARM, _ARM + 1):
        half = 1.6 if step % 5 == 0 else 0.8
        pen.rule(x + step, y - half, x + step, y + half, weight=0.4)
        pen.rule(x - half, y + step, x + half, y + step, weight=0.4)


def _words(pen: Pen, x: float, y: float, offset: Offset) -> None:
    sheet = pen.sheet
    middle, width = sheet.width / 2, sheet.right - sheet.left
    pen.fitted(middle, sheet.top + 5, "打印测试页 Printer test page", width, 12, bold=True, align=CENTRE)
    lines = (
        f"十字中心应距纸张左边 {x:g} mm，距上边 {y:g} mm。",
        f"It should stand {x:g} mm from the left edge and {y:g} mm from the upper one.",
        "量得多出几毫米，就把偏移减去几毫米；量得少，就加上。",
        "Take off the offset what you measure too much; add what you measure too little.",
        f"当前偏移 Present offset: 向右 right {offset.dx:g} mm, 向下 down {offset.dy:g} mm",
    )
    baseline = y + _ARM + 8
    for line in lines:
        pen.fitted(middle, baseline, line, width, 9, smallest=5, align=CENTRE)
        baseline += 5.4
