"""The paper in a cashier's printer, kept among their own settings."""

from dataclasses import dataclass
from decimal import Decimal

from heatdesk.auth.models import Staff
from heatdesk.billing.papers.receipts import ReceiptSize
from heatdesk.db import get_or_refuse
from heatdesk.printing import Offset

_KEY = "receipt_paper"


@dataclass(frozen=True, slots=True)
class PaperSettings:
    """The size and how far the printer is to be moved, mm."""

    size: ReceiptSize = ReceiptSize.CONTINUOUS
    right: Decimal = Decimal(0)
    down: Decimal = Decimal(0)

    @property
    def offset(self) -> Offset:
        return Offset(float(self.right), float(self.down))


def of(staff: Staff) -> PaperSettings:
    """What this member of staff chose, else continuous paper as it comes."""
    kept = staff.settings.get(_KEY)
    if kept is None:
        return PaperSettings()
    return PaperSettings(ReceiptSize(kept["size"]), Decimal(kept["right"]), Decimal(kept["down"]))


def keep(staff_id: int, settings: PaperSettings) -> None:
    """Remember the choice; the other settings stay."""
    staff = get_or_refuse(Staff, staff_id, lock=True)
    kept = {"size": settings.size.value, "right": str(settings.right), "down": str(settings.down)}
    staff.settings = {**staff.settings, _KEY: kept}
