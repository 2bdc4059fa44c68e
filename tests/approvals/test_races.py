"""Many at once, and killed half-way: one effect or none (research: approvals §13.5, reliability.md I13)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from heatdesk.approvals.errors import AnotherIsOpen, NotWaiting
from heatdesk.approvals.models import ChangeRequest, Decision, RequestEffect
from heatdesk.approvals.rules.states import RequestState, Verdict
from heatdesk.approvals.services import deciding, requests
from heatdesk.approvals.services.deciding import Ballot
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Journal
from heatdesk.db import db, transaction
from heatdesk.errors import Refusal
from heatdesk.people.models import Customer
from tests import factories
from tests.approvals.office import approve

ROUNDS, APPROVERS = 30, 10


def all_at_once(app, deeds):
    """Run every deed in a thread and a transaction of its own; what each ended with."""
    gate = threading.Barrier(len(deeds))

    def run(deed):
        with app.app_context():
            gate.wait()
            try:
                with transaction():
                    deed()
            except (Refusal, DBAPIError) as refusal:
                return type(refusal)
            finally:
                db.session.remove()
        return None

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_ten_approvers_at_once_make_one_effect(own_app, own_office):
    approvers = [factories.make_staff(Role.SUPERVISOR, own_office.branch).id for _ in range(APPROVERS)]
    account = own_office.account("50000.00")
    refused = []
    for _round in range(ROUNDS):
        request = own_office.ask("10.00", by=own_office.clerk, account=account)
        ballot = Ballot(Verdict.APPROVE, deciding.seen_now(request))
        request_id = request.id
        db.session.commit()
        deeds = [
            lambda staff_id=staff_id, number=request_id, ballot=ballot: deciding.decide(
                number, ballot, db.session.get_one(Staff, staff_id)
            )
            for staff_id in approvers
        ]
        refused += [outcome for outcome in all_at_once(own_app, deeds) if outcome is not None]
    assert refused == [NotWaiting] * (ROUNDS * (APPROVERS - 1))
    journals = select(func.count()).where(Journal.change_request_id.is_not(None))
    assert db.session.scalar(journals) == ROUNDS
    assert db.session.scalar(select(func.count()).select_from(RequestEffect)) == ROUNDS
    assert db.session.scalar(select(func.count()).select_from(Decision)) == ROUNDS


def test_of_two_submitted_at_once_one_waits(own_app, own_office):
    account = own_office.account()
    drafts = [own_office.ask(by=own_office.clerk, account=account, submitted=False).id for _ in range(6)]
    clerk_id = own_office.clerk.id
    db.session.commit()

    def submit(request_id):
        by = db.session.get_one(Staff, clerk_id)
        requests.submit(requests.find(request_id, by, lock=True), by=by)

    outcomes = all_at_once(own_app, [lambda number=number: submit(number) for number in drafts])
    assert sorted(outcomes, key=str) == [AnotherIsOpen] * 5 + [None]


def test_parts_split_among_simultaneous_submissions_are_added_up(own_app, own_office):
    customer = db.session.get_one(Customer, own_office.account().customer_id)
    drafts = [
        own_office.ask("9900.00", account=own_office.account(customer=customer), submitted=False).id
        for _ in range(3)
    ]
    clerk_id = own_office.clerk.id
    db.session.commit()

    def submit(request_id):
        by = db.session.get_one(Staff, clerk_id)
        requests.submit(requests.find(request_id, by, lock=True), by=by)

    assert all_at_once(own_app, [lambda number=number: submit(number) for number in drafts]) == [None] * 3
    amounts = db.session.scalars(select(ChangeRequest.level_amount).order_by(ChangeRequest.level_amount))
    assert [int(one) for one in amounts] == [9900, 19800, 29700]


def test_approving_withdrawing_and_returning_at_once_end_in_one_state(own_app, own_office):
    for _round in range(6):
        request = own_office.ask("10.00")
        seen = deciding.seen_now(request)
        request_id, clerk_id, supervisor_id = request.id, own_office.clerk.id, own_office.supervisor.id
        db.session.commit()

        def withdraw(number=request_id, clerk_id=clerk_id):
            by = db.session.get_one(Staff, clerk_id)
            requests.withdraw(requests.find(number, by, lock=True), by=by)

        def give(verdict, number=request_id, seen=seen, staff_id=supervisor_id):
            deciding.decide(number, Ballot(verdict, seen, "why"), db.session.get_one(Staff, staff_id))

        outcomes = all_at_once(own_app, [withdraw, *(lambda one=one: give(one) for one in Verdict)])
        db.session.rollback()
        effects = db.session.scalar(select(func.count()).where(RequestEffect.change_request_id == request_id))
        state = db.session.get_one(ChangeRequest, request_id, populate_existing=True).state
        assert effects == (state == RequestState.APPLIED)
        # What came back can still be withdrawn; nothing else follows anything.
        assert outcomes.count(None) == 1 or state == RequestState.WITHDRAWN


def test_killed_between_decision_and_commit_leaves_nothing(own_app, own_office):
    request = own_office.ask("10.00")
    db.session.commit()
    approve(request, own_office.supervisor)
    assert request.state == RequestState.APPLIED
    pid = db.session.scalar(text("select pg_backend_pid()"))
    admin = create_engine(own_app.config["SQLALCHEMY_DATABASE_URI"])
    with admin.begin() as connection:
        connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
    admin.dispose()
    with pytest.raises(DBAPIError):
        db.session.commit()
    db.session.rollback()
    db.session.remove()
    request = db.session.scalars(select(ChangeRequest)).one()
    assert request.state == RequestState.SUBMITTED
    for table in (Decision, RequestEffect):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert db.session.scalar(select(func.count()).where(Journal.change_request_id.is_not(None))) == 0
    approve(request, db.session.scalars(select(Staff).where(Staff.name == "赵主管")).one())
    assert request.state == RequestState.APPLIED
