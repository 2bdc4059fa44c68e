"""Opening and closing a business day."""

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from heatdesk.i18n import lazy


class OpenDayForm(FlaskForm):
    branch = SelectField(lazy("Branch"), [InputRequired()], coerce=int)
    day = DateField(lazy("Business day"), [InputRequired()])


class CloseDayForm(FlaskForm):
    """`seen`: how many journals the day had when the page was shown."""

    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
