"""Fields that forgive how people type here: full-width digits, commas, stray blanks, units."""

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError

from heatdesk.i18n import _

MAX_NAME = 200


def one_line(value: str | None) -> str:
    """One line without unseen signs; runs of blanks become one, those at both ends none."""
    seen = "".join(sign if sign.isprintable() else " " for sign in value or "")
    return " ".join(seen.split())


def half_width(value: str | None) -> str:
    """As `one_line`, with full-width letters and digits made half-width: ２６号楼 and 26号楼 are one building."""
    return one_line(unicodedata.normalize("NFKC", value or ""))


def text_field(label: Any, *, required: bool = True, longest: int = MAX_NAME, **options: Any) -> StringField:
    """A one-line text of at most `longest` signs; blanks alone count as nothing."""
    present = Present() if required else Optional()
    filters = options.pop("filters", [one_line])
    return StringField(label, [present, Length(max=longest)], filters=filters, **options)


class Present(InputRequired):
    """Something other than blanks must be typed."""

    def __call__(self, _form: Any, field: Any) -> None:
        if not field.data:
            raise StopValidation(_("Please fill this in."))


class QuantityField(StringField):
    """A number such as 89.50 or ８９．５ ㎡ as `Decimal` with at most `places` places, or None."""

    def __init__(
        self,
        label: Any,
        validators: Sequence[Any] = (),
        *,
        above: Decimal | None = None,
        most: Decimal = Decimal(99_999),
        places: int = 2,
        **options: Any,
    ) -> None:
        self.above, self.most, self.places = above, most, places
        options.setdefault("render_kw", {"data-number": True, "inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label, validators, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = (
            half_width(valuelist[0] if valuelist else "")
            .replace(",", "")
            .replace("m2", "")
            .replace("−", "-")
            .strip()
        )
        self.data = None
        if not typed:
            return
        try:
            self.data = Decimal(typed)
        except InvalidOperation:
            raise ValueError(_("This is not a number. Write it like 89.50.")) from None
        if not self.data.is_finite():
            self.data = None
            raise ValueError(_("This is not a number. Write it like 89.50."))

    def pre_validate(self, _form: Any) -> None:
        if self.data is None:
            return
        if self.above is not None and self.data <= self.above:
            raise ValidationError(_("This must be more than %(least)s.", least=self.above))
        if self.data > self.most:
            raise ValidationError(_("This is more than %(most)s; please check it.", most=self.most))
        if self.data != self.data.quantize(Decimal(1).scaleb(-self.places)):
            raise ValidationError(
                _("Two places after the point are kept; please round it.")
                if self.places == 2
                else _("One place after the point is kept; please round it.")
                if self.places == 1
                else _(
                    "At most %(places)s places after the point are kept; please round it.", places=self.places
                )
            )

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:f}"


def choices(labels: Iterable[tuple[Any, Any]], *, empty: Any = None) -> list[SelectChoice]:
    """(value, label) pairs as the choices of a select field; `empty` is the label of choosing nothing."""
    first = [] if empty is None else [SelectChoice("", empty)]
    return [*first, *(SelectChoice(str(value), label) for value, label in labels)]
