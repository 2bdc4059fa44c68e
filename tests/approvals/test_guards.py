"""What the database itself refuses, whatever the code above it tries."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from heatdesk.approvals.kinds import Effect, get
from heatdesk.approvals.models import Delegation
from heatdesk.approvals.rules import states
from heatdesk.approvals.rules.states import MOVES, RequestState, Verdict
from heatdesk.db import db
from tests.approvals.office import approve, delegate, vote
from tests.approvals.test_deciding import sheet


def attempt(statement, **values):
    with db.session.begin_nested():
        db.session.execute(text(statement), values)


DECIDE = """insert into decision (change_request_id, revision, level, decided_by, on_behalf_of, delegation_id, verdict, payload_hash)
            select id, revision, current_level, :by, :principal, :delegation, 'approve', payload_hash from change_request
             where id = :request"""


def decide(request, by, principal=None, delegation=None):
    attempt(
        DECIDE,
        request=request.id,
        by=by.id,
        principal=principal and principal.id,
        delegation=delegation and delegation.id,
    )


@pytest.fixture
def asked(office):
    """Levels 1 and 2; a proven one, written by the clerk, edited by a colleague."""
    return office.ask("2000.00", kind="proven_reduction", uploads=sheet())


@pytest.mark.parametrize(
    "statement",
    [
        "update change_request set payload = '{}'",
        "update change_request set amount = 1, level_amount = 1",
        "update change_request set levels = '[]'",
        "update change_request set applicant_id = (select max(id) from staff)",
        "update change_request set kind = 'other'",
        "update change_request set number = 'other'",
        "update change_request set revision = 2",
        "update change_request set state = 'applied', current_level = null",
        "update change_request set state = 'rejected', current_level = null",
        "update change_request set state = 'returned', current_level = null",
        "update change_request set state = 'draft', current_level = null",
        "delete from change_request",
        "delete from request_editor",
        "delete from attachment",
        "update attachment set file_name = 'x'",
        "update stored_file set content = ''",
        "update approval_rule set min_amount = 0",
        "delete from approval_rule",
        "insert into request_editor (change_request_id, revision, staff_id) select id, revision, (select max(id) from staff) from change_request",
        "insert into change_request (number, kind, target, target_label, state, applicant_id, reason, payload, payload_hash) "
        "select 'x', 'x', 'x', 'x', 'applied', applicant_id, 'x', '{}', 'x' from change_request",
        "alter table decision disable trigger all",
        "truncate decision",
    ],
)
def test_a_submitted_request_stays_as_it_was_submitted(asked, statement):
    with pytest.raises(DBAPIError):
        attempt(statement)


@pytest.mark.parametrize(
    "statement", ["update decision set reason = 'x'", "delete from decision", "delete from request_effect"]
)
def test_decisions_and_effects_stay(office, asked, statement):
    approve(asked, office.supervisor)
    approve(asked, office.finance)
    with pytest.raises(DBAPIError, match="append-only|permission denied"):
        attempt(statement)


def test_every_move_that_is_not_declared_is_refused(office):
    """Each state reached honestly, then pushed to every other."""
    reached = {
        RequestState.DRAFT: office.ask(submitted=False),
        RequestState.SUBMITTED: office.ask(),
        RequestState.RETURNED: vote(office.ask(), office.supervisor, Verdict.RETURN, "why"),
        RequestState.REJECTED: vote(office.ask(), office.supervisor, Verdict.REJECT, "why"),
        RequestState.APPLIED: approve(office.ask(), office.supervisor),
    }
    for before, request in reached.items():
        for after in RequestState:
            if after != before and (before, after) not in MOVES:
                with pytest.raises(DBAPIError, match=f"from {before} to {after}|current_level|level_while"):
                    attempt(
                        "update change_request set state = :state where id = :id", state=after, id=request.id
                    )


def test_the_declared_moves_name_only_known_states():
    assert {state for move in MOVES for state in move} == set(RequestState)
    assert states.OPEN < states.WITHDRAWABLE


def test_the_applicant_cannot_be_written_as_decider(office, asked):
    with pytest.raises(DBAPIError, match="those who asked"):
        decide(asked, office.clerk)


def test_a_deputy_of_the_applicant_cannot_be_written_as_decider(office):
    request = office.ask(by=office.supervisor)
    delegation = delegate(office.supervisor, office.finance)
    with pytest.raises(DBAPIError, match="those who asked"):
        decide(request, office.finance, office.supervisor, delegation)


def test_one_person_cannot_be_written_twice(office, asked):
    approve(asked, office.supervisor)
    delegation = delegate(office.finance, office.supervisor)
    with pytest.raises(DBAPIError, match="same person"):
        decide(asked, office.supervisor, office.finance, delegation)


def test_who_took_part_cannot_be_written_as_decider(office):
    request = office.ask(took_part=[office.supervisor.id])
    with pytest.raises(DBAPIError, match="took part"):
        decide(request, office.supervisor)


def test_a_deputy_needs_a_delegation_that_fits(office, asked):
    delegation = delegate(office.finance, office.other_supervisor, kinds=["area"])
    with pytest.raises(DBAPIError, match="no such deputy"):
        decide(asked, office.other_supervisor, office.finance, delegation)
    with pytest.raises(DBAPIError, match="deputy_has_delegation"):
        decide(asked, office.other_supervisor, office.finance)


def test_an_ended_delegation_stays_ended(office):
    delegation = delegate(office.finance, office.supervisor)
    attempt("update delegation set ended_at = now()")
    with pytest.raises(DBAPIError, match="has ended"):
        attempt("update delegation set ended_at = null")
    assert (
        db.session.scalar(select(Delegation.from_id).where(Delegation.id == delegation.id))
        == office.finance.id
    )


def test_money_on_a_requests_authority_needs_the_request_to_be_applied(own_app, own_office):
    """Checked when the transaction ends, as the effect comes before the state."""
    request = own_office.ask("10.00")
    with pytest.raises(DBAPIError, match="was not applied"):
        own_office_kind_posts(request, own_office)
        db.session.commit()
    db.session.rollback()


def test_a_part_of_an_effect_is_booked_once(office):
    request = office.ask("10.00")
    own_office_kind_posts(request, office)
    with pytest.raises(DBAPIError, match="uq_journal_change_request_id_effect"):
        own_office_kind_posts(request, office)


def own_office_kind_posts(request, office):
    """The kind's effect called behind the engine's back."""

    effect = Effect(request.id, request.number, request.payload, office.supervisor.id)
    get(request.kind).apply(effect)
