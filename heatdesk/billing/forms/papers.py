"""A cashier's own paper and printer."""

from flask_wtf import FlaskForm
from wtforms import DecimalField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from heatdesk.billing.papers.receipts import ReceiptSize
from heatdesk.i18n import lazy
from heatdesk.money import ZERO

SIZE_LABELS = {
    ReceiptSize.CONTINUOUS: lazy("241×140 mm, continuous"),
    ReceiptSize.A5: lazy("A5"),
    ReceiptSize.ROLL: lazy("80 mm roll"),
}
SHORT_LABELS = {
    ReceiptSize.CONTINUOUS: "241×140",
    ReceiptSize.A5: "A5",
    ReceiptSize.ROLL: "80 mm",
}
_CHOICES = [SelectChoice(size.value, label) for size, label in SIZE_LABELS.items()]
MOST_MM = 30
_NEAR = NumberRange(-MOST_MM, MOST_MM, lazy("A printer is moved by at most 30 mm."))


class PaperForm(FlaskForm):
    size = RadioField(lazy("Receipt paper"), [InputRequired()], choices=_CHOICES)
    right = DecimalField(lazy("Move to the right, mm"), [InputRequired(), _NEAR], places=1, default=ZERO)
    down = DecimalField(lazy("Move down, mm"), [InputRequired(), _NEAR], places=1, default=ZERO)
