"""Area adjustment (面积调整): from a day on a household has other areas, and its bills move by the difference."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms.validators import Optional

from heatdesk.approvals.kinds import Change, Evidence, Payload, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes.dated_facts import DatedFact, first_day_field, last_day_field
from heatdesk.billing.changes.facts_shown import AREAS
from heatdesk.billing.changes.households import card_field
from heatdesk.billing.errors import SameAreas
from heatdesk.billing.services.supply_terms import Facts
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.web.fields import Present, QuantityField


class AreaForm(FlaskForm):
    card_no = card_field()
    starts_on = first_day_field()
    ends_on = last_day_field()
    building_area_m2 = QuantityField(lazy("Building area m²"), [Present()], above=ZERO)
    inner_area_m2 = QuantityField(
        lazy("Inner area m²"), [Optional()], above=ZERO, description=lazy("Left empty, it stays as it is.")
    )
    usable_area_m2 = QuantityField(
        lazy("Usable area m²"), [Optional()], above=ZERO, description=lazy("Left empty, it stays as it is.")
    )


@register
class AreaAdjustment(DatedFact):
    name = "area"
    title = KIND_TITLES["area"]
    form = AreaForm
    evidence = (Evidence("measuring_record", lazy("Signed measuring record")),)
    undone_by = ("area",)
    refusal = SameAreas

    def value(self, facts: Facts) -> Payload:
        return {name: _text(getattr(facts, name)) for name in AREAS}

    def given(self, form: Any) -> Payload:
        return {name: _text(form[name].data) for name in AREAS}

    def shown_in_form(self, value: Payload) -> Mapping[str, Any]:
        return {name: None if value[name] is None else Decimal(value[name]) for name in AREAS}

    def changed(self, facts: Facts, payload: Payload) -> Facts:
        given: dict[str, Any] = {name: Decimal(payload[name]) for name in AREAS if payload[name] is not None}
        return replace(facts, **given)

    def rows(self, before: Facts, after: Facts) -> Iterable[Change]:
        for name, label in AREAS.items():
            if getattr(after, name) is not None:
                yield Change(label, getattr(before, name), getattr(after, name), "m²")


def _text(area: Decimal | None) -> str | None:
    return None if area is None else f"{area:.2f}"
