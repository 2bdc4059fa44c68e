"""Forms of the register import: the file, what its columns mean, the last word before it is applied."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import DateInput

from heatdesk.billing.rules.register_cells import read_amount, read_date
from heatdesk.billing.rules.register_columns import FIELD_NAMES, REQUIRED, USUAL, ColumnMapping, Field
from heatdesk.billing.services.register_opening import ControlTotals
from heatdesk.errors import BadInput, msgid
from heatdesk.i18n import _, lazy
from heatdesk.web.fields import choices

ALL, GOOD = "all", "good"
_NO_DAY = msgid("Say from which day the register holds.")
_ARREARS = "arrears:"
_FOR_ALL = {
    Field.USE_CLASS: {
        "居民": lazy("Residential"),
        "非居民": lazy("Non-residential"),
        "公共": lazy("Public"),
    },
    Field.MODE: {
        "面积": lazy("by area"),
        "计量": lazy("by meter"),
        "蒸汽": lazy("steam"),
        "最低": lazy("agreed minimum"),
    },
    Field.STATE: {"供热": lazy("Supplied"), "报停": lazy("Suspended"), "断网": lazy("Cut off")},
}
"""What may be said for the whole file: the words of registers, and what the reader sees for them."""


class UploadForm(FlaskForm):
    file = FileField(
        lazy("Register file"), [FileRequired(lazy("Choose the file with the register."))],
        render_kw={"accept": ".xlsx,.xls,.ods,.csv,.tsv,.txt"},
    )  # fmt: skip


class DayField(StringField):
    """A day, from the browser's calendar or typed in any usual way."""

    widget = DateInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        day, fault = read_date(valuelist[0] if valuelist else "")
        self.data = day
        if fault is not None:
            raise ValueError(_(fault.message, **fault.values))
        if day is None:
            raise ValueError(_(_NO_DAY))

    def _value(self) -> str:
        return self.data.isoformat() if isinstance(self.data, date) else ""


class AmountField(StringField):
    """An amount in yuan, forgiving commas and full-width digits; empty is nothing."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        amount, fault = read_amount(valuelist[0] if valuelist else "")
        self.data = amount
        if fault is not None:
            raise ValueError(_(fault.message, **fault.values))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:.2f}"


class ColumnsForm(FlaskForm):
    """What each column holds; the fields `column_0` … are added by `columns_form`."""

    effective_on = DayField(lazy("The register holds from"), [InputRequired(lazy(_NO_DAY))])
    branch = StringField(lazy("Branch"), [Length(max=200)])
    use_class = SelectField(FIELD_NAMES[Field.USE_CLASS])
    mode = SelectField(FIELD_NAMES[Field.MODE])
    state = SelectField(FIELD_NAMES[Field.STATE])

    def columns(self) -> list[SelectField]:
        """The choice of each column, in the order of the file."""
        return [field for field in self if field.name.startswith("column_")]

    def first_day(self) -> date:
        """The day typed; raises `BadInput` before the form is validated."""
        if self.effective_on.data is None:
            raise BadInput(_NO_DAY)
        return self.effective_on.data

    def mapping(self, header: Sequence[str]) -> ColumnMapping:
        """The columns as chosen; a fact chosen twice is refused by `refuse_doubles`."""
        fields: dict[Field, int] = {}
        arrears: dict[str, int] = {}
        for column, choice in enumerate(self.columns()):
            if choice.data.startswith(_ARREARS):
                arrears[choice.data.removeprefix(_ARREARS)] = column
            elif choice.data:
                fields[Field(choice.data)] = column
        said = {what: self[what.value].data or "" for what in (*_FOR_ALL, Field.BRANCH)}
        assumed = {what: text.strip() for what, text in said.items() if text.strip() and what not in fields}
        return ColumnMapping(tuple(header), fields, arrears, assumed)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        fits = bool(super().validate(extra_validators))
        return self._refuse_doubles() and fits

    def _refuse_doubles(self) -> bool:
        seen: dict[str, str] = {}
        for choice in self.columns():
            if choice.data and choice.data in seen:
                words = _("“%(other)s” is said to hold the same already.", other=seen[choice.data])
                choice.errors = [*choice.errors, words]
                return False
            seen[choice.data] = str(choice.label.text)
        return True


def columns_form(mapping: ColumnMapping, effective_on: date, seasons: Iterable[str]) -> ColumnsForm:
    """The form of a file with this header; `mapping` is what is chosen beforehand."""
    chosen = {column: what.value for what, column in mapping.fields.items()}
    chosen |= {column: f"{_ARREARS}{season}" for season, column in mapping.arrears.items()}
    offered = _choices({*seasons, *mapping.arrears})
    columns = {
        f"column_{column}": SelectField(name or "–", choices=offered, default=chosen.get(column, ""))
        for column, name in enumerate(mapping.header)
    }
    form: ColumnsForm = type("ColumnsOfFile", (ColumnsForm,), columns)(
        effective_on=effective_on,
        branch=mapping.assumed.get(Field.BRANCH, ""),
        **{what.value: mapping.assumed.get(what, USUAL[what]) for what in _FOR_ALL},
    )
    for what, words in _FOR_ALL.items():
        form[what.value].choices = choices(words.items())
        form[what.value].label.text = _(FIELD_NAMES[what])
    return form


def _choices(seasons: set[str]) -> list[SelectChoice]:
    """Every fact a column may hold; the required ones are marked."""
    facts = [(what.value, _(name) + (" *" if what in REQUIRED else "")) for what, name in FIELD_NAMES.items()]
    arrears = [
        (f"{_ARREARS}{season}", _("Arrears of %(season)s (yuan)", season=season))
        for season in sorted(seasons, reverse=True)
    ]
    return choices([*facts, *arrears], empty=_("– leave out –"))


class ApplyForm(FlaskForm):
    """The choice, and the control totals from the clerk's own books; `arrears_2024-2025` … are added."""

    rows = RadioField(
        lazy("What is imported"),
        [InputRequired(lazy("Say what is to be imported."))],
        choices=choices(
            [
                (ALL, lazy("Nothing until the file is without errors")),
                (GOOD, lazy("The good rows; rows with errors stay out")),
            ]
        ),
    )
    prepayments = AmountField(lazy("Prepayments, yuan"))

    def control_totals(self) -> ControlTotals:
        """What was typed; empty fields count as nothing."""
        arrears = {
            field.name.removeprefix("arrears_"): field.data or Decimal(0)
            for field in self
            if field.name.startswith("arrears_")
        }
        return ControlTotals(arrears, self.prepayments.data)

    def seasons(self) -> list[AmountField]:
        """The fields of arrears, one a season."""
        return [field for field in self if field.name.startswith("arrears_")]


def apply_form(seasons: Iterable[str], *, has_errors: bool) -> ApplyForm:
    """The form for the seasons whose arrears the file brings."""
    fields = {
        f"arrears_{season}": AmountField(_("Arrears of %(season)s (yuan)", season=season))
        for season in seasons
    }
    made: ApplyForm = type("ApplyFile", (ApplyForm,), fields)(rows=None if has_errors else ALL)
    return made
