"""The list of till shifts: who sees which, what was asked for, and the same as a workbook."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.models import TillShift
from heatdesk.billing.rules.workflow import ShiftState
from heatdesk.web.pages import day_argument, scope_branch, whole_argument


@dataclass(frozen=True)
class Wanted:
    """The filter of the list, each part None when not asked for."""

    day: date | None
    staff_id: int | None
    state: ShiftState | None

    def conditions(self) -> list[Any]:
        pairs = (
            (TillShift.business_date, self.day),
            (TillShift.staff_id, self.staff_id),
            (TillShift.state, self.state),
        )
        return [column == value for column, value in pairs if value is not None]


def wanted() -> Wanted:
    """What the address asks for; what cannot be read is left out."""
    state = request.args.get("state", "")
    return Wanted(
        day=day_argument("day"),
        staff_id=whole_argument("cashier"),
        state=ShiftState(state) if state in set(ShiftState) else None,
    )


def visible() -> list[Any]:
    """Whoever reads the books sees every till of the branch, a cashier only the own ones."""
    if current_user.may(Permission.LEDGER_VIEW):
        return [scope_branch(TillShift.branch_id)]
    return [TillShift.staff_id == current_user.id]
