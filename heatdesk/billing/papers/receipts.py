"""Receipts (收据): the facts stored at issue and the paper drawn from them, on the three papers counters use."""

from collections.abc import Sequence
from enum import StrEnum

from heatdesk.billing.papers.receipt_facts import ReceiptFacts, ReceiptLine, ReceiptTender
from heatdesk.billing.papers.receipt_roll import draw_on_roll
from heatdesk.billing.papers.receipt_sheet import draw_on_sheet
from heatdesk.printing import A5_LANDSCAPE, CONTINUOUS, NO_OFFSET, Document, Marks, Offset

__all__ = ["ReceiptFacts", "ReceiptLine", "ReceiptSize", "ReceiptTender", "draw"]


class ReceiptSize(StrEnum):
    CONTINUOUS = "continuous"
    A5 = "a5"
    ROLL = "roll"


SHEETS = {ReceiptSize.CONTINUOUS: CONTINUOUS, ReceiptSize.A5: A5_LANDSCAPE}


def draw(
    receipts: Sequence[ReceiptFacts],
    size: ReceiptSize,
    *,
    copy: int = 0,
    void: bool = False,
    offset: Offset = NO_OFFSET,
) -> bytes:
    """One PDF file of `receipts`; `copy` counts reprints (0 is the first print), `offset` is the printer's in mm."""
    document = Document("供热收费收据 Heating fee receipt")
    marks = Marks(copy, void)
    for facts in receipts:
        if size is ReceiptSize.ROLL:
            draw_on_roll(document, facts, marks, offset)
        else:
            draw_on_sheet(document, facts, SHEETS[size], marks, offset)
    return document.to_bytes()
