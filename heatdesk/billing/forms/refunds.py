"""Paying a refund out."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.validators import InputRequired

from heatdesk.billing.rules.workflow import RefundMethod
from heatdesk.i18n import lazy
from heatdesk.web.fields import choices, half_width, text_field

METHODS = {
    RefundMethod.CASH: lazy("in cash from my till"),
    RefundMethod.TRANSFER: lazy("by transfer"),
}


class PayOutForm(FlaskForm):
    method = RadioField(lazy("Paid out"), [InputRequired()])
    reference = text_field(
        lazy("Bank reference"), required=False, longest=60, filters=[half_width],
        description=lazy("Of the transfer, as the bank's slip says."),
    )  # fmt: skip

    def __init__(self, *args: Any, has_till: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [RefundMethod.CASH, RefundMethod.TRANSFER] if has_till else [RefundMethod.TRANSFER]
        self.method.choices = choices([(method, METHODS[method]) for method in offered])
