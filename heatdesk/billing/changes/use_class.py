"""Use of the premises (用热性质): from a day on they are used for something else and priced by another tariff."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField

from heatdesk.approvals.kinds import Change, Evidence, Payload, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes.dated_facts import DatedFact, first_day_field, last_day_field
from heatdesk.billing.changes.households import card_field
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.services.labels import USE_CLASSES
from heatdesk.billing.services.supply_terms import Facts
from heatdesk.errors import msgid
from heatdesk.i18n import lazy, speaking
from heatdesk.web.fields import choices


class UseClassForm(FlaskForm):
    card_no = card_field()
    starts_on = first_day_field()
    ends_on = last_day_field()
    use_class = SelectField(lazy("Used as"), choices=choices(USE_CLASSES.items()))


@register
class UseOfPremises(DatedFact):
    name = "use_class"
    title = KIND_TITLES["use_class"]
    form = UseClassForm
    evidence = (Evidence("use_record", lazy("Deed, licence or inspection record")),)
    undone_by = ("use_class",)

    def value(self, facts: Facts) -> Payload:
        return {"use_class": facts.use_class.value}

    def given(self, form: Any) -> Payload:
        return {"use_class": form.use_class.data}

    def shown_in_form(self, value: Payload) -> Mapping[str, Any]:
        return {"use_class": value["use_class"]}

    def changed(self, facts: Facts, payload: Payload) -> Facts:
        return replace(facts, use_class=UseClass(payload["use_class"]))

    def rows(self, before: Facts, after: Facts) -> Iterable[Change]:
        yield Change(msgid("Used as"), _word(before.use_class), _word(after.use_class))


def _word(use_class: UseClass) -> str:
    """In English, as previews keep their words."""
    with speaking("en"):
        return str(USE_CLASSES[use_class])
