"""Approval rules of one kind: finance decides alone on areas, from a coming day on."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from heatdesk.approvals.models import ApprovalRule
from heatdesk.auth.models import Department
from heatdesk.dates import today
from heatdesk.db import db
from tests.changes.scenarios import Scenario


def payload(_world, role="finance", department="finance", days=1):
    department_id = db.session.scalars(select(Department.id).where(Department.code == department)).one()
    level = {"level": 1, "min_amount": "0", "role": role, "department_id": department_id}
    starts = today() + timedelta(days=days)
    return {"kind": "area", "branch_id": None, "valid_from": starts.isoformat(), "levels": [level]}


def state(_world):
    rules = db.session.scalars(select(ApprovalRule).where(ApprovalRule.kind == "area")).all()
    return sorted((one.valid_from, one.level, Decimal(one.min_amount), str(one.role)) for one in rules)


SCENARIO = Scenario(
    "approval_rule",
    payload,
    state,
    deciders=("finance", "manager"),
    back=lambda world: ("approval_rule", payload(world, "supervisor", "billing", days=2)),
    head_office=True,
    leaves_trace=True,
)
