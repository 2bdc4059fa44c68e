"""Opening a till, counting it blind."""

from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from heatdesk.billing.forms.counts import PiecesField, SumField
from heatdesk.billing.rules.tills import COUNTED_METHODS, DENOMINATIONS, DrawerCount
from heatdesk.billing.rules.workflow import ShiftState, TenderMethod
from heatdesk.billing.services import labels
from heatdesk.i18n import lazy
from heatdesk.web.fields import one_line, text_field

MOST_FLOAT = Decimal("100000.00")
_MOST_IN_DRAWER = Decimal("99999999.99")

STATE_LABELS = {
    ShiftState.OPEN: lazy("taking money"),
    ShiftState.COUNTING: lazy("being counted"),
    ShiftState.CLOSED: lazy("counted and closed"),
}
SLIP_METHODS = tuple(method for method in COUNTED_METHODS if method is not TenderMethod.CASH)


class OpenTillForm(FlaskForm):
    till_name = text_field(lazy("Till"), longest=40)
    float_amount = SumField(lazy("Float in the drawer"), most=MOST_FLOAT)


def pieces_name(value: Decimal) -> str:
    """The field of a denomination: `pieces-100`, `pieces-0.5`."""
    return f"pieces-{value}"


def slip_name(method: TenderMethod) -> str:
    return f"slip-{method.value}"


class _CountForm(FlaskForm):
    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    reason = StringField(
        lazy("Reason for the difference"), [Optional(), Length(min=2, max=200)], filters=[one_line]
    )
    other_cash = SumField(lazy("Other cash"), most=_MOST_IN_DRAWER)

    def count(self) -> DrawerCount:
        """What was counted, once the form is valid."""
        return DrawerCount(
            pieces={value: self[pieces_name(value)].data for value in DENOMINATIONS},
            other_cash=self.other_cash.data,
            slips={method: self[slip_name(method)].data for method in SLIP_METHODS},
        )


CountForm: Any = type(
    "CountForm",
    (_CountForm,),
    {pieces_name(value): PiecesField(f"¥{value}") for value in DENOMINATIONS}
    | {slip_name(method): SumField(labels.TENDERS[method], most=_MOST_IN_DRAWER) for method in SLIP_METHODS},
)
"""A field for each denomination and each method, named by `pieces_name` and `slip_name`."""
