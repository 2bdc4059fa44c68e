"""Forms of the engine itself; what a kind asks for stands with the kind."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    DecimalField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from heatdesk.approvals.kinds import Kind
from heatdesk.approvals.models import Delegation
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.i18n import lazy
from heatdesk.money import FEN, MAX_MONEY
from heatdesk.web.fields import Present, choices, one_line

MAX_REASON = 1000


@lru_cache(maxsize=64)
def form_for(kind: Kind) -> type[FlaskForm]:
    """The kind's form with what every request carries: why it is asked for, and what the page was made from."""
    reason = TextAreaField(
        lazy("Why"), [Present(), Length(max=MAX_REASON)], filters=[_tidy], render_kw={"rows": 3}
    )
    return type(f"{type(kind).__name__}Form", (kind.form,), {"reason": reason, "seen": HiddenField()})


def as_arguments(data: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """A form's data as the arguments of an address: nested forms and lists by their fields' names."""
    told: dict[str, str] = {}
    for name, value in data.items():
        match value:
            case None | False:
                continue
            case Mapping():
                told |= as_arguments(value, f"{prefix}{name}-")
            case list() if all(isinstance(one, Mapping) for one in value):
                told |= as_arguments({str(at): one for at, one in enumerate(value)}, f"{prefix}{name}-")
            case list():
                told[prefix + name] = "，".join(map(str, value))
            case _:
                told[prefix + name] = "y" if value is True else str(value)
    return told


class DelegationForm(FlaskForm):
    to_id = SelectField(lazy("Deputy"), [InputRequired()], coerce=int)
    valid_from = DateField(lazy("First day"), [InputRequired()])
    valid_to = DateField(lazy("Last day"), [InputRequired()])
    max_amount = DecimalField(
        lazy("Up to, yuan"),
        [Optional(), NumberRange(FEN, MAX_MONEY)],
        places=2,
        description=lazy("Left empty, every amount."),
        render_kw={"data-money": True, "inputmode": "decimal", "autocomplete": "off"},
    )
    kinds = SelectMultipleField(
        lazy("Only these kinds"),
        choices=choices(KIND_TITLES.items()),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=lazy("None ticked, every kind."),
    )
    reason = StringField(lazy("Reason"), [Optional(), Length(max=200)], filters=[one_line])

    def __init__(self, deputies: list[tuple[int, str]], this_day: date, **options: Any) -> None:
        super().__init__(**options)
        self.to_id.choices = choices(deputies)
        if not self.is_submitted():
            self.valid_from.data = self.valid_to.data = this_day

    def delegation(self) -> Delegation:
        return Delegation(
            to_id=self.to_id.data,
            kinds=sorted(self.kinds.data or []),
            max_amount=self.max_amount.data,
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
            reason=self.reason.data or "",
        )


def _tidy(value: str | None) -> str:
    return (value or "").strip()
