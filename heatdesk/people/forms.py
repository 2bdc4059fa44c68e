"""The form of a customer, and of a customer within another form."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from heatdesk.errors import BadInput
from heatdesk.i18n import _, lazy
from heatdesk.people import rules
from heatdesk.people.models import Customer, CustomerKind
from heatdesk.web.fields import choices, half_width, text_field

KIND_LABELS = {CustomerKind.PERSON: lazy("person"), CustomerKind.ORGANISATION: lazy("organisation")}


class PhonesField(StringField):
    """Several phones in one line; `data` is the list as stored."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            self.data = rules.read_phones(valuelist[0] if valuelist else "")
        except BadInput as refusal:
            self.data = []
            raise ValueError(_(refusal.message, **refusal.values)) from None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "，".join(self.data or [])


class CustomerFields(Form):
    """What is written down about a customer."""

    kind = SelectField(lazy("Kind"), choices=choices(KIND_LABELS.items()))
    name = text_field(lazy("Name"))
    phones = PhonesField(
        lazy("Phones"), description=lazy("Several are parted by a comma; the first one is called.")
    )
    id_number = text_field(
        lazy("Identity or credit code"),
        required=False,
        longest=32,
        filters=[lambda typed: half_width(typed).upper()],
    )
    remark = TextAreaField(lazy("Remark"), [Length(max=500)], filters=[lambda typed: (typed or "").strip()])

    def values(self) -> dict[str, Any]:
        return {
            "kind": CustomerKind(self.kind.data),
            "name": self.name.data,
            "phones": self.phones.data or [],
            "id_number": self.id_number.data or None,
            "remark": self.remark.data,
        }


class CustomerForm(FlaskForm, CustomerFields):
    """A customer's own page; the identity number stays masked until somebody types another one."""

    seen = HiddenField()

    def __init__(self, customer: Customer | None = None) -> None:
        self.customer = customer
        super().__init__(obj=customer)
        if customer is not None and customer.id_number and not self.is_submitted():
            self.id_number.data = rules.mask_id_number(customer.id_number)

    def validate_id_number(self, field: Any) -> None:
        known = self.customer.id_number if self.customer else None
        if known and field.data == rules.mask_id_number(known):
            field.data = known
        elif "*" in (field.data or ""):
            raise ValidationError(_("Type the whole number, or leave it as it was shown."))
