"""One valve job: every move by whom it may be made, once, from the page that was seen; the guards below the code."""

import io
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission, Role
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.errors import Missing, NotAllowed
from heatdesk.service.errors import (
    ExecutedInFuture,
    ExecutedTooEarly,
    JobIsOpen,
    JobMoved,
    MoveNotAllowed,
    NotATechnician,
    PhotoMissing,
    PhotoNotTaken,
    ReasonMissing,
    SealMissing,
    TooManyPhotos,
)
from heatdesk.service.models import Ticket, TicketEvent, TicketPhoto
from heatdesk.service.rules.states import MOVES, OPEN, TicketState, Verb
from heatdesk.service.services import photos, tickets, valve_jobs
from tests import factories
from tests.approvals.test_races import all_at_once
from tests.service.field import photo


@pytest.fixture
def job(field):
    field.ask("suspension", "2026-11-15")
    return field.job()


def test_a_job_goes_through_the_field_with_its_history(field, job):
    due = today() + timedelta(days=2)
    valve_jobs.assign(job.id, field.technician.id, due, seen=1, by=field.dispatcher)
    valve_jobs.obstruct(job.id, "nobody_home", "二次上门", seen=2, by=field.technician)
    assert (job.state, job.obstacle) == (TicketState.WAITING, "nobody_home")
    valve_jobs.resume(job.id, due, seen=3, by=field.dispatcher)
    field.turn("2026-11-20")
    assert (job.state, job.seal_number, job.executed_by) == (
        TicketState.RESOLVED,
        "0417",
        field.technician.id,
    )
    assert job.obstacle is None
    verbs = [one.verb for one in tickets.history(job)]
    assert verbs == [Verb.OPEN, Verb.ASSIGN, Verb.OBSTRUCT, Verb.RESUME, Verb.EXECUTE]
    assert job.version == len(verbs)


def test_carried_out_twice_is_carried_out_once(field, job):
    field.turn("2026-11-20")
    before = field.charged()
    with pytest.raises(MoveNotAllowed, match="carried out"):
        field.turn("2026-11-20", job=job)
    assert field.charged() == before


def test_a_page_from_before_moves_nothing(field, job):
    valve_jobs.assign(job.id, field.technician.id, today(), seen=1, by=field.dispatcher)
    for deed in (
        lambda: field.turn("2026-11-20", seen=1),
        lambda: valve_jobs.obstruct(job.id, "refused", "", seen=1, by=field.technician),
        lambda: valve_jobs.void(job.id, "no longer", seen=1, by=field.dispatcher),
    ):
        with pytest.raises(JobMoved):
            deed()
    assert job.state == TicketState.ASSIGNED


@pytest.mark.parametrize("role", [one for one in Role if one != Role.ADMINISTRATOR])
def test_each_move_wants_its_permission(field, job, role):
    person = factories.make_staff(role, field.office.branch)
    deeds = {
        Permission.TICKET_DISPATCH: lambda: valve_jobs.assign(
            job.id, field.technician.id, today(), seen=job.version, by=person
        ),
        Permission.TICKET_EXECUTE: lambda: valve_jobs.obstruct(
            job.id, "refused", "", seen=job.version, by=person
        ),
    }
    for permission, deed in deeds.items():
        if person.may(permission):
            deed()
        else:
            with pytest.raises(NotAllowed):
                deed()


def test_no_person_makes_the_moves_of_crossings(field, job):
    for verb in (Verb.WITHDRAW, Verb.REINSTATE):
        with pytest.raises((NotAllowed, MoveNotAllowed)):
            tickets.fire(job, verb, by=field.dispatcher)


def test_another_branch_sees_no_job(field, job):
    branch = factories.make_branch()
    stranger = factories.make_staff(Role.TECHNICIAN, branch)
    with pytest.raises(Missing):
        field.turn("2026-11-20", by=stranger)
    with pytest.raises(NotATechnician):
        valve_jobs.assign(job.id, stranger.id, today(), seen=1, by=field.dispatcher)
    with pytest.raises(NotATechnician):
        field.turn("2026-11-20", executed_by=field.office.clerk.id)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"seal_number": ""}, SealMissing),
        ({"photos": []}, PhotoMissing),
        ({"executed_on": date(2027, 4, 11)}, ExecutedInFuture),
        ({"executed_on": date(2026, 11, 14)}, ExecutedTooEarly),
    ],
)
def test_a_closed_valve_wants_its_proof(field, job, values, refusal):
    with pytest.raises(refusal), db.session.begin_nested():
        field.turn("2026-11-20", **values)
    assert job.state == TicketState.NEW


def test_a_sheet_stands_for_the_photo(field, job):
    field.turn("2026-11-20", photos=[], from_sheet=True, by=field.office.clerk)
    assert job.state == TicketState.RESOLVED


def test_why_not_has_to_be_said(field, job):
    with pytest.raises(ReasonMissing):
        valve_jobs.obstruct(job.id, "other", "", seen=1, by=field.technician)


def test_a_withdrawn_job_changes_nothing_and_may_be_asked_for_again(field, job):
    valve_jobs.void(job.id, "用户撤回", seen=1, by=field.dispatcher)
    assert field.charged() == 2500
    field.ask("suspension", "2026-11-15")
    assert field.job().id != job.id


def test_only_one_job_of_a_kind_is_open(field, job):
    with pytest.raises(JobIsOpen, match=job.number):
        field.ask("suspension", "2026-11-16")


class TestPhotos:
    def test_it_is_drawn_anew_without_place(self, field, job):
        exif = Image.Exif()
        exif[0x010F] = "a phone"
        exif.get_ifd(0x8825)[1] = "N"
        sent = photo((3000, 2000), "JPEG", exif=exif)
        assert b"a phone" in sent
        field.turn("2026-11-20", photos=[("seal.jpg", sent)])
        [kept] = photos.of(job.id)
        content = photos.content_of(job, kept.id)
        drawn = Image.open(io.BytesIO(content))
        assert b"a phone" not in content
        assert not drawn.getexif()
        assert max(drawn.size) == 1600

    @pytest.mark.parametrize(
        "content",
        [
            b"MZ this is a program",
            b"",
            b"\xff\xd8\xff\xe0 cut off",
            photo((9000, 9000)),
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        ],
        ids=["program", "empty", "cut", "bomb", "svg"],
    )
    def test_what_is_no_photo_is_refused_and_the_job_stays(self, field, job, content):
        with pytest.raises(PhotoNotTaken), db.session.begin_nested():
            field.turn("2026-11-20", photos=[("seal.png", content)])
        assert job.state == TicketState.NEW
        assert db.session.scalar(select(func.count()).select_from(TicketPhoto)) == 0

    def test_a_bomb_is_small_when_it_comes(self):
        assert len(photo((9000, 9000))) < 400_000

    @pytest.mark.usefixtures("job")
    def test_not_more_than_six(self, field):
        with pytest.raises(TooManyPhotos), db.session.begin_nested():
            field.turn("2026-11-20", photos=[(f"{n}.png", photo((64 + n, 48))) for n in range(7)])

    def test_a_photo_of_another_job_is_not_shown(self, field, job):
        field.turn("2026-11-20")
        [kept] = photos.of(job.id)
        field.ask("resumption", "2027-01-10")
        with pytest.raises(Missing):
            photos.content_of(field.job(), kept.id)


@pytest.mark.usefixtures("job")
class TestGuards:
    """What goes around the service is refused by the database."""

    @pytest.mark.parametrize(
        "statement",
        [
            "update ticket set state = 'resolved', executed_on = current_date, executed_by = 1",
            "update ticket set due_on = due_on + 1",
            "update ticket set version = version + 1",
            "update ticket_event set note = 'other'",
            "delete from ticket_event",
            "delete from ticket",
            "truncate ticket cascade",
            "insert into ticket_event (ticket_id, number, verb, from_state, to_state, actor_id) select ticket_id, 2, 'execute', 'void', 'resolved', actor_id from ticket_event",
            "update ticket set card_no = 'other', version = 2",
        ],
    )
    def test_a_change_without_its_event_is_refused(self, statement):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(statement))

    @pytest.mark.parametrize(
        "statement",
        [
            "insert into ticket_event (ticket_id, number, verb, from_state, to_state, actor_id) select ticket_id, 2, 'void', 'new', 'void', actor_id from ticket_event",
            "insert into ticket (number, type, cause, branch_id, premises_id, customer_id, account_id, card_no, wanted_on, due_on) select 'V1', 'open_valve', cause, branch_id, premises_id, customer_id, account_id, card_no, wanted_on, due_on from ticket",
        ],
        ids=["event without its ticket", "ticket without its event"],
    )
    def test_at_the_end_ticket_and_history_agree(self, statement):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(statement))
            db.session.execute(text("set constraints all immediate"))

    def test_the_moves_of_the_code_are_those_of_the_database(self):
        body = db.session.scalar(text("select prosrc from pg_proc where proname = 'ticket_event_is_a_move'"))
        for move in MOVES:
            start = "" if move.start is None else move.start.value
            assert f"('{start}', '{move.verb.value}', '{move.end.value}')" in body
        assert body.count("', '") == 2 * len(MOVES)


def test_two_who_carry_it_out_at_once_move_the_bill_once(own_app, own_field):
    field = own_field
    field.ask("suspension", "2026-11-15")
    ticket_id, technician_id = field.job().id, field.technician.id
    db.session.commit()

    def turn():
        execution = valve_jobs.Execution(
            seen=1,
            executed_on=date(2026, 11, 15),
            executed_by=technician_id,
            seal_number="1",
            from_sheet=True,
        )
        valve_jobs.execute(ticket_id, execution, by=db.session.get_one(Staff, technician_id))

    outcomes = all_at_once(own_app, [turn] * 6)
    assert sorted(map(str, outcomes)) == sorted(map(str, [None, *[JobMoved] * 5]))
    assert field.charged() == 500


def test_killed_before_the_commit_the_valve_is_as_it_was(own_app, own_field):
    field = own_field
    field.ask("suspension", "2026-11-15")
    ticket_id = field.job().id
    db.session.commit()
    field.turn("2026-11-15")
    backend = db.session.scalar(select(func.pg_backend_pid()))
    admin = create_engine(own_app.config["SQLALCHEMY_DATABASE_URI"])
    with admin.begin() as connection:
        connection.execute(text("select pg_terminate_backend(:backend)"), {"backend": backend})
    admin.dispose()
    with pytest.raises(DBAPIError):
        db.session.commit()
    db.session.rollback()
    db.session.expire_all()
    ticket = db.session.get_one(Ticket, ticket_id)
    assert ticket.state in OPEN
    assert db.session.scalar(select(func.count()).select_from(TicketEvent)) == 1
    assert db.session.scalar(select(func.count()).select_from(TicketPhoto)) == 0
    assert field.charged() == 2500
    field.turn("2026-11-15")
    db.session.commit()
    assert field.charged() == 500
