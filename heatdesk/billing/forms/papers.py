"""A cashier's own papers and printers."""

from decimal import Decimal

from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from heatdesk.billing.papers.invoices import InvoiceSize
from heatdesk.billing.papers.receipts import ReceiptSize
from heatdesk.billing.services.paper_settings import Paper, PaperSettings
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.web.fields import QuantityField

SIZE_LABELS = {
    ReceiptSize.CONTINUOUS: lazy("241×140 mm, continuous"),
    ReceiptSize.A5: lazy("A5"),
    ReceiptSize.ROLL: lazy("80 mm roll"),
}
INVOICE_SIZE_LABELS = {
    InvoiceSize.CONTINUOUS: lazy("241×140 mm, continuous"),
    InvoiceSize.A5: lazy("A5"),
}
SHORT_LABELS = {
    ReceiptSize.CONTINUOUS: "241×140",
    ReceiptSize.A5: "A5",
    ReceiptSize.ROLL: "80 mm",
}
MOST_MM = 30
_NEAR = NumberRange(
    -MOST_MM,
    MOST_MM,
    lazy("A printer is moved by at most 30 mm, from -30 to 30. Is more needed, feed the paper in anew."),
)


def _shift(label: object) -> QuantityField:
    return QuantityField(label, [Optional(), _NEAR], most=Decimal(99_999), places=1)


class PaperForm(FlaskForm):
    size = RadioField(
        lazy("Receipt paper"),
        [InputRequired(lazy("Choose one of the papers."))],
        choices=[SelectChoice(size.value, label) for size, label in SIZE_LABELS.items()],
    )
    right = _shift(lazy("Move to the right, mm"))
    down = _shift(lazy("Move down, mm"))
    invoice_size = RadioField(
        lazy("Invoice paper"),
        [InputRequired(lazy("Choose one of the papers."))],
        choices=[SelectChoice(size.value, label) for size, label in INVOICE_SIZE_LABELS.items()],
    )
    invoice_right = _shift(lazy("Move to the right, mm"))
    invoice_down = _shift(lazy("Move down, mm"))

    def fill(self, receipt: PaperSettings, invoice: PaperSettings) -> None:
        """Show what is kept; what was typed stays."""
        if self.is_submitted():
            return
        self.size.data, self.right.data, self.down.data = receipt.size.value, receipt.right, receipt.down
        self.invoice_size.data = invoice.size.value
        self.invoice_right.data, self.invoice_down.data = invoice.right, invoice.down

    def chosen(self) -> dict[Paper, PaperSettings]:
        return {
            Paper.RECEIPT: PaperSettings(
                ReceiptSize(self.size.data), self.right.data or ZERO, self.down.data or ZERO
            ),
            Paper.INVOICE: PaperSettings(
                InvoiceSize(self.invoice_size.data),
                self.invoice_right.data or ZERO,
                self.invoice_down.data or ZERO,
            ),
        }
