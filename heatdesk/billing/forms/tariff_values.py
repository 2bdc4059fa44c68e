"""What stands in a tariff's form: a stored version put into its fields, and the fields read as parameters."""

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, get_args, get_origin

from wtforms import FormField

from heatdesk.billing.forms.tariff_fields import (
    FAMILY,
    USED,
    FamilyForm,
    Rows,
    RuleForm,
    ShareField,
    WholeField,
    arms_of,
    parameters_of,
    per_of,
)
from heatdesk.billing.rules.parameters import MonthDay, Share


def fill(shape: type, values: dict[str, Any], path: str = "") -> dict[str, Any]:
    """The data of the form of `shape` as parameters have it; what they leave out keeps its default."""
    data = {}
    for one, hint in parameters_of(shape):
        if values.get(one.name) is not None:
            data[one.name] = _filled(hint, values[one.name], f"{path}.{one.name}" if path else one.name)
    return data


def _filled(hint: Any, value: Any, path: str) -> Any:
    arms = arms_of(hint)
    if len(arms) > 1:
        family = value[FAMILY]
        shape = next(arm for arm in arms if arm.family == family)
        return {FAMILY: family, family: fill(shape, value, f"{path}.{family}")}
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return [fill(inner, row, path) for row in value] if is_dataclass(inner) else list(value)  # type: ignore[arg-type]
    if isinstance(hint, type) and is_dataclass(hint) and hint is not MonthDay:
        return {USED: True, **fill(hint, value, path)}
    if hint == Share:
        return _plain(Decimal(str(value)) * per_of(path))
    if get_origin(hint) is Annotated:
        return Decimal(str(value))
    return date.fromisoformat(value) if hint is date and isinstance(value, str) else value


def _plain(number: Decimal) -> Decimal:
    """20, not 20.00 or 2E+1."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()


def read_group(form: Any) -> dict[str, Any]:
    """What was typed into a form made by `form_of`, as parameters; what is empty is left out."""
    read = {}
    names = {one.name for one in fields(form.shape)}
    for field in form:
        name = field.short_name.rpartition("-")[2]
        if name in names:
            value = _read(field)
            if value is not None and value not in ("", []):
                read[name] = value
    return read


def _read(field: Any) -> Any:
    if isinstance(field, FormField):
        form = field.form
        if isinstance(form, FamilyForm):
            family = form[FAMILY].data
            return {FAMILY: family, **read_group(form[family].form)} if family else None
        return None if isinstance(form, RuleForm) and not form[USED].data else read_group(form)
    if isinstance(field, Rows):
        return [read_group(entry.form) for entry in field.said()]
    if isinstance(field, ShareField):
        return None if field.data is None else field.data / field.per
    if isinstance(field, WholeField):
        return None if field.data is None else int(field.data)
    return field.data
