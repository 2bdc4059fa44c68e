"""Opening and closing a business day."""

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from heatdesk.billing.rules.ledger import JournalKind
from heatdesk.billing.rules.workflow import DayState
from heatdesk.i18n import lazy

STATE_LABELS = {DayState.OPEN: lazy("open for business"), DayState.CLOSED: lazy("closed and sealed")}

JOURNAL_LABELS = {
    JournalKind.OPENING: lazy("Opening balance"),
    JournalKind.SEASON_CHARGE: lazy("Season charge"),
    JournalKind.ASSESSMENT: lazy("Assessment"),
    JournalKind.PAYMENT: lazy("Payment"),
    JournalKind.PAYMENT_VOID: lazy("Payment voided"),
    JournalKind.TILL_FLOAT: lazy("Float"),
    JournalKind.TILL_CLOSE: lazy("Till closed"),
}


class OpenDayForm(FlaskForm):
    branch = SelectField(lazy("Branch"), [InputRequired()], coerce=int)
    day = DateField(lazy("Business day"), [InputRequired()])


class CloseDayForm(FlaskForm):
    """`seen`: how many journals the day had when the page was shown."""

    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
