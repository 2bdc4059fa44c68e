"""Meters: putting one in, taking it out, reading it, bringing in a file of readings."""

from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.rules.energy import MeterFault
from heatdesk.billing.rules.states import Unit
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.web.fields import Present, QuantityField, choices, half_width, text_field

_MOST = Decimal(99_999_999_999)
UNITS = {Unit.KWH: "kWh", Unit.GJ: "GJ", Unit.TONNE: "t"}
FAULTS = {
    MeterFault.METER: lazy("the meter failed"),
    MeterFault.USER: lazy("the user damaged the meter"),
}


def _shown(label: Any) -> QuantityField:
    return QuantityField(label, [Present0()], most=_MOST, places=3)


class Present0(Present):
    """A figure must be typed; zero is one."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is None:
            super().__call__(form, field)


class MeterForm(FlaskForm):
    card_no = text_field(lazy("Card no."), longest=40, filters=[half_width])
    serial_no = text_field(lazy("Meter no."), longest=60, filters=[half_width])
    unit = SelectField(lazy("Counts in"))
    digits = IntegerField(
        lazy("Whole places"),
        [Optional(), NumberRange(1, 12)],
        description=lazy("How many digits before the point, so that starting again at zero is understood."),
    )
    correction = QuantityField(
        lazy("Correction factor"), [Optional()], above=ZERO, most=Decimal(10), places=4,
        description=lazy("Of the flat's position; left empty, 1."),
    )  # fmt: skip
    minimum = QuantityField(
        lazy("Agreed minimum per period"), [Optional()], most=_MOST, places=3,
        description=lazy("Only for steam and hot water."),
    )  # fmt: skip
    installed_on = DayField(lazy("Put in on"), [Present()])
    opening = _shown(lazy("Reading that day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit.choices = choices(UNITS.items())


class ReadingForm(FlaskForm):
    read_on = DayField(lazy("Read on"), [Present()])
    shown = _shown(lazy("Reading"))
    fault = SelectField(lazy("Fault"), default="")
    remark = text_field(lazy("Remark"), required=False)
    confirmed = BooleanField(lazy("I have checked an unusual reading"))
    takes_out = BooleanField(lazy("The meter was taken out that day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fault.choices = choices(FAULTS.items(), empty=lazy("none"))


class ReadingFileForm(FlaskForm):
    file = FileField(
        lazy("File with readings"),
        [FileRequired(lazy("Choose a file first."))],
        description=lazy(
            "xlsx, xls, ods or csv with the columns 表号 or 卡号, 抄表日期, 读数 and, if need be, 故障."
        ),
    )
    only_good = BooleanField(lazy("Bring in the good rows and leave the others out"))
