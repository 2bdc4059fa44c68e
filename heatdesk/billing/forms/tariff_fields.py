"""Fields of a tariff's form, made from the rules themselves: a parameter the rules know has its field.

A dataclass is a group, a tuple of dataclasses is rows that can be added and removed, a union is a choice of families,
and a share is typed in per cent, as the documents state it. A parameter without a label stops the program at once.
"""

import types
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, SelectField, StringField
from wtforms.validators import Length, Optional, StopValidation

from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.forms.tariff_trials import TicksField
from heatdesk.billing.rules.parameters import MonthDay, Share
from heatdesk.billing.services.tariff_words import FAMILIES, HINTS, WORDS, label_of
from heatdesk.i18n import _, lazy
from heatdesk.web.fields import Present, QuantityField, choices, one_line, text_field

PER_MILLE = "penalty.share_per_day"
CHOSEN = ("price_unit", "area.base")
"""Choices that every tariff has, so that the first one may stand there."""
FAMILY, USED = "family", "used"


class Needed(Present):
    """Something must be typed; nought is something."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data != 0:
            super().__call__(form, field)


class ShareField(QuantityField):
    """A share typed in per cent, or per mille where the document does; `data` is what was typed."""

    def __init__(self, label: Any, validators: Any = (), *, per: int = 100, **options: Any) -> None:
        self.per = per
        super().__init__(label, validators, most=Decimal(per), **options)


class WholeField(QuantityField):
    """A whole number of days, hours or months."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data is not None and self.data != self.data.to_integral_value():
            raise StopValidation(_("Write a whole number, such as 5."))


class Rows(FieldList):
    """Rows that can be added and removed; those in which nothing stands are none."""

    def __init__(self, row: type[Form], label: Any, **options: Any) -> None:
        self.row = row
        super().__init__(FormField(row), label, **options)

    @property
    def mark(self) -> str:
        """What stands for the number of a row in the blank one."""
        return f"__{self.name.rpartition(self._separator)[2]}__"

    def blank(self) -> Any:
        """A row that stands ready to be added."""
        name = f"{self.name}{self._separator}{self.mark}"
        options = {"name": name, "id": name, "_meta": self.meta, "translations": self._translations}
        row = self.meta.bind_field(self._form, self.unbound_field, options)
        row.process(None, {})
        return row

    def said(self) -> list[Any]:
        """The rows in which something stands."""
        return [entry for entry in self.entries if says_something(entry)]


class PartForm(Form):
    """A part of the tariff's form: speaks the reader's language, and leaves the token to the whole."""

    class Meta(FlaskForm.Meta):
        csrf = False


class RowForm(PartForm):
    """A row of figures; nothing is asked of an empty one."""

    def validate(self, extra_validators: Any = None) -> bool:
        return not any(says_something(field) for field in self) or bool(super().validate(extra_validators))


class RuleForm(PartForm):
    """A group of rules that a tariff may have or not; nothing is asked where it is not used."""

    def validate(self, extra_validators: Any = None) -> bool:
        return not self[USED].data or bool(super().validate(extra_validators))


class FamilyForm(PartForm):
    """A choice of families, each with fields of its own; only those of the chosen one are asked for."""

    def validate(self, extra_validators: Any = None) -> bool:
        chosen = self[FAMILY].data
        return bool(self[FAMILY].validate(self)) and (
            not chosen or bool(self[chosen].validate(self, extra_validators or ()))
        )


def says_something(field: Any) -> bool:
    """Whether a person put something into the field; a tick alone says nothing."""
    if isinstance(field, FormField):
        return any(says_something(inner) for inner in field.form)
    if isinstance(field, FieldList):
        return any(says_something(entry) for entry in field.entries)
    if isinstance(field, BooleanField):
        return False
    typed = field.raw_data[0] if field.raw_data else field.data
    return bool(str(typed).strip()) if typed is not None else False


def form_of(shape: type, path: str = "", base: type[Form] = PartForm) -> type[Form]:
    """The form of a dataclass of rules; `path` is where it stands in the tariff."""
    made: dict[str, Any] = {"shape": shape}
    if base is RuleForm:
        made[USED] = BooleanField(label_of(path))
    for one, hint in parameters_of(shape):
        inner = f"{path}.{one.name}" if path else one.name
        if inner != "use_class":
            made[one.name] = _field(hint, inner, one)
    return type(f"{shape.__name__}Form", (base,), made)


def parameters_of(shape: type) -> Iterator[tuple["Field[Any]", Any]]:
    """The fields of a dataclass of rules with their types; of an optional one the type it has when it is given."""
    hints = get_type_hints(shape, include_extras=True)
    for one in fields(shape):
        arms = arms_of(hints[one.name])
        yield one, arms[0] if len(arms) == 1 else hints[one.name]


def arms_of(hint: Any) -> list[Any]:
    """What a type may be, `None` left out."""
    if get_origin(hint) not in (Union, types.UnionType):
        return [hint]
    return [arm for arm in get_args(hint) if arm is not types.NoneType]


def _field(hint: Any, path: str, one: "Field[Any]") -> Any:
    label = label_of(path)
    if len(arms_of(hint)) > 1:
        return FormField(_families(arms_of(hint), path), label)
    if get_origin(hint) is tuple:
        return _several(get_args(hint)[0], path, label)
    is_needed = one.default is MISSING
    if isinstance(hint, type) and is_dataclass(hint) and hint is not MonthDay:
        return FormField(form_of(hint, path, PartForm if is_needed else RuleForm), label)
    options: dict[str, Any] = {"description": HINTS.get(path, "")}
    if one.default not in (MISSING, None, ""):
        options["default"] = one.default
    return _scalar(hint, path, [Needed() if is_needed else Optional()], options)


def _scalar(hint: Any, path: str, validators: list[Any], options: dict[str, Any]) -> Any:
    label = label_of(path)
    if get_origin(hint) is Annotated:
        return _number(hint, path, validators, options)
    if hint is bool:
        return BooleanField(label, **options)
    if hint is date:
        return DayField(label, validators, **options)
    if hint is MonthDay:
        return StringField(label, [*validators, Length(max=5)], filters=[one_line], **options)
    is_needed = isinstance(validators[0], Present)
    if issubclass(hint, StrEnum):
        empty = lazy("choose …") if is_needed and path not in CHOSEN else None
        return SelectField(label, validators, choices=choices(WORDS[hint].items(), empty=empty), **options)
    return text_field(label, required=is_needed, **options)


def _number(hint: Any, path: str, validators: list[Any], options: dict[str, Any]) -> Any:
    if get_args(hint)[0] is int:
        return WholeField(label_of(path), validators, **options)
    if hint == Share:
        if "default" in options:
            options["default"] *= per_of(path)
        return ShareField(label_of(path), validators, per=per_of(path), **options)
    if path == "price":
        options |= {"above": Decimal(0), "most": Decimal(1000)}
    return QuantityField(label_of(path), validators, places=4, **options)


def per_of(path: str) -> int:
    """What a share is counted in: per cent, or per mille."""
    return 1000 if path == PER_MILLE else 100


def _several(inner: Any, path: str, label: Any) -> Any:
    if is_dataclass(inner):
        return Rows(form_of(inner, path, RowForm), label)  # type: ignore[arg-type]
    return TicksField(label, choices=[] if inner is str else choices(WORDS[inner].items()))


def _families(shapes: list[Any], path: str) -> type[Form]:
    made: dict[str, Any] = {
        FAMILY: SelectField(
            label_of(f"{path}.{FAMILY}"), choices=choices(FAMILIES.items(), empty=lazy("none"))
        )
    }
    for shape in shapes:
        made[shape.family] = FormField(form_of(shape, f"{path}.{shape.family}"), FAMILIES[shape.family])
    return type("Families", (FamilyForm,), made)
