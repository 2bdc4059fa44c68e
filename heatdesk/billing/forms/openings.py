"""Forms of the requests that open an account or close one: a new account, a change of owner, a closing."""

from typing import Any

from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from heatdesk.billing.forms.accounts import CARD_NUMBER, NewAccountForm, NewCustomerFields
from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.i18n import lazy
from heatdesk.network.forms import PlaceField
from heatdesk.web.fields import Present, half_width, text_field


class NewAccountRequestForm(NewAccountForm):
    """A new account and where it is: premises of the tree, or a room that the tree does not have yet."""

    building_id: Any = PlaceField(
        lazy("Building"), noun="buildings", branch_id=lambda: current_user.branch_id
    )
    unit = text_field(lazy("Unit"), required=False, longest=40, filters=[half_width])
    room = text_field(
        lazy("Room"),
        longest=40,
        filters=[half_width],
        description=lazy("A room that the building does not have yet is added to it."),
    )


class OwnerForm(FlaskForm, NewCustomerFields):
    """Who comes after whom, and what passes over."""

    card_no = text_field(lazy("Card no."), longest=40, filters=[half_width])
    last_day = DayField(lazy("Last day of the former customer"), [Present()])
    carry = BooleanField(
        lazy("The new customer takes over what is owed and what is paid ahead"),
        description=lazy(
            "Not ticked, everything owed must be paid first, and money paid ahead stays with the former."
        ),
    )
    new_card_no = StringField(
        lazy("New card number"),
        [Optional(), Length(max=32), CARD_NUMBER],
        filters=[half_width],
        description=lazy("Empty: the next free number."),
    )
    remark = TextAreaField(lazy("Remark"), [Length(max=500)], filters=[lambda typed: (typed or "").strip()])


class ClosingRequestForm(FlaskForm):
    """An account's last day."""

    card_no = text_field(lazy("Card no."), longest=40, filters=[half_width])
    closed_on = DayField(lazy("Last day"), [Present()])
    annul = BooleanField(
        lazy("It was opened by mistake"),
        description=lazy("Then nothing is charged for its first day either."),
    )
