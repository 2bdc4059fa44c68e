"""Approval rules change by request: a new set of levels for one kind, from one day on."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import insert, select
from wtforms import DateField, DecimalField, Form, FormField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from heatdesk.approvals.errors import LevelsIncomplete, RuleSetExists, UnknownKind, ValidFromPast
from heatdesk.approvals.kinds import Change, Effect, Kind, Payload, Preview, Target, register
from heatdesk.approvals.models import ApprovalRule
from heatdesk.approvals.rules.levels import Level, are_complete
from heatdesk.approvals.services import people, rule_book
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.auth import staffing
from heatdesk.auth.models import Department
from heatdesk.auth.permissions import ROLE_LABELS, Permission
from heatdesk.dates import today
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy, speaking
from heatdesk.money import MAX_MONEY, ZERO, format_money
from heatdesk.network.models import Branch
from heatdesk.web.fields import choices
from heatdesk.web.pages import scope_branch

MOST_LEVELS = 4
EVERYWHERE = msgid("All branches without rules of their own")


class LevelForm(Form):
    """One level; without a role it does not exist."""

    role = SelectField(lazy("Role"))
    department_id = SelectField(lazy("Department"), coerce=int)
    min_amount = DecimalField(
        lazy("From, yuan"),
        [Optional(), NumberRange(ZERO, MAX_MONEY)],
        places=2,
        default=ZERO,
        render_kw={"data-money": True, "inputmode": "decimal"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, ROLE_LABELS[role]) for role in people.DECIDING_ROLES]
        self.role.choices = choices(roles, empty="–")
        self.department_id.choices = choices(staffing.departments().items())


class ApprovalRuleForm(FlaskForm):
    kind = SelectField(lazy("Kind of request"))
    branch_id = SelectField(lazy("Branch"), coerce=int)
    valid_from = DateField(lazy("Holds from"), [InputRequired()])
    level_1 = FormField(LevelForm, label=lazy("Level 1"))
    level_2 = FormField(LevelForm, label=lazy("Level 2"))
    level_3 = FormField(LevelForm, label=lazy("Level 3"))
    level_4 = FormField(LevelForm, label=lazy("Level 4"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = choices(KIND_TITLES.items())
        branches = select(Branch.id, Branch.name).where(scope_branch(Branch.id)).order_by(Branch.name)
        everywhere = [] if current_user.branch_id else [(0, lazy(EVERYWHERE))]
        self.branch_id.choices = choices([*everywhere, *db.session.execute(branches).all()])


@register
class ApprovalRuleChange(Kind):
    name = "approval_rule"
    title = KIND_TITLES["approval_rule"]
    department = "finance"
    permission = Permission.APPROVAL_RULE_EDIT
    form = ApprovalRuleForm
    undone_by = ("approval_rule",)

    def read(self, form: Any) -> Payload:
        fields = [form[f"level_{number}"].form for number in range(1, MOST_LEVELS + 1)]
        chosen = [one for one in fields if one.role.data]
        if chosen != fields[: len(chosen)]:
            raise LevelsIncomplete
        return {
            "kind": form.kind.data,
            "branch_id": form.branch_id.data or None,
            "valid_from": form.valid_from.data.isoformat(),
            "levels": [
                {
                    "level": number,
                    "min_amount": str(one.min_amount.data or ZERO),
                    "role": one.role.data,
                    "department_id": one.department_id.data,
                }
                for number, one in enumerate(chosen, start=1)
            ],
        }

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        levels = {
            f"level_{level.level}": {
                "role": level.role,
                "department_id": level.department_id,
                "min_amount": level.min_amount,
            }
            for level in _levels(payload)
        }
        return {
            "kind": payload["kind"],
            "branch_id": payload["branch_id"] or 0,
            "valid_from": date.fromisoformat(payload["valid_from"]),
            **levels,
        }

    def target(self, payload: Payload) -> Target:
        """A rule for all branches belongs to none: head office asks for it and decides on it."""
        if payload["kind"] not in KIND_TITLES:
            raise UnknownKind
        branch_id = payload["branch_id"]
        with speaking("en"):
            label = str(KIND_TITLES[payload["kind"]])
        return Target(f"{payload['kind']}:{branch_id or 'all'}", label, branch_id)

    def preview(self, payload: Payload) -> Preview:
        """A set starts on a coming day: which rules held when a request was submitted is then a matter of its date."""
        levels, starts = _levels(payload), date.fromisoformat(payload["valid_from"])
        if not are_complete(levels) or any(one.role not in people.DECIDING_ROLES for one in levels):
            raise LevelsIncomplete
        if starts <= today():
            raise ValidFromPast
        sets = rule_book.sets_of(payload["kind"]).get(payload["kind"], [])
        if any((one.branch_id, one.valid_from) == (payload["branch_id"], starts) for one in sets):
            raise RuleSetExists(day=starts)
        before = rule_book.set_for(payload["kind"], payload["branch_id"], starts)
        rows = [
            Change(f"Level {index + 1}", _words(before, index), _words(levels, index), "words")
            for index in range(max(len(levels), len(before)))
        ]
        place = get_or_refuse(Branch, payload["branch_id"]).name if payload["branch_id"] else EVERYWHERE
        return Preview((Change("Branch", place, place), Change("Holds from", None, starts, "date"), *rows))

    def apply(self, effect: Effect) -> Decimal:
        values = [
            {
                "kind": effect.payload["kind"],
                "branch_id": effect.payload["branch_id"],
                "valid_from": date.fromisoformat(effect.payload["valid_from"]),
                "change_request_id": effect.request_id,
                "level": one.level,
                "min_amount": one.min_amount,
                "role": one.role,
                "department_id": one.department_id,
            }
            for one in _levels(effect.payload)
        ]
        db.session.execute(insert(ApprovalRule).values(values))
        return ZERO


def _levels(payload: Payload) -> list[Level]:
    return [Level.from_json(one) for one in payload["levels"]]


def _words(levels: Sequence[Level], index: int) -> tuple[str, ...] | None:
    """A level as role, department and amount; the words stay English here and are translated when shown."""
    if index >= len(levels):
        return None
    one = levels[index]
    department = get_or_refuse(Department, one.department_id)
    return one.role.replace("_", " ").capitalize(), department.name, f"≥ {format_money(one.min_amount)}"
