"""Forms about money that comes after all: a written-off debt claimed again, a subsidy the authority paid."""

from flask_wtf import FlaskForm

from heatdesk.i18n import lazy
from heatdesk.money import MAX_MONEY, ZERO
from heatdesk.web.fields import Present, QuantityField, text_field


class ClaimForm(FlaskForm):
    amount = QuantityField(lazy("The customer pays, yuan"), [Present()], above=ZERO, most=MAX_MONEY)


class ReceiptForm(FlaskForm):
    amount = QuantityField(lazy("Received, yuan"), [Present()], above=ZERO, most=MAX_MONEY)
    reference = text_field(lazy("Bank reference"), longest=80)
