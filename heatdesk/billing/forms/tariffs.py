"""The form of a tariff draft: the parameters every price document has; rarer ones are kept as they are."""

from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.validators import Optional, StopValidation

from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.rules.states import AreaBase, AreaPartKind, PriceUnit, UseClass
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.i18n import _, lazy
from heatdesk.web.fields import Present, QuantityField, choices, text_field

PRICE_UNITS = {
    PriceUnit.SEASON: lazy("yuan per m² and season"),
    PriceUnit.MONTH: lazy("yuan per m² and month"),
    PriceUnit.DAY: lazy("yuan per m² and day"),
}
AREA_BASES = {
    AreaBase.BUILDING: lazy("building area"),
    AreaBase.INNER: lazy("inner area"),
    AreaBase.USABLE: lazy("usable area"),
}
BALCONY = {
    "": lazy("no rule: balconies cannot be recorded"),
    "in": lazy("counted in the area"),
    "beside": lazy("measured besides"),
}
HEIGHTS = {"": lazy("none"), "step": lazy("per step of height")}


class TariffForm(FlaskForm):
    """Shares are typed in per cent, as the documents state them."""

    seen = HiddenField()
    document_no = text_field(
        lazy("Document number"), longest=100, description=lazy("文号, as printed on the decision.")
    )
    document_title = text_field(lazy("Title of the document"), required=False)
    valid_from = DayField(
        lazy("Valid from"),
        [Present()],
        description=lazy("A season takes the version in force on its first day."),
    )
    price = QuantityField(lazy("Price"), [Present()], above=Decimal(0), most=Decimal(1000))
    price_unit = SelectField(lazy("Price is"), choices=choices(PRICE_UNITS.items()))
    months = QuantityField(lazy("Months of a season"), above=Decimal(0), most=Decimal(12))
    area_base = SelectField(lazy("Area that counts"), choices=choices(AREA_BASES.items()))
    divisor = QuantityField(
        lazy("Building area ÷"),
        [Optional()],
        above=Decimal(0),
        most=Decimal(10),
        places=4,
        description=lazy("Where the inner or usable area is not recorded; 1.333 in Harbin."),
    )
    balcony = SelectField(lazy("Balcony"), choices=choices(BALCONY.items()))
    balcony_heated = QuantityField(lazy("Heated balcony counts ×"), [Optional()], most=Decimal(2))
    balcony_unheated = QuantityField(lazy("Unheated balcony counts ×"), [Optional()], most=Decimal(2))
    height = SelectField(lazy("Over-height"), choices=choices(HEIGHTS.items()))
    above_m = QuantityField(lazy("Above (m)"), [Optional()], above=Decimal(0), most=Decimal(20))
    step_m = QuantityField(lazy("Step (m)"), [Optional()], above=Decimal(0), most=Decimal(5))
    step_percent = QuantityField(lazy("Each step adds (%)"), [Optional()], most=Decimal(100))
    suspended_percent = QuantityField(
        lazy("Due while suspended (%)"),
        [Optional()],
        most=Decimal(100),
        description=lazy("The basic fee. Empty: heat cannot be suspended under this tariff."),
    )
    cut_percent = QuantityField(lazy("Due while cut off (%)"), [Optional()], most=Decimal(100))

    def validate_months(self, field: Any) -> None:
        if self.price_unit.data != PriceUnit.MONTH:
            return
        if field.data is None or field.data != field.data.to_integral_value():
            raise StopValidation(_("A price per month needs the whole months of a season, such as 5."))

    def validate_divisor(self, field: Any) -> None:
        if field.data is not None and self.area_base.data == AreaBase.BUILDING:
            raise StopValidation(_("The building area needs no conversion; leave this empty."))

    def validate_height(self, field: Any) -> None:
        given = [self.above_m.data, self.step_m.data, self.step_percent.data]
        if field.data == "step" and None in given:
            raise StopValidation(_("Say above which height, by which step, and what each step adds."))

    def validate_cut_percent(self, field: Any) -> None:
        if field.data is not None and self.suspended_percent.data is None:
            raise StopValidation(_("Say first what is due while suspended."))

    def rules(self, use_class: UseClass, start: dict[str, Any]) -> Tariff:
        """What was typed on top of `start`, whose rarer parameters stay; raises `BadInput` where they do not fit."""
        given = {
            **start,
            "use_class": use_class.value,
            "document_no": self.document_no.data,
            "document_title": self.document_title.data or "",
            "valid_from": self.valid_from.data,
            "price": self.price.data,
            "price_unit": self.price_unit.data,
            "months": None if self.months.data is None else int(self.months.data),
            "area": {**start.get("area", {}), "base": self.area_base.data, "divisor": self.divisor.data},
            "height": self._height(start.get("height")),
            "parts": self._parts(start.get("parts", [])),
            "suspension": self._suspension(start.get("suspension")),
        }
        return Tariff.from_parameters(given)

    def _height(self, before: dict[str, Any] | None) -> dict[str, Any] | None:
        if self.height.data not in ("", "step"):
            return before
        if self.height.data == "":
            return None
        kept = before if before and before.get("family") == "step" else {}
        share = (self.step_percent.data or Decimal(0)) / 100
        return {
            **kept,
            "family": "step",
            "above_m": self.above_m.data,
            "step_m": self.step_m.data,
            "share": share,
        }

    def _parts(self, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
        others = [part for part in before if part["kind"] != AreaPartKind.BALCONY]
        if not self.balcony.data:
            return others
        known: dict[str, Any] = next((part for part in before if part["kind"] == AreaPartKind.BALCONY), {})
        heated = Decimal(1) if self.balcony_heated.data is None else self.balcony_heated.data
        balcony = {
            **known,
            "kind": AreaPartKind.BALCONY.value,
            "in_area": self.balcony.data == "in",
            "by_net_height": [{"above_m": "0", "coefficient": heated}],
            "unheated": self.balcony_unheated.data,
        }
        return [balcony, *others]

    def _suspension(self, before: dict[str, Any] | None) -> dict[str, Any] | None:
        if self.suspended_percent.data is None:
            return None
        cut = self.cut_percent.data
        share = self.suspended_percent.data / 100
        return {**(before or {}), "share": share, "cut_share": None if cut is None else cut / 100}


def filled_from(parameters: dict[str, Any]) -> dict[str, Any]:
    """The form's fields as a stored version has them."""
    area, height = parameters.get("area", {}), parameters.get("height") or {}
    suspension = parameters.get("suspension") or {}
    found = [part for part in parameters.get("parts", []) if part["kind"] == AreaPartKind.BALCONY]
    balcony: dict[str, Any] = found[0] if found else {}
    heated = balcony.get("by_net_height", [{"coefficient": "1"}])[0]["coefficient"] if balcony else None
    return {
        **{name: parameters.get(name) for name in ("document_no", "document_title", "price_unit")},
        "price": _number(parameters.get("price")),
        "months": _number(parameters.get("months")),
        "area_base": area.get("base"),
        "divisor": _number(area.get("divisor")),
        "balcony": "" if not balcony else "in" if balcony["in_area"] else "beside",
        "balcony_heated": _number(heated),
        "balcony_unheated": _number(balcony.get("unheated")),
        "height": height.get("family", ""),
        "above_m": _number(height.get("above_m")),
        "step_m": _number(height.get("step_m")),
        "step_percent": _percent(height.get("share")),
        "suspended_percent": _percent(suspension.get("share")),
        "cut_percent": _percent(suspension.get("cut_share")),
    }


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _percent(share: Any) -> Decimal | None:
    """0.2 → 20, without a tail of zeros."""
    if share is None:
        return None
    hundred = Decimal(str(share)) * 100
    return hundred.quantize(Decimal(1)) if hundred == hundred.to_integral_value() else hundred.normalize()
