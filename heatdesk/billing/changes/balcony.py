"""Balcony reduction (阳台减免): balconies, attics and basements of a household, at the tariff's coefficient."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, FormField

from heatdesk.approvals.kinds import Change, Evidence, Payload, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes.dated_facts import DatedFact, first_day_field, last_day_field
from heatdesk.billing.changes.facts_shown import PART_LABELS, part_words
from heatdesk.billing.changes.households import card_field
from heatdesk.billing.changes.opening import part_from, plain_part
from heatdesk.billing.forms.supply_terms import PART_ROWS, PartFields
from heatdesk.billing.services.supply_terms import Facts
from heatdesk.i18n import lazy


class PartsForm(FlaskForm):
    card_no = card_field()
    starts_on = first_day_field()
    ends_on = last_day_field()
    parts = FieldList(
        FormField(PartFields),
        min_entries=PART_ROWS,
        max_entries=PART_ROWS,
        label=lazy("Balcony, attic, basement"),
        description=lazy("All parts as they are from that day on; leave the area empty where there is none."),
    )


@register
class BalconyReduction(DatedFact):
    name = "balcony"
    title = KIND_TITLES["balcony"]
    form = PartsForm
    evidence = (Evidence("measuring_record", lazy("Signed measuring record")),)
    undone_by = ("balcony",)

    def value(self, facts: Facts) -> Payload:
        parts = [plain_part(vars(part)) for part in facts.parts]
        return {"parts": sorted(parts, key=lambda one: (one["kind"], one["area_m2"]))}

    def given(self, form: Any) -> Payload:
        return {"parts": [plain_part(part) for part in form.parts.data if part["area_m2"] is not None]}

    def shown_in_form(self, value: Payload) -> Mapping[str, Any]:
        return {"parts": [vars(part_from(part)) for part in value["parts"]]}

    def changed(self, facts: Facts, payload: Payload) -> Facts:
        return replace(facts, parts=tuple(part_from(part) for part in payload["parts"]))

    def rows(self, before: Facts, after: Facts) -> Iterable[Change]:
        for kind, label in PART_LABELS.items():
            was, will = (
                part_words(part for part in one.parts if part.kind == kind) for one in (before, after)
            )
            if was or will:
                yield Change(label, was, will, "words")
