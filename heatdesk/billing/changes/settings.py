"""Settings (参数设置): what a branch rounds cash to and how its card numbers are made, from the approval on."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import Select, select
from wtforms import SelectField

from heatdesk.approvals.kinds import Change, Effect, Kind, Payload, Preview, Target, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.auth.permissions import Permission
from heatdesk.billing.errors import SameSetting
from heatdesk.billing.services import branch_settings
from heatdesk.billing.services.branch_settings import CASH_ROUNDING, SETTINGS
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.network.models import Branch
from heatdesk.web.fields import choices, half_width, text_field
from heatdesk.web.pages import scope_branch


class SettingsForm(FlaskForm):
    branch_id = SelectField(lazy("Branch"), coerce=int)
    cash_rounding = SelectField(
        lazy("Cash is rounded to"),
        choices=choices((value, lazy(word)) for value, word in CASH_ROUNDING.items()),
    )
    card_prefix = text_field(
        lazy("Card numbers begin with"),
        required=False,
        longest=8,
        filters=[half_width],
        description=lazy("Letters and digits, at most eight; empty: a running number alone."),
    )
    card_digits = text_field(
        lazy("Digits of a card number after that"),
        longest=2,
        filters=[half_width],
        description=lazy("From 4 to 16; numbers that were given stay as they are."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = select(Branch.id, Branch.name).where(scope_branch(Branch.id)).order_by(Branch.name)
        self.branch_id.choices = choices(db.session.execute(branches).all())


@register
class SettingsChange(Kind):
    name = "settings"
    title = KIND_TITLES["settings"]
    department = "finance"
    permission = Permission.APPROVAL_RULE_EDIT
    form = SettingsForm
    undone_by = ("settings",)

    def read(self, form: Any) -> Payload:
        """Only what differs is asked for, so that two requests for two settings do not undo each other."""
        now = branch_settings.values_of(get_or_refuse(Branch, form.branch_id.data))
        given = {name: form[name].data or "" for name in SETTINGS}
        values = {name: value for name, value in given.items() if value != now[name]}
        return {
            "branch_id": form.branch_id.data,
            "values": values,
            "was": {name: now[name] for name in values},
        }

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        branch = get_or_refuse(Branch, payload["branch_id"])
        return {
            "branch_id": branch.id,
            **branch_settings.values_of(branch),
            **payload["values"],
        }

    def start(self, given: Mapping[str, str]) -> Mapping[str, Any]:
        """The settings of the branch in the address, else of the reader's own or the first."""
        wanted = given.get("branch_id", "")
        query: Select[Any] = select(Branch).where(scope_branch(Branch.id))
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            query = query.where(Branch.id == int(wanted))
        branch = db.session.scalar(query.order_by(Branch.name).limit(1))
        return {} if branch is None else {"branch_id": branch.id, **branch_settings.values_of(branch)}

    def take_back(self, name: str, payload: Payload) -> Mapping[str, Any]:
        return self.fill({**payload, "values": payload.get("was", {})}) if name == self.name else {}

    def target(self, payload: Payload) -> Target:
        branch = get_or_refuse(Branch, payload["branch_id"])
        return Target(f"branch:{branch.id}", branch.name, branch.id)

    def preview(self, payload: Payload) -> Preview:
        branch_settings.refuse_impossible(payload["values"])
        branch = get_or_refuse(Branch, payload["branch_id"])
        now = branch_settings.values_of(branch)
        rows = [
            Change(
                SETTINGS[name].title,
                branch_settings.words_of(name, now[name]),
                branch_settings.words_of(name, value),
            )
            for name, value in sorted(payload["values"].items())
            if value != now[name]
        ]
        if not rows:
            raise SameSetting
        return Preview((Change(msgid("Branch"), branch.name, branch.name, "text"), *rows))

    def apply(self, effect: Effect) -> Decimal:
        branch = get_or_refuse(Branch, effect.payload["branch_id"], lock=True)
        with effect.part("settings"):
            branch_settings.write(branch, effect.payload["values"])
        return ZERO
