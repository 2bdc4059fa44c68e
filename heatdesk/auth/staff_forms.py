"""The form of staff administration."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import ROLE_LABELS, Role
from heatdesk.i18n import lazy
from heatdesk.web.fields import choices, half_width, text_field


class StaffForm(FlaskForm):
    """A member of staff; the login is chosen once."""

    seen = HiddenField()
    login = StringField(
        lazy("Login"),
        [
            InputRequired(),
            Length(min=2, max=40),
            Regexp(r"[a-z0-9][a-z0-9._\-]*\Z", message=lazy("Small letters, digits, . - _")),
        ],
        filters=[half_width],
        description=lazy("Small letters and digits, as in zhangmin; it stays for ever."),
    )
    name = text_field(lazy("Full name"))
    role = SelectField(lazy("Role"), choices=choices(ROLE_LABELS.items()))
    branch_id = SelectField(
        lazy("Branch"),
        coerce=lambda value: int(value) if value else None,
        description=lazy("Head office sees every branch."),
    )
    department_id = SelectField(
        lazy("Department"),
        coerce=lambda value: int(value) if value else None,
        description=lazy("Decides on requests of this department's level."),
    )

    def __init__(
        self,
        branches: dict[int, str],
        departments: dict[int, str],
        *,
        head_office: bool,
        staff: Staff | None = None,
    ) -> None:
        super().__init__(obj=staff)
        self.department_id.choices = choices(departments.items(), empty=lazy("as usual for the role"))
        self.branch_id.choices = choices(branches.items(), empty=lazy("head office") if head_office else None)
        if staff is not None:
            del self.login

    def values(self) -> dict[str, Any]:
        given = {
            "name": self.name.data,
            "role": Role(self.role.data),
            "branch_id": self.branch_id.data,
            "department_id": self.department_id.data,
        }
        return given if self.login is None else {"login": self.login.data, **given}
