"""Rules change by request: a set that starts later, decided by finance and a manager, never edited."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select

from heatdesk.approvals import kinds
from heatdesk.approvals.errors import LevelsIncomplete, RuleSetExists, ValidFromPast
from heatdesk.approvals.models import ApprovalRule
from heatdesk.approvals.rules.defaults import LEVELS
from heatdesk.approvals.rules.states import RequestState
from heatdesk.approvals.services import requests, rule_book
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.auth.models import Department
from heatdesk.auth.permissions import Role
from heatdesk.dates import now, today
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve
from tests.conftest import Person, text_of


def department(code):
    return db.session.scalars(select(Department.id).where(Department.code == code)).one()


def proposal(office, by_level=(("finance", "finance", "0"), ("manager", "management", "300.00")), **values):
    rows = [
        {"level": number, "role": role, "department_id": department(code), "min_amount": amount}
        for number, (role, code, amount) in enumerate(by_level, start=1)
    ]
    starts = (today() + timedelta(days=1)).isoformat()
    return {"kind": "area", "branch_id": office.branch.id, "valid_from": starts, "levels": rows, **values}


def propose(office, payload=None, by=None):
    by = by or office.supervisor
    made = requests.create(kinds.get("approval_rule"), payload or proposal(office), "fewer hands", by=by)
    requests.submit(made, by=by)
    return made


def test_the_defaults_are_loaded(app):
    levels = {kind: found[0].levels for kind, found in rule_book.sets_of().items()}
    assert levels.keys() == LEVELS.keys() == KIND_TITLES.keys()
    assert [(one.role, one.min_amount) for one in levels["area"]] == [
        ("supervisor", 0), ("finance", 5000), ("manager", 50000),
    ]  # fmt: skip
    assert "administrator" not in {one.role for found in levels.values() for one in found}


def test_an_approved_set_holds_from_its_day_in_its_branch(office):
    request = propose(office)
    approve(request, office.finance)
    approve(request, office.manager)
    assert request.state == RequestState.APPLIED
    before = rule_book.levels_for("area", office.branch.id, Decimal(400), today())
    after = rule_book.levels_for("area", office.branch.id, Decimal(400), today() + timedelta(days=1))
    elsewhere = rule_book.levels_for(
        "area", factories.make_branch().id, Decimal(400), today() + timedelta(days=1)
    )
    assert [len(one) for one in (before, after, elsewhere)] == [1, 2, 1]
    rows = db.session.scalars(
        select(ApprovalRule.change_request_id).where(ApprovalRule.branch_id == office.branch.id)
    )
    assert set(rows) == {request.id}


def test_open_requests_keep_the_levels_they_were_submitted_with(office):
    open_one = office.ask("500.00")
    assert len(open_one.levels) == 1
    rule = propose(office, proposal(office, kind="correction"))
    approve(rule, office.finance)
    approve(rule, office.manager)
    with time_machine.travel(now() + timedelta(days=2)):
        approve(open_one, office.supervisor)
    assert open_one.state == RequestState.APPLIED


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"valid_from": "2026-01-01"}, ValidFromPast),
        ({"levels": []}, LevelsIncomplete),
        (
            {"levels": [{"level": 2, "role": "finance", "department_id": 1, "min_amount": "0"}]},
            LevelsIncomplete,
        ),
        (
            {"levels": [{"level": 1, "role": "finance", "department_id": 1, "min_amount": "5"}]},
            LevelsIncomplete,
        ),
        (
            {"levels": [{"level": 1, "role": "administrator", "department_id": 1, "min_amount": "0"}]},
            LevelsIncomplete,
        ),
    ],
)
def test_impossible_sets_are_refused(office, change, refusal):
    with pytest.raises(refusal):
        propose(office, proposal(office, **change))


def test_two_sets_cannot_start_on_one_day(office):
    first = propose(office)
    approve(first, office.finance)
    approve(first, office.manager)
    with pytest.raises(RuleSetExists):
        propose(office)


def test_rules_for_all_branches_are_head_offices_affair(app, office):
    heads = [factories.make_staff(role, None) for role in (Role.SUPERVISOR, Role.FINANCE, Role.MANAGER)]
    request = propose(office, proposal(office, branch_id=None), by=heads[0])
    assert request.branch_id is None
    assert Person(app, office.finance).get(f"/requests/{request.id}").status_code == 404
    approve(request, heads[1])
    approve(request, heads[2])
    assert len(rule_book.levels_for("area", office.branch.id, Decimal(400), today() + timedelta(days=1))) == 2


def test_a_rule_is_proposed_on_its_form(app, office):
    person = Person(app, office.supervisor)
    form = {
        "kind": "area",
        "branch_id": office.branch.id,
        "valid_from": today() + timedelta(days=1),
        "level_1-role": "supervisor",
        "level_1-department_id": department("billing"),
        "level_1-min_amount": "0",
        "level_2-role": "manager",
        "level_2-department_id": department("management"),
        "level_2-min_amount": "8000",
        "reason": "finance is on leave",
        **{f"level_{number}-{name}": value for number in (3, 4)
           for name, value in (("role", ""), ("department_id", department("billing")), ("min_amount", ""))},
    }  # fmt: skip
    answer = person.post("/requests/new/approval_rule", form)
    assert answer.status_code == 302, text_of(answer)
    page = text_of(person.get(answer.headers["Location"]))
    assert "Manager · Management · ≥ 8,000.00" in page
    assert "Finance · Finance department · ≥ 5,000.00" in page
    edit = person.get(answer.headers["Location"] + "/edit")
    assert "8000" in edit.get_data(as_text=True)
    gap = {**form, "level_1-role": ""}
    assert "without gaps" in text_of(person.post("/requests/new/approval_rule", gap))
