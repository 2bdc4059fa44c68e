"""The form of a supply term: dates, what it is supplied as, areas and their parts."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, FieldList, Form, FormField, HiddenField, SelectField
from wtforms.validators import Optional, StopValidation, ValidationError

from heatdesk.billing.models import SupplyTerm
from heatdesk.billing.rules.states import AreaPartKind, SupplyMode, SupplyState, UseClass
from heatdesk.billing.services.labels import MODES, PARTS, SUPPLY_STATES, USE_CLASSES
from heatdesk.billing.services.supply_terms import Facts, PartFacts, facts_of
from heatdesk.i18n import _, lazy
from heatdesk.money import ZERO
from heatdesk.web.fields import Present, QuantityField, choices, text_field

PART_ROWS = 4


class DayField(DateField):
    """A day between 1950 and 2100."""

    def pre_validate(self, _form: Any) -> None:
        if self.data is not None and not 1950 <= self.data.year <= 2100:
            raise ValidationError(_("The year must lie between 1950 and 2100."))


class PartFields(Form):
    """One part of the area; an empty area means there is none."""

    kind = SelectField(lazy("Kind"), choices=choices(PARTS.items()))
    area_m2 = QuantityField(lazy("Area m²"), [Optional()], above=ZERO)
    net_height_m = QuantityField(lazy("Net height m"), [Optional()], above=ZERO)
    heated = BooleanField(lazy("heated"))

    def validate(self, extra_validators: Any = None) -> bool:
        """A row without an area is no part, whatever else stands in it."""
        if self.area_m2.data is None and not self.area_m2.process_errors:
            return True
        return bool(super().validate(extra_validators))


class TermFields(Form):
    """The facts of a term, in this form and in the form of a new account."""

    state = SelectField(
        lazy("Supply"), choices=choices((state, looks[0]) for state, looks in SUPPLY_STATES.items())
    )
    use_class = SelectField(lazy("Used as"), choices=choices(USE_CLASSES.items()))
    mode = SelectField(lazy("Charged by"), choices=choices(MODES.items()))
    building_area_m2 = QuantityField(lazy("Building area m²"), [Present()], above=ZERO)
    inner_area_m2 = QuantityField(lazy("Inner area m²"), [Optional()], above=ZERO)
    usable_area_m2 = QuantityField(lazy("Usable area m²"), [Optional()], above=ZERO)
    storey_height_m = QuantityField(lazy("Storey height m"), [Optional()], above=ZERO)
    parts = FieldList(
        FormField(PartFields), min_entries=PART_ROWS, max_entries=PART_ROWS, label=lazy("Parts of the area")
    )

    def validate_storey_height_m(self, field: Any) -> None:
        if field.data is not None and field.data > 50:
            raise StopValidation(_("A storey of more than 50 m is surely a slip; please check it."))

    def facts(self, starts_on: Any, ends_on: Any, reason: str) -> Facts:
        building_area: Any = self.building_area_m2.data
        parts = [part for part in self.parts.data if part["area_m2"] is not None]
        return Facts(
            starts_on=starts_on,
            ends_on=ends_on,
            mode=SupplyMode(self.mode.data),
            use_class=UseClass(self.use_class.data),
            state=SupplyState(self.state.data),
            building_area_m2=building_area,
            inner_area_m2=self.inner_area_m2.data,
            usable_area_m2=self.usable_area_m2.data,
            storey_height_m=self.storey_height_m.data,
            reason=reason,
            parts=tuple(
                PartFacts(
                    AreaPartKind(part["kind"]), part["area_m2"], part["net_height_m"], bool(part["heated"])
                )
                for part in parts
            ),
        )


class SupplyTermForm(FlaskForm, TermFields):
    """A new term, or the correction of one."""

    seen = HiddenField()
    starts_on = DayField(lazy("From"), [Present()])
    ends_on = DayField(lazy("To (included)"), [Optional()], description=lazy("Empty: until further notice."))
    resume = BooleanField(
        lazy("Afterwards as before"), description=lazy("After the last day the former facts hold again.")
    )
    reason = text_field(
        lazy("Because of"),
        longest=200,
        description=lazy("Request, deed, inspection: where the fact comes from."),
    )

    def term_facts(self) -> Facts:
        return self.facts(self.starts_on.data, self.ends_on.data, self.reason.data)

    def validate_ends_on(self, field: Any) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day is before the first. Change one of them."))

    def validate_resume(self, field: Any) -> None:
        if field.data and self.ends_on.data is None:
            raise ValidationError(
                _("Give the last day, so that it is known from when the former facts hold again.")
            )


class ReasonForm(FlaskForm):
    """A deed that needs a reason."""

    seen = HiddenField()
    reason = text_field(lazy("Reason"), longest=200)


def filled_from(term: SupplyTerm | None, *, as_new: bool) -> dict[str, Any]:
    """What a form of this term starts with; a new term starts with the facts but not the days of the newest."""
    if term is None:
        return {}
    facts = facts_of(term)
    data = {**facts.columns, "parts": [vars(part) for part in facts.parts]}
    if as_new:
        data |= {"starts_on": None, "ends_on": None, "reason": ""}
    return data
