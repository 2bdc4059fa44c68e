"""The fee calculator's form: a field for every key of a case, as typed in the address of the page.

The form only turns what was typed into the case's JSON; `rules/cases.py` judges it, as it does for `heatdesk quote`,
and each refusal is brought back to the field that it names.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from wtforms import FieldList, Form, FormField, HiddenField, SelectField, StringField
from wtforms.widgets import DateInput, TimeInput

from heatdesk.billing.rules.cases import Case, QuotedState
from heatdesk.billing.rules.energy import MeterFault
from heatdesk.billing.rules.parameters import read
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.services.labels import BUILDING_TYPES, PARTS, SUPPLY_STATES, USE_CLASSES
from heatdesk.errors import BadInput, Refusal
from heatdesk.i18n import _, lazy
from heatdesk.web.fields import choices, half_width

MOST_ROWS = 40
FAULTS = {MeterFault.METER: lazy("the meter failed"), MeterFault.USER: lazy("the user damaged the meter")}
UNITS = (("kwh", "kWh"), ("gj", "GJ"), ("tonnes", lazy("tonnes")))
SUBSIDIES = {"low_income": lazy("low income")}

_PATH = re.compile(r"(\w+)(?:\[(\d+)\])?(?:\.(\w+))?")
_FIELDS = {"from": "first", "to": "last", "date": "on"}
"""Keys of a case that are called otherwise in the form, for they are words of Python."""
_METER = {"kwh": "quantity", "gj": "quantity", "t": "unit", "tonnes": "unit", "m2": "unit"}
_WORDS: dict[Any, Any] = {**USE_CLASSES, **PARTS, **FAULTS}
"""Codes that a refusal may quote."""


def number_field(label: Any) -> StringField:
    """A number as people write it; the rules say what is wrong with it."""
    style = {"data-number": True, "inputmode": "decimal", "autocomplete": "off"}
    return StringField(label, filters=[_number], render_kw=style)


def day_field(label: Any) -> StringField:
    return StringField(label, filters=[half_width], widget=DateInput())


def time_field(label: Any) -> StringField:
    return StringField(label, filters=[half_width], widget=TimeInput())


def _number(typed: str | None) -> str:
    return half_width(typed).replace(",", "").removesuffix("m2").strip()


class QuotedPartFields(Form):
    kind = SelectField(lazy("Kind"), choices=choices(PARTS.items()))
    area = number_field(lazy("Area m²"))
    net_height = number_field(lazy("Net height m"))
    heated = SelectField(
        lazy("Heated"),
        choices=choices((("yes", lazy("yes")), ("no", lazy("no"))), empty=lazy("as usual")),
    )


class QuotedTermFields(Form):
    state = SelectField(
        lazy("Supply"), choices=choices((one, SUPPLY_STATES[SupplyState(one)][0]) for one in QuotedState)
    )
    first = day_field(lazy("From"))
    last = day_field(lazy("To (included)"))


class QuotedTemperatureFields(Form):
    celsius = number_field(lazy("Measured °C"))
    first = day_field(lazy("From"))
    last = day_field(lazy("To (included)"))
    room_area = number_field(lazy("Area of the room m²"))


class QuotedOutageFields(Form):
    first = day_field(lazy("From"))
    first_time = time_field(lazy("at"))
    last = day_field(lazy("To (included)"))
    last_time = time_field(lazy("until"))


class QuotedPaymentFields(Form):
    on = day_field(lazy("Paid on"))
    amount = number_field(lazy("Amount yuan"))


class MeterFields(Form):
    quantity = number_field(lazy("Counted"))
    unit = SelectField(lazy("Unit of the meter"), choices=choices(UNITS))
    prepaid = number_field(lazy("Prepaid yuan"))
    fault = SelectField(lazy("Meter fault"), choices=choices(FAULTS.items(), empty=lazy("none")))
    correction = number_field(lazy("Correction factor"))
    minimum = number_field(lazy("Agreed minimum"))


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal in the reader's language, and the id of the field it is about, if it is about one."""

    sentence: str
    field_id: str = ""


def _rows(fields: type[Form], label: Any) -> FieldList:
    return FieldList(FormField(fields), label=label, max_entries=MOST_ROWS)


class QuoteForm(Form):
    """What to work out, and by which rules."""

    account = HiddenField()
    rules = SelectField(lazy("By the rules of"), validate_choice=False)
    use = SelectField(lazy("Used as"), choices=choices(USE_CLASSES.items()))
    area = number_field(lazy("Building area m²"))
    inner_area = number_field(lazy("Inner area m²"))
    usable_area = number_field(lazy("Usable area m²"))
    storey_height = number_field(lazy("Storey height m"))
    building_type = SelectField(
        lazy("Type of building"), choices=choices(BUILDING_TYPES.items(), empty=lazy("not recorded"))
    )
    subsidy = SelectField(lazy("Government subsidy"), validate_choice=False)
    late_start_days = number_field(lazy("Heat began late, days"))
    as_of = day_field(lazy("Reckoned on"))
    parts = _rows(QuotedPartFields, lazy("Parts of the area"))
    terms = _rows(QuotedTermFields, lazy("Supplied, suspended, cut off"))
    temperatures = _rows(QuotedTemperatureFields, lazy("Cold rooms"))
    outages = _rows(QuotedOutageFields, lazy("Outages"))
    payments = _rows(QuotedPaymentFields, lazy("Paid"))
    meter = FormField(MeterFields, label=lazy("Meter"))

    faults: list[Fault]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.faults = []

    def offer_subsidies(self, kinds: Iterable[str]) -> None:
        """The kinds of subsidy of the chosen rules, and the one that was chosen under other rules."""
        offered = dict.fromkeys([*kinds, *filter(None, [self.subsidy.data])])
        self.subsidy.choices = choices(
            ((kind, SUBSIDIES.get(kind, kind)) for kind in offered), empty=lazy("none")
        )

    def case(self) -> Case | None:
        """The case that was typed; None after noting everything that is wrong with it at its field."""
        payload = self._payload()
        seen: set[str] = set()
        case = None
        while case is None:
            try:
                case = read(Case, payload)
            except BadInput as refusal:
                key = str(refusal.values.get("key", ""))
                if key in seen:
                    break
                seen.add(key)
                self.note(refusal)
                _forget(payload, key)
        return None if self.faults else case

    def note(self, refusal: Refusal) -> None:
        """Write a refusal at the field that its key names; `%(key)s` becomes the field's label."""
        field = self._field_of(str(refusal.values.get("key", "")))
        words = {name: _WORDS.get(value, value) for name, value in refusal.values.items()}
        if field is None:
            self.faults.append(Fault(_(refusal.message, **words)))
            return
        sentence = _(refusal.message, **{**words, "key": field.label.text})
        self.faults.append(Fault(sentence, field.id))
        field.errors = [*field.errors, sentence]

    def _field_of(self, path: str) -> Any:
        found = _PATH.fullmatch(path)
        field = self._fields.get(found[1]) if found else self.temperatures if path == "room_area" else None
        if field is None or found is None:
            return field
        _top, row, key = found.groups()
        if field is self.meter:
            return field.form[_METER.get(key or "kwh", key)]
        if isinstance(field, FieldList) and row is not None and int(row) < len(field.entries):
            return field.entries[int(row)].form[_FIELDS.get(key, key)] if key else field
        return field

    def _payload(self) -> dict[str, Any]:
        plain = (
            *("use", "area", "inner_area", "usable_area", "storey_height", "building_type"),
            *("subsidy", "late_start_days", "as_of"),
        )
        payload: dict[str, Any] = {name: self[name].data for name in plain if self[name].data}
        for name in ("parts", "terms", "temperatures", "outages", "payments"):
            if self[name].entries:
                payload[name] = [_row(entry.form) for entry in self[name].entries]
        if meter := _meter(self.meter.form):
            payload["meter"] = meter
        return payload


BLANK_ROWS: dict[str, type[Form]] = {
    "parts": QuotedPartFields,
    "terms": QuotedTermFields,
    "temperatures": QuotedTemperatureFields,
    "outages": QuotedOutageFields,
    "payments": QuotedPaymentFields,
}
"""What a row that is added to each list starts from."""


def _row(form: Form) -> dict[str, Any]:
    """One row as JSON: nothing for empty fields, days with their time, yes and no as truth."""
    keys = {field: key for key, field in _FIELDS.items()}
    typed = {name: field.data for name, field in form._fields.items() if field.data}
    for name in ("first", "last"):
        if time := typed.pop(f"{name}_time", None):
            typed[name] = f"{typed.get(name, '')}T{time}"
    if "heated" in typed:
        typed["heated"] = typed["heated"] == "yes"
    return {keys.get(name, name): value for name, value in typed.items()}


def _meter(form: Form) -> dict[str, Any]:
    """The meter as JSON; nothing when no field but the unit is filled in."""
    typed = {name: field.data for name, field in form._fields.items() if field.data}
    unit = typed.pop("unit", "kwh")
    if "quantity" in typed:
        typed[unit] = typed.pop("quantity")
    return typed


def _forget(payload: dict[str, Any], path: str) -> None:
    """Take a refused value out, its whole row where it stands in one, so that what else is wrong comes to light."""
    found = _PATH.fullmatch(path)
    name = found[1] if found else ""
    row = found[2] if found else None
    if name == "area":
        payload["area"] = "1"
    elif row is not None and isinstance(payload.get(name), list):
        payload[name][int(row)] = _ACCEPTED[name]
    else:
        payload.pop(name, None)


_ACCEPTED: dict[str, dict[str, str]] = {
    "parts": {"kind": "balcony", "area": "0"},
    "terms": {},
    "temperatures": {"celsius": "0", "from": "2000-01-01", "to": "2000-01-01"},
    "outages": {"from": "2000-01-01", "to": "2000-01-01"},
    "payments": {"date": "2000-01-01", "amount": "0"},
}
"""Rows without fault, which keep the places of the others."""


def arguments_of(payload: dict[str, Any]) -> dict[str, str]:
    """A case's JSON, without meter and times of day, as the arguments of the form's address."""
    arguments: dict[str, str] = {}
    for name, value in payload.items():
        if isinstance(value, list):
            for number, row in enumerate(value):
                arguments |= {
                    f"{name}-{number}-{_FIELDS.get(key, key)}": _argument(one) for key, one in row.items()
                }
        else:
            arguments[name] = _argument(value)
    return arguments


def _argument(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
