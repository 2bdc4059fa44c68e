"""Login and password forms."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from heatdesk.auth.services import MIN_PASSWORD_LENGTH
from heatdesk.i18n import lazy


class LoginForm(FlaskForm):
    login = StringField(lazy("Login"), [InputRequired(), Length(max=80)])
    password = PasswordField(lazy("Password"), [InputRequired(), Length(max=200)])


class PasswordForm(FlaskForm):
    current = PasswordField(lazy("Current password"), [InputRequired(), Length(max=200)])
    new = PasswordField(lazy("New password"), [InputRequired(), Length(min=MIN_PASSWORD_LENGTH, max=200)])
