"""Forms of accounts: open one, correct it, close it."""

import re
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp, ValidationError

from heatdesk.billing.forms.supply_terms import DayField, TermFields
from heatdesk.billing.models import Account
from heatdesk.billing.services.supply_terms import Facts
from heatdesk.i18n import _, lazy
from heatdesk.people.forms import KIND_LABELS, PhonesField
from heatdesk.people.models import CustomerKind
from heatdesk.web.fields import MAX_NAME, Present, choices, half_width, one_line, text_field

CARD_NUMBER = Regexp(
    r"[0-9A-Za-z][0-9A-Za-z_.\-]*\Z", message=lazy("A card number is made of letters, digits and - _ .")
)
_CUSTOMER_ID = re.compile(r"#(\d{1,18})\s*\Z")


class AccountForm(FlaskForm):
    """Correct an account."""

    seen = HiddenField()
    card_no = StringField(
        lazy("Card number"),
        [Optional(), Length(max=32), CARD_NUMBER],
        filters=[half_width],
        description=lazy("Empty: the next free number."),
    )
    opened_on = DayField(lazy("Opened on"), [Present()])
    remark = TextAreaField(lazy("Remark"), [Length(max=500)], filters=[lambda typed: (typed or "").strip()])

    def values(self) -> dict[str, Any]:
        return {"card_no": self.card_no.data, "opened_on": self.opened_on.data, "remark": self.remark.data}


class NewCustomerFields(Form):
    """A known customer, chosen from suggestions, or a new one written down."""

    customer = StringField(
        lazy("Known customer"),
        [Optional(), Length(max=300)],
        description=lazy(
            "Type a name, phone or card number and choose; leave it empty to write down a new one."
        ),
    )
    kind = SelectField(lazy("Kind"), choices=choices(KIND_LABELS.items()))
    name = StringField(lazy("Name"), [Length(max=MAX_NAME)], filters=[one_line])
    phones = PhonesField(
        lazy("Phones"), description=lazy("Several are parted by a comma; the first one is called.")
    )

    def validate_customer(self, field: Any) -> None:
        if field.data and self.customer_id is None:
            raise ValidationError(
                _("Choose a customer from the list, or empty this and write down a new one.")
            )

    def validate_name(self, field: Any) -> None:
        if not field.data and not self.customer.data:
            raise ValidationError(_("Write the name, or choose a known customer above."))

    @property
    def customer_id(self) -> int | None:
        found = _CUSTOMER_ID.search(self.customer.data or "")
        return int(found[1]) if found else None

    def new_customer(self) -> dict[str, Any]:
        return {
            "kind": CustomerKind(self.kind.data),
            "name": self.name.data,
            "phones": self.phones.data or [],
        }


class NewAccountForm(AccountForm, NewCustomerFields, TermFields):
    """Who, and how it is supplied from the opening day; the premises are known when the form is shown."""

    def first_term(self) -> Facts:
        return self.facts(self.opened_on.data, None, _("account opened"))


class ClosingForm(FlaskForm):
    """Close an account."""

    closed_on = DayField(lazy("Last day"), [Present()])
    reason = text_field(lazy("Reason"), longest=200)

    def __init__(self, account: Account) -> None:
        self.account = account
        super().__init__()

    def validate_closed_on(self, field: Any) -> None:
        if field.data < self.account.opened_on:
            raise ValidationError(
                _("The account was opened on %(day)s; choose a later day.", day=self.account.opened_on)
            )
