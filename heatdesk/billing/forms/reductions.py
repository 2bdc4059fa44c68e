"""Forms of requests that lower or raise a bill: whose, of which season, and what each kind wants to know."""

from datetime import time
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Form as Fields, FormField, IntegerField, SelectField, TextAreaField, TimeField
from wtforms.validators import Length, NumberRange, Optional

from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.services import reduction_choices
from heatdesk.errors import msgid
from heatdesk.i18n import _, lazy
from heatdesk.money import MAX_MONEY, ZERO
from heatdesk.web.fields import Present, QuantityField, choices, half_width, text_field

SPELLS = ("spell_1", "spell_2", "spell_3", "spell_4")
GROUNDS = {
    "death": msgid("death"),
    "bankruptcy": msgid("bankruptcy"),
    "enforcement_ended": msgid("enforcement ended by the court"),
    "over_three_years": msgid("unpaid for over three years"),
}
"""On what grounds a debt may be written off."""


class ReductionForm(FlaskForm):
    """Whose bill, of which season."""

    card_no = text_field(lazy("Card no."), longest=40, filters=[half_width])
    season_id = SelectField(lazy("Season"), [Present()], coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.season_id.choices = choices(reduction_choices.seasons())


class SpellFields(Fields):
    """One measured room; without a temperature there is none."""

    first = DayField(lazy("Cold from"), [Optional()])
    last = DayField(lazy("To (included)"), [Optional()])
    celsius = QuantityField(lazy("Measured °C"), [Optional()], places=1)
    room_area_m2 = QuantityField(
        lazy("Room area m²"),
        [Optional()],
        above=ZERO,
        description=lazy("Only where the tariff reduces by rooms."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        given = (self.first.data, self.last.data, self.celsius.data)
        if not super().validate(extra_validators):
            return False
        if any(one is not None for one in given) and None in given:
            return _fault(self.last, _("Give first day, last day and temperature together."))
        return _in_order(self.first, self.last)


class LowTemperatureForm(ReductionForm):
    spell_1 = FormField(SpellFields, label=lazy("Cold days"))
    spell_2 = FormField(SpellFields, label=lazy("Further cold days or another room"))
    spell_3 = FormField(SpellFields, label=lazy("Further cold days or another room"))
    spell_4 = FormField(SpellFields, label=lazy("Further cold days or another room"))

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if not self.spells():
            first: Any = self.spell_1.form
            return _fault(first.celsius, _("Enter at least one measured temperature with its days."))
        return True

    def spells(self) -> list[Any]:
        """The rooms that were filled in."""
        found = [self[name].form for name in SPELLS]
        return [one for one in found if one.celsius.data is not None]


class LateSupplyForm(ReductionForm):
    late_start_days = IntegerField(lazy("Days that heat began late"), [Optional(), NumberRange(0, 366)])
    early_stop_days = IntegerField(lazy("Days that heat ended early"), [Optional(), NumberRange(0, 366)])

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if not self.late_start_days.data and not self.early_stop_days.data:
            return _fault(self.late_start_days, _("Say by how many days heat began late or ended early."))
        return True


class WriteDownForm(ReductionForm):
    amount = QuantityField(lazy("To be taken off, yuan"), [Present()], above=ZERO, most=MAX_MONEY)


class ReceivableForm(ReductionForm):
    amount = QuantityField(
        lazy("Adjustment, yuan"),
        [Present()],
        most=MAX_MONEY,
        description=lazy("Above zero the bill rises, with a minus before it the bill falls."),
    )


class BadDebtForm(ReductionForm):
    amount = QuantityField(
        lazy("To be written off, yuan"),
        [Optional()],
        above=ZERO,
        most=MAX_MONEY,
        description=lazy("Left empty, all that is owed for the season."),
    )
    grounds = SelectField(
        lazy("Grounds"), choices=choices((code, lazy(label)) for code, label in GROUNDS.items())
    )


class SubsidyForm(ReductionForm):
    kind = SelectField(lazy("Kind of subsidy"), [Present()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = choices((name, name) for name in reduction_choices.subsidy_kinds())


class WithdrawalForm(FlaskForm):
    number = text_field(lazy("Number of the request"), longest=20, filters=[half_width])
    card_no = text_field(
        lazy("Card no."),
        longest=40,
        required=False,
        filters=[half_width],
        description=lazy("Of an outage, only this household; left empty, everybody in it."),
    )


class OutageForm(FlaskForm):
    """When there was no heat, and for whom: one of station, community (or some of its buildings), cards, file."""

    season_id = SelectField(lazy("Season"), [Present()], coerce=int)
    name = text_field(lazy("What happened"), longest=80)
    first = DayField(lazy("No heat from"), [Present()])
    from_time = TimeField(lazy("From, time"), [Optional()], description=lazy("Left empty, whole days count."))
    last = DayField(lazy("To (included)"), [Present()])
    to_time = TimeField(lazy("To, time"), [Optional()])
    station_id = SelectField(lazy("Everybody of the station"), [Optional()])
    community_id = SelectField(lazy("Everybody of the community"), [Optional()])
    buildings = text_field(
        lazy("Only these buildings"),
        required=False,
        description=lazy("Names of buildings of the community, separated by commas."),
    )
    cards = TextAreaField(
        lazy("Or these card numbers"), [Optional(), Length(max=600_000)], render_kw={"rows": 3}
    )
    file = FileField(
        lazy("Or a file with card numbers"),
        description=lazy("xlsx, xls, ods or csv with a column “Card no.” or 卡号."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.season_id.choices = choices(reduction_choices.seasons())
        self.station_id.choices = choices(reduction_choices.stations(), empty="–")
        self.community_id.choices = choices(reduction_choices.communities(), empty="–")

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        begin, end = self.from_time.data, self.to_time.data
        if (begin is None) is not (end is None):
            return _fault(self.to_time, _("Give both times, or neither."))
        if begin and end and self.first.data == self.last.data and end <= begin:
            return _fault(self.to_time, _("The end is before the beginning. Change one of them."))
        return _in_order(self.first, self.last) and self._chooses_once()

    def _chooses_once(self) -> bool:
        chosen = (self.station_id.data, self.community_id.data, self.cards.data, self.file.data)
        if sum(bool(one) for one in chosen) != 1:
            return _fault(self.cards, _("Choose one: a station, a community, card numbers or a file."))
        if self.buildings.data and not self.community_id.data:
            return _fault(self.buildings, _("Choose the community that the buildings belong to."))
        return True

    @property
    def times(self) -> tuple[time, time] | None:
        """From when to when, where it is known to the minute."""
        begin, end = self.from_time.data, self.to_time.data
        return None if begin is None or end is None else (begin, end)


def _fault(field: Any, sentence: str) -> bool:
    """Marks a field whose value does not go with another's."""
    field.errors = [sentence]
    return False


def _in_order(first: Any, last: Any) -> bool:
    if first.data and last.data and last.data < first.data:
        return _fault(last, _("The last day is before the first. Change one of them."))
    return True
