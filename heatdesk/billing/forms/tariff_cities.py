"""The form of loading a city's tariffs: which versions become drafts."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms.validators import StopValidation

from heatdesk.billing.forms.tariff_trials import TicksField
from heatdesk.i18n import _, lazy


class CityTariffsForm(FlaskForm):
    versions = TicksField(lazy("Versions"), coerce=int)

    def validate_versions(self, field: Any) -> None:
        if not field.data:
            raise StopValidation(_("Choose at least one version."))
