"""Storey height (层高): from a day on the storey has another height; the tariff says what that adds to the fee."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms.validators import Optional

from heatdesk.approvals.kinds import Change, Evidence, Payload, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes.dated_facts import DatedFact, first_day_field, last_day_field
from heatdesk.billing.changes.households import card_field
from heatdesk.billing.services.supply_terms import Facts
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.web.fields import QuantityField

_HIGHEST = Decimal(50)
"""A storey above this is surely a slip."""


class HeightForm(FlaskForm):
    card_no = card_field()
    starts_on = first_day_field()
    ends_on = last_day_field()
    storey_height_m = QuantityField(
        lazy("Storey height m"),
        [Optional()],
        above=ZERO,
        most=_HIGHEST,
        description=lazy("Left empty: of usual height, nothing is added."),
    )


@register
class StoreyHeight(DatedFact):
    name = "height"
    title = KIND_TITLES["height"]
    form = HeightForm
    evidence = (Evidence("measuring_record", lazy("Signed measuring record")),)
    undone_by = ("height",)

    def value(self, facts: Facts) -> Payload:
        return {"storey_height_m": _text(facts.storey_height_m)}

    def given(self, form: Any) -> Payload:
        return {"storey_height_m": _text(form.storey_height_m.data)}

    def shown_in_form(self, value: Payload) -> Mapping[str, Any]:
        return {"storey_height_m": _metres(value)}

    def changed(self, facts: Facts, payload: Payload) -> Facts:
        return replace(facts, storey_height_m=_metres(payload))

    def rows(self, before: Facts, after: Facts) -> Iterable[Change]:
        yield Change(msgid("Storey height"), before.storey_height_m, after.storey_height_m, "m")


def _metres(value: Payload) -> Decimal | None:
    return None if value["storey_height_m"] is None else Decimal(value["storey_height_m"])


def _text(height: Decimal | None) -> str | None:
    return None if height is None else f"{height:.2f}"
