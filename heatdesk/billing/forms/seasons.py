"""The form of a season."""

import re
from datetime import timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, StopValidation

from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import SeasonKind
from heatdesk.i18n import _, lazy
from heatdesk.web.fields import Present, choices, half_width, text_field

SEASON_KINDS = {
    SeasonKind.HEATING: lazy("a winter's heat"),
    SeasonKind.SETTLEMENT: lazy("steam, hot water or agreed quantities, in a period of their own"),
}
"""What people can open; the period of connection fees opens itself."""


class SeasonForm(FlaskForm):
    seen = HiddenField()
    kind = SelectField(lazy("What is charged"), default=SeasonKind.HEATING.value)
    code = text_field(
        lazy("Season"), longest=20, filters=[half_width], description=lazy("For example 2026-2027.")
    )
    starts_on = DayField(lazy("First day of heat"), [Present()])
    ends_on = DayField(lazy("Last day of heat (included)"), [Present()])
    statutory_days = IntegerField(
        lazy("Statutory days"),
        [
            InputRequired(lazy("Please fill this in.")),
            NumberRange(1, 366, lazy("A season has 1 to 366 days.")),
        ],
        description=lazy("As the price document counts them: Shenyang 151, in a leap year 152."),
    )
    due_on = DayField(lazy("Last day to pay"), [Present()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = choices(SEASON_KINDS.items())

    def validate_code(self, field: Any) -> None:
        if self.kind.data != SeasonKind.HEATING:
            return
        found = re.fullmatch(r"(\d{4})-(\d{4})", field.data or "")
        if found is None or int(found[2]) != int(found[1]) + 1:
            raise StopValidation(_("Write the two years of the winter, such as 2026-2027."))

    def validate_ends_on(self, field: Any) -> None:
        if self.starts_on.data and field.data and field.data <= self.starts_on.data:
            raise StopValidation(_("The last day must come after the first."))
        if self.starts_on.data and field.data and field.data - self.starts_on.data > timedelta(days=365):
            raise StopValidation(_("A season is not longer than a year."))

    def validate_due_on(self, field: Any) -> None:
        if self.starts_on.data and field.data and abs((field.data - self.starts_on.data).days) > 400:
            raise StopValidation(_("This day lies more than a year from the season."))

    def facts(self) -> Season:
        """What was typed, as the rules take it; the form has been validated."""
        values: Any = {
            name: self[name].data for name in ("code", "starts_on", "ends_on", "statutory_days", "due_on")
        }
        return Season(**values)
