"""Why a payment is voided."""

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from heatdesk.billing.services import voids
from heatdesk.i18n import _, lazy


class VoidForm(FlaskForm):
    reason = RadioField(lazy("Reason"), [InputRequired(lazy("Choose a reason."))])
    words = StringField(lazy("In your own words"), [Length(max=200)])

    def __init__(self) -> None:
        super().__init__()
        self.reason.choices = [
            SelectChoice(reason, label)
            for reason, label in [*voids.reasons(), (voids.OTHER, _("Something else"))]
        ]

    @property
    def stated(self) -> str:
        """The reason to keep: one of the usual ones, or the words."""
        chosen = self.reason.data or ""
        return (self.words.data or "") if chosen == voids.OTHER else chosen
