"""The papers in a cashier's printers, kept among their own settings: receipts and invoices may come from two."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from heatdesk.auth.models import Staff
from heatdesk.billing.papers.invoices import InvoiceSize
from heatdesk.billing.papers.receipts import ReceiptSize
from heatdesk.db import get_or_refuse
from heatdesk.printing import Offset


class Paper(StrEnum):
    """What is printed at a counter."""

    RECEIPT = "receipt"
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True)
class PaperSettings:
    """The size and how far the printer is to be moved, mm."""

    size: ReceiptSize | InvoiceSize
    right: Decimal = Decimal(0)
    down: Decimal = Decimal(0)

    @property
    def offset(self) -> Offset:
        return Offset(float(self.right), float(self.down))


_USUAL: dict[Paper, ReceiptSize | InvoiceSize] = {
    Paper.RECEIPT: ReceiptSize.CONTINUOUS,
    Paper.INVOICE: InvoiceSize.CONTINUOUS,
}
"""What a new cashier prints on."""


def of(staff: Staff, paper: Paper = Paper.RECEIPT) -> PaperSettings:
    """What this member of staff chose for the paper, else continuous paper as it comes."""
    kept = staff.settings.get(_key(paper))
    if kept is None:
        return PaperSettings(_USUAL[paper])
    size = ReceiptSize(kept["size"]) if paper is Paper.RECEIPT else InvoiceSize(kept["size"])
    return PaperSettings(size, Decimal(kept["right"]), Decimal(kept["down"]))


def keep(staff_id: int, chosen: dict[Paper, PaperSettings]) -> None:
    """Remember the choices; the other settings stay."""
    staff = get_or_refuse(Staff, staff_id, lock=True)
    kept = {
        _key(paper): {"size": one.size.value, "right": str(one.right), "down": str(one.down)}
        for paper, one in chosen.items()
    }
    staff.settings = {**staff.settings, **kept}


def _key(paper: Paper) -> str:
    return f"{paper}_paper"
