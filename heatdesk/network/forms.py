"""Forms of the network, made from the table of nouns; and the field that chooses a place."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import current_app, url_for
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from heatdesk.i18n import _
from heatdesk.network import reading
from heatdesk.network.nouns import NOUNS, Noun, Written
from heatdesk.network.services import Values
from heatdesk.web.fields import Present, choices, half_width, text_field

MANY = 60


class PlaceField(Field):
    """A place of one noun: a list while there are few, else a box that suggests as one types. `data` is the id."""

    def __init__(
        self,
        label: Any,
        validators: Sequence[Any] = (),
        *,
        noun: str,
        branch_id: int | Callable[[], int | None] | None,
        **options: Any,
    ) -> None:
        """`branch_id` may be asked for when the form is made: a class of forms outlives its reader."""
        self.noun = NOUNS[noun]
        self.branch_id: int | None = branch_id() if callable(branch_id) else branch_id
        super().__init__(label, [Present(), *validators], **options)
        self.options = [
            (row.id, row.label) for row in reading.options(self.noun, self.branch_id, limit=MANY + 1)
        ]

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        if typed.isdigit() and not self.is_long:
            self.data = int(typed) if int(typed) in dict(self.options) else None
        else:
            words = typed.replace(reading.PATH_SIGN.strip(), " ")
            found = reading.options(self.noun, self.branch_id, words=words)
            exact = [row.id for row in found if typed in (row.label, row.label.split(reading.PATH_SIGN)[-1])]
            self.data = exact[0] if len(exact) == 1 else found[0].id if len(found) == 1 else None
        if self.data is None:
            raise ValueError(_("There is no such place, or several fit. Choose one from the list."))

    @property
    def is_long(self) -> bool:
        return len(self.options) > MANY

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return reading.label_of(self.noun, self.data) if self.data else ""

    @property
    def placeholder(self) -> str:
        return _("Type a part of the name")

    @property
    def suggest_url(self) -> str:
        return url_for("network.suggest", noun=self.noun.key)

    def widget(self, field: Any, **attributes: Any) -> Any:
        template = current_app.jinja_env.get_template("network/_place_field.html")
        return template.module.place_field(field, attributes)  # type: ignore[attr-defined]


def place_form(noun: Noun, place: Any, branch_id: int | None, preset: Values | None = None) -> Any:
    """The form of one noun, filled from `place` or from `preset` parents."""
    fields: dict[str, Any] = {
        parent.column: PlaceField(_label(NOUNS[parent.noun]), noun=parent.noun, branch_id=branch_id)
        for parent in noun.parents
    }
    fields |= {one.column: _written(one) for one in noun.editable}
    form_class = type("PlaceForm", (_PlaceForm,), fields)
    return form_class(obj=place, data=None if place else dict(preset or {}))


class _PlaceForm(FlaskForm):
    seen = HiddenField()

    def values(self, noun: Noun) -> dict[str, Any]:
        """What was written, by column; an optional text left empty is null where the column allows it."""
        table: Any = noun.model.__table__
        return {
            column: (None if self[column].data == "" and table.c[column].nullable else self[column].data)
            for column in noun.columns
        }


def _label(noun: Noun) -> str:
    word = str(noun.one)
    return word[:1].upper() + word[1:]


def _written(one: Written) -> Any:
    if one.choices:
        empty = None if one.is_required else "–"
        return SelectField(one.label, choices=choices(one.choices, empty=empty), description=one.hint or "")
    if one.is_whole:
        return IntegerField(one.label, [Optional(), NumberRange(-9, 200)], description=one.hint or "")
    return text_field(one.label, required=one.is_required, filters=[half_width], description=one.hint or "")
