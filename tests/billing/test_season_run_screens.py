"""The screens of seasons, runs and jobs: they work, refuse, and say why."""

import io
import uuid
from contextlib import contextmanager

import openpyxl
import pytest
from sqlalchemy import event, func, select

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import SeasonRun
from heatdesk.billing.rules.workflow import RunState
from heatdesk.billing.services import business_days, season_runs
from heatdesk.db import db
from heatdesk.jobs import Job, JobState, execute
from tests import factories
from tests.billing.season_city import make_city, make_steam, small_shards
from tests.conftest import Person, text_of


@pytest.fixture
def city(own_app, monkeypatch):
    small_shards(monkeypatch, 5)
    made = make_city(flats=9)
    make_steam(made)
    make_steam(made._replace(branch=made.other_branch))
    db.session.commit()
    return made


@pytest.fixture
def people(own_app, city):
    return Person(own_app, city.clerk), Person(own_app, city.supervisor)


def do_jobs():
    """What the workers would do now."""
    for job_id in db.session.scalars(select(Job.id).where(Job.state == JobState.QUEUED)).all():
        execute(job_id)


def run_page(city):
    run_id = db.session.scalar(select(func.max(SeasonRun.id)))
    return f"/billing/seasons/{city.season.id}/runs/{run_id}"


def start_trial(city, clerk):
    assert clerk.post(f"/billing/seasons/{city.season.id}/runs").status_code == 302
    do_jobs()
    return run_page(city)


def test_a_run_from_the_button_to_the_bills(city, people):
    clerk, supervisor = people
    page = f"/billing/seasons/{city.season.id}"
    assert "No run yet" in text_of(clerk.get(page))
    clerk.post(f"{page}/runs")
    assert "Counting; nothing is posted." in text_of(clerk.get(run_page(city)))
    do_jobs()
    trial = text_of(supervisor.get(run_page(city)))
    assert "11 Flats" in trial
    assert "Release for posting" in trial
    assert "Release for posting" not in text_of(clerk.get(run_page(city)))
    supervisor.post(f"{run_page(city)}/release")
    do_jobs()
    assert "Posted and visible." in text_of(supervisor.get(run_page(city)))
    assert "billed" in text_of(clerk.get("/billing/seasons"))
    assert "9 Bills" in text_of(head_office(clerk.client.application).get(page))


def head_office(app):
    """Somebody who sees both branches."""
    return Person(app, factories.make_staff(Role.MANAGER, None))


def test_while_it_runs_only_the_bar_is_sent_and_then_the_page_is_asked_for(city, people):
    clerk, _supervisor = people
    clerk.post(f"/billing/seasons/{city.season.id}/runs")
    page = run_page(city)
    fragment = clerk.get(page, headers={"HX-Request": "true"})
    assert "<html" not in fragment.get_data(as_text=True)
    assert "every 1s" in fragment.get_data(as_text=True)
    do_jobs()
    assert clerk.get(page, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_own_release_is_refused_in_words(city, own_app):
    both = Person(own_app, factories.make_staff(Role.SUPERVISOR, city.branch))
    run_id = season_runs.start(city.season.id, by=both.id).id
    db.session.commit()
    season_runs.carry_out(run_id, lambda _done, _total: None)
    answer = both.post(f"{run_page(city)}/release")
    assert answer.status_code == 409
    assert "A second person has to release it" in text_of(answer)


@pytest.mark.parametrize("role", [Role.CASHIER, Role.FINANCE, Role.BILLING_CLERK])
def test_releasing_needs_the_role(city, people, own_app, role):
    page = start_trial(city, people[0])
    someone = Person(own_app, factories.make_staff(role, city.branch))
    assert someone.post(f"{page}/release").status_code == 403
    assert db.session.scalar(select(SeasonRun.state)) == RunState.TRIAL_DONE


def test_starting_and_withdrawing_need_the_role(city, people, own_app):
    finance = Person(own_app, factories.make_staff(Role.FINANCE, city.branch))
    assert finance.post(f"/billing/seasons/{city.season.id}/runs").status_code == 403
    page = start_trial(city, people[0])
    assert finance.post(f"{page}/withdraw").status_code == 403
    assert finance.post(f"{page}/go-on").status_code == 403
    assert finance.get(page).status_code == 200


def test_pressed_twice_is_one_run_and_a_second_press_of_another_page_is_told(city, people):
    clerk, _supervisor = people
    path, once = f"/billing/seasons/{city.season.id}/runs", {"request_id": str(uuid.uuid4())}
    assert clerk.post(path, once).headers["Location"] == clerk.post(path, once).headers["Location"]
    assert db.session.scalar(select(func.count()).select_from(SeasonRun)) == 1
    answer = clerk.post(path)
    assert answer.status_code == 409
    assert "already under way" in text_of(answer)


def test_a_stale_page_cannot_release_twice(city, people):
    clerk, supervisor = people
    page = start_trial(city, clerk)
    assert supervisor.post(f"{page}/release").status_code == 302
    answer = supervisor.post(f"{page}/release")
    assert answer.status_code == 409
    assert "not a finished trial any more" in text_of(answer)


def test_a_withdrawn_run_leaves_nothing_and_another_can_start(city, people):
    clerk, supervisor = people
    page = start_trial(city, clerk)
    assert supervisor.post(f"{page}/withdraw").status_code == 302
    assert clerk.post(f"{page}/withdraw").status_code == 409
    assert "withdrawn" in text_of(clerk.get(page))
    start_trial(city, clerk)


def test_a_run_that_stopped_says_why_and_goes_on(city, people):
    clerk, supervisor = people
    page = start_trial(city, clerk)
    supervisor.post(f"{page}/release")
    business_days.close_day(city.other_branch.id, factories.TODAY, by=supervisor.staff)
    db.session.commit()
    assert "stands still" not in text_of(supervisor.get(page))
    assert "/go-on" not in supervisor.get(page).get_data(as_text=True)
    do_jobs()
    assert city.other_branch.name in text_of(supervisor.get(page))
    assert "/go-on" in supervisor.get(page).get_data(as_text=True)
    factories.open_day(city.other_branch, factories.TODAY.replace(day=22))
    db.session.commit()
    supervisor.post(f"{page}/go-on")
    do_jobs()
    assert "Posted and visible." in text_of(supervisor.get(page))
    assert supervisor.post(f"{page}/go-on").status_code == 409


def test_the_list_of_flats_keeps_to_the_branch_and_goes_to_excel(city, people, own_app):
    page = start_trial(city, people[0])
    words = text_of(people[0].get(f"{page}/exceptions?kind=refused"))
    assert "Charging “steam” does not go by area" in words
    book = openpyxl.load_workbook(io.BytesIO(people[0].get(f"{page}/exceptions.xlsx").data))
    assert len(list(book.active.rows)) == 2
    everywhere = head_office(own_app)
    book = openpyxl.load_workbook(io.BytesIO(everywhere.get(f"{page}/exceptions.xlsx").data))
    assert len(list(book.active.rows)) == 3


def test_a_run_under_another_season_is_not_there(city, people):
    page = start_trial(city, people[0])
    other = factories.make_season(2027)
    db.session.commit()
    assert (
        people[0].get(page.replace(f"seasons/{city.season.id}/", f"seasons/{other.id}/")).status_code == 404
    )


def test_own_jobs_are_found_again_and_others_are_not(city, people):
    clerk, supervisor = people
    start_trial(city, clerk)
    assert "Trial run of season 2026-2027" in text_of(clerk.get("/jobs"))
    job_id = db.session.scalar(select(Job.id))
    assert "100 %" in text_of(clerk.get(f"/jobs/{job_id}"))
    assert "No jobs" in text_of(supervisor.get("/jobs"))
    assert supervisor.get(f"/jobs/{job_id}").status_code == 404


def test_every_page_is_there_in_chinese(city, people):
    clerk, _supervisor = people
    page = start_trial(city, clerk)
    with clerk.client.session_transaction() as session:
        session["language"] = "zh"
    for path in (
        page,
        f"{page}/exceptions",
        "/billing/seasons",
        f"/billing/seasons/{city.season.id}",
        "/jobs",
    ):
        assert clerk.get(path).status_code == 200


@contextmanager
def counted_queries():
    """A list that grows by every statement sent meanwhile."""
    sent = []

    def note(_connection, _cursor, statement, *_more):
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def test_the_pages_cost_no_query_per_row(city, people):
    clerk, supervisor = people
    counts = []
    for _round in range(2):
        page = start_trial(city, clerk)
        with counted_queries() as sent:
            for path in (page, f"{page}/exceptions", "/billing/seasons", "/jobs"):
                assert clerk.get(path).status_code == 200
        counts.append(len(sent))
        supervisor.post(f"{page}/withdraw")
        for _flat in range(12):
            make_steam(city)
        factories.make_season(2027 + _round)
        db.session.commit()
    assert counts[0] == counts[1]
