"""The form of a tariff trial: which drafts, on which season, compared with what."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from heatdesk.billing.rules.workflow import TrialBasis
from heatdesk.i18n import _, lazy
from heatdesk.web.fields import choices

BASES = {
    TrialBasis.APPROVED: lazy("the tariffs in force for the season"),
    TrialBasis.CHARGED: lazy("what the season's bills say"),
}


class TicksField(SelectMultipleField):
    """Several of a few, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TariffTrialForm(FlaskForm):
    season = SelectField(
        lazy("Season"),
        coerce=int,
        description=lazy("Its days, and how each flat was supplied in them; any season can be tried."),
    )
    drafts = TicksField(
        lazy("Drafts"),
        coerce=int,
        description=lazy("They are taken as if they were in force; other classes keep their tariffs."),
    )
    basis = RadioField(
        lazy("Compare with"), choices=choices(BASES.items()), default=TrialBasis.APPROVED.value
    )

    def validate_drafts(self, field: Any) -> None:
        if not field.data:
            raise StopValidation(_("Choose at least one draft to try."))
