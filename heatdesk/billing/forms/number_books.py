"""Issuing a number book, handing a returned one on."""

import re

from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from heatdesk.billing.rules.workflow import NumberKind
from heatdesk.i18n import _, lazy
from heatdesk.web.fields import half_width

KIND_LABELS = {NumberKind.RECEIPT: lazy("Receipts"), NumberKind.INVOICE: lazy("Invoices")}
_KINDS = [SelectChoice(kind.value, label) for kind, label in KIND_LABELS.items()]
_MOST_DIGITS = 12


def without_blanks(value: str | None) -> str:
    """As on the cover of the book: full-width letters and digits as plain ones, no blanks."""
    return half_width(value).replace(" ", "")


def _number(_form: FlaskForm, field: Field) -> None:
    if not re.fullmatch(r"[0-9]+", field.data or ""):
        raise ValidationError(_("Type the number without its prefix, digits alone: 0012001."))
    if len(field.data) > _MOST_DIGITS:
        raise ValidationError(_("A number has at most %(most)s digits.", most=_MOST_DIGITS))


class IssueBookForm(FlaskForm):
    holder = SelectField(lazy("Cashier"), [InputRequired()], coerce=int)
    kind = SelectField(lazy("Kind"), [InputRequired()], choices=_KINDS)
    prefix = StringField(lazy("Prefix"), [Length(max=12)], filters=[without_blanks])
    first_number = StringField(lazy("First number"), [InputRequired(), _number], filters=[without_blanks])
    last_number = StringField(lazy("Last number"), [InputRequired(), _number], filters=[without_blanks])

    @property
    def digits(self) -> int:
        """As many as were typed: 0012001 is printed with its zeros."""
        return max(len(self.first_number.data or ""), len(self.last_number.data or ""))


class HandOnForm(FlaskForm):
    holder = SelectField(lazy("Cashier"), [InputRequired()], coerce=int)
