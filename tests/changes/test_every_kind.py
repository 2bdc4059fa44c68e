"""What every kind of change request has to stand, whatever it changes (research: approvals §13.5)."""

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from heatdesk.approvals import kinds
from heatdesk.approvals.errors import (
    DeputyOfApplicant,
    NotWaiting,
    OwnRequest,
    StaleRequest,
    WrongDepartment,
)
from heatdesk.approvals.models import ChangeRequest, Decision, RequestEffect
from heatdesk.approvals.rules.states import RequestState, Verdict
from heatdesk.approvals.services import deciding
from heatdesk.approvals.services.deciding import Ballot, Seen
from heatdesk.auth.models import Staff
from heatdesk.billing.models import Journal
from heatdesk.billing.services.verification import report, requests as checks
from heatdesk.db import db
from heatdesk.errors import NotAllowed
from tests.approvals.office import FAKES, approve, delegate, vote
from tests.approvals.test_races import all_at_once
from tests.changes.scenarios import ask, make_world, others, scenarios, send

SCENARIOS = scenarios()


@pytest.fixture(params=SCENARIOS.values(), ids=SCENARIOS.keys())
def scenario(request):
    return request.param


@pytest.fixture
def world(app, scenario):
    return make_world(scenario)


def decide_all(scenario, world, request):
    for name in scenario.deciders:
        approve(request, getattr(world.office, name))
    return request


def test_every_kind_has_a_scenario():
    registered = {one.name for one in kinds.registered()} - {one.name for one in FAKES}
    assert registered == set(SCENARIOS)


def test_nothing_changes_before_the_last_decision_and_then_by_what_was_shown(scenario, world):
    before = scenario.state(world)
    request = ask(scenario, world)
    assert len(request.levels) == len(scenario.deciders)
    for name in scenario.deciders:
        assert scenario.state(world) == before
        approve(request, getattr(world.office, name))
    assert request.state == RequestState.APPLIED
    assert scenario.state(world) != before
    broken = [one for one in map(report._ask, checks.INVARIANTS) if not one.holds]
    assert [(one.id, one.cases) for one in broken] == []


def test_a_later_request_undoes_it(scenario, world):
    assert bool(scenario.back) == bool(kinds.get(scenario.kind).undone_by)
    if scenario.back is None:
        return
    before = scenario.state(world)
    decide_all(scenario, world, ask(scenario, world))
    changed = scenario.state(world)
    kind, payload = scenario.back(world)
    assert kind in kinds.get(scenario.kind).undone_by
    decide_all(scenarios()[kind], world, send(kind, payload, by=world.clerk))
    assert scenario.state(world) != changed
    if not scenario.leaves_trace:
        assert scenario.state(world) == before


def test_whoever_asks_does_not_decide(scenario, world):
    decider = getattr(world.office, scenario.deciders[0])
    request = ask(scenario, world, by=decider)
    before = scenario.state(world)
    with pytest.raises(OwnRequest):
        approve(request, decider)
    assert scenario.state(world) == before


def test_a_deputy_does_not_decide_for_whoever_asks(scenario, world):
    decider = getattr(world.office, scenario.deciders[0])
    [deputy] = others(world, scenario.deciders[0], 1)
    request = ask(scenario, world, by=decider)
    delegate(decider, deputy)
    with pytest.raises(DeputyOfApplicant):
        approve(request, deputy, on_behalf_of=decider)


def test_another_department_does_not_decide(scenario, world):
    request = ask(scenario, world)
    level = request.levels[0]
    strangers = [
        one
        for one in world.office.everybody
        if (str(one.role), one.department_id) != (level["role"], level["department_id"])
        and one is not world.clerk
    ]
    assert strangers
    for stranger in strangers:
        with pytest.raises((WrongDepartment, NotAllowed)):
            approve(request, stranger)


def test_a_stale_page_decides_nothing(scenario, world):
    request = ask(scenario, world)
    decider, before = getattr(world.office, scenario.deciders[0]), scenario.state(world)
    seen = deciding.seen_now(request)
    for stale in (Seen("what was there an hour ago", seen.effect), Seen(seen.request, "another effect")):
        with pytest.raises(StaleRequest):
            vote(request, decider, Verdict.APPROVE, seen=stale)
    assert scenario.state(world) == before


def test_ten_who_decide_at_once_make_one_effect(own_app, scenario):
    world = make_world(scenario)
    request = ask(scenario, world)
    for name in scenario.deciders[:-1]:
        approve(request, getattr(world.office, name))
    approvers = [one.id for one in others(world, scenario.deciders[-1], 10)]
    ballot, number = Ballot(Verdict.APPROVE, deciding.seen_now(request)), request.id
    db.session.commit()
    outcomes = all_at_once(
        own_app,
        [
            lambda one=one: deciding.decide(number, ballot, db.session.get_one(Staff, one))
            for one in approvers
        ],
    )
    assert sorted(map(str, outcomes)) == sorted(map(str, [None, *[NotWaiting] * 9]))
    effects = select(RequestEffect.effect).where(RequestEffect.change_request_id == number)
    found = db.session.scalars(effects).all()
    assert found
    assert len(found) == len(set(found))
    booked = select(Journal.effect, func.count()).where(Journal.change_request_id == number)
    assert all(count == 1 for _effect, count in db.session.execute(booked.group_by(Journal.effect)))


def test_killed_between_decision_and_commit_nothing_was_decided(own_app, scenario):
    world = make_world(scenario)
    request = ask(scenario, world)
    for name in scenario.deciders[:-1]:
        approve(request, getattr(world.office, name))
    decider, number = getattr(world.office, scenario.deciders[-1]), request.id
    before = scenario.state(world)
    db.session.commit()
    decided_before = db.session.scalar(select(func.count()).select_from(Decision))
    approve(request, decider)
    backend = db.session.scalar(select(func.pg_backend_pid()))
    admin = create_engine(own_app.config["SQLALCHEMY_DATABASE_URI"])
    with admin.begin() as connection:
        connection.execute(text("select pg_terminate_backend(:backend)"), {"backend": backend})
    admin.dispose()
    with pytest.raises(DBAPIError):
        db.session.commit()
    db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(ChangeRequest, number).state == RequestState.SUBMITTED
    assert db.session.scalar(select(func.count()).select_from(Decision)) == decided_before
    assert scenario.state(world) == before
    assert approve(request, decider).state == RequestState.APPLIED
