"""The form of a tariff draft: every figure that the rules know, in groups that open where they are used."""

import re
from collections.abc import Iterator
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField

from heatdesk.billing.forms.tariff_fields import FAMILY, FamilyForm, Rows, form_of
from heatdesk.billing.forms.tariff_values import fill, read_group
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.services.tariff_words import GROUPS, said_key
from heatdesk.errors import BadInput
from heatdesk.i18n import _

_STEP = re.compile(r"[^.\[\]]+")
_FORM: Any = form_of(Tariff, base=Form)


class TariffForm(FlaskForm, _FORM):
    """Shares are typed in per cent, the rate of late payment in per mille, as the documents state them."""

    seen = HiddenField()
    form_errors: list[str]

    def rules(self, use_class: UseClass) -> Tariff:
        """What was typed; raises `BadInput` where it does not fit together."""
        return Tariff.from_parameters({**read_group(self), "use_class": use_class.value})

    def refuse(self, refusal: BadInput) -> None:
        """Put a refusal of the rules beside the field that it is about."""
        field = _find(self, str(refusal.values.get("key", "")))
        values = dict(refusal.values)
        if field is None:
            self.form_errors.append(_(refusal.message, **values))
            return
        values["key"] = str(field.label.text)
        sentence = _(refusal.message, **values)
        if isinstance(field, FormField):
            field.form.form_errors = [*field.form.form_errors, sentence]
        else:
            field.errors = [*field.errors, sentence]

    def faults(self) -> list[tuple[str, str, str]]:
        """Every fault with the address and the name of its field, in the order of the page."""
        return [*_faults(self), *(("", "", fault) for fault in self.form_errors)]

    def is_assumed(self, name: str) -> bool:
        """Whether no source gives the value of the field called `name`, or of the whole group."""
        steps = name.split("-")
        if self.height.form[FAMILY].data in steps[1:2]:
            del steps[1]
        return ".".join(steps) in (self.assumed.data or ())

    def groups(self) -> list[Any]:
        """The fields of the rules, in the order in which they are shown."""
        return [self[name] for name in GROUPS]


def _find(form: Any, key: str) -> Any:
    """The field that a key of the rules such as `low_temperature.bands[1].share` names, or the group around it."""
    found, inside = None, form
    for step in _STEP.findall(key):
        if isinstance(found, Rows):
            rows = found.said()
            if not step.isdigit() or int(step) >= len(rows):
                return found
            found = rows[int(step)]
        elif isinstance(inside, FamilyForm) and step not in inside and inside[FAMILY].data:
            chosen = inside[inside[FAMILY].data].form
            if step not in chosen:
                return found
            found = chosen[step]
        elif inside is not None and step in inside:
            found = inside[step]
        else:
            return found
        inside = found.form if isinstance(found, FormField) else None
    return found


def _faults(form: Any) -> Iterator[tuple[str, str, str]]:
    for field in form:
        if isinstance(field, FormField):
            yield from ((field.id, str(field.label.text), fault) for fault in field.form.form_errors)
            yield from _faults(field.form)
        elif isinstance(field, FieldList):
            yield from (
                (field.id, str(field.label.text), fault) for fault in field.errors if isinstance(fault, str)
            )
            for entry in field.entries:
                yield from _faults(entry.form)
        else:
            yield from ((field.id, str(field.label.text), fault) for fault in field.errors)


def filled_form(parameters: dict[str, Any], **more: Any) -> Any:
    """The form as a stored version, or the blank page a first one starts from, has it."""
    form: Any = TariffForm(data={**fill(Tariff, parameters), **more})
    form.assumed.choices = [(key, said_key(key)) for key in parameters.get("assumed", ())]
    return form
