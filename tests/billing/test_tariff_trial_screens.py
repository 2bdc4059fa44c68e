"""The screens of tariff trials: who may, what they show, pressed twice, stopped, removed, taken as files."""

import io
import re
import uuid
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.event import listen, remove

from heatdesk.auth.permissions import Role
from heatdesk.billing import jobs as billing_jobs
from heatdesk.billing.models import Season, TariffTrial, TrialFlat
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.services import tariff_trials, tariffs
from heatdesk.db import db
from heatdesk.jobs import Job
from heatdesk.web.versions import version_of
from tests import factories
from tests.billing.pages import filled
from tests.billing.season_city import RESIDENTIAL, make_city, quiet, run_season, small_shards
from tests.conftest import Person, text_of

NEW = "/billing/tariff-trials/new"


@pytest.fixture
def city(own_app, monkeypatch):
    small_shards(monkeypatch, 9)
    made = make_city(flats=18)
    tariffs.draft(TariffRules.from_parameters({**RESIDENTIAL, "price": "30", "parts": []}), by=made.clerk.id)
    db.session.commit()
    return made


@pytest.fixture
def office_clerk(own_app, city):
    return Person(own_app, city.clerk)


def draft():
    return tariffs.newest("residential")


def form(city, **more):
    return {"season": str(city.season.id), "drafts": [str(draft().id)], "basis": "approved", **more}


def begun(person, city, **more):
    answer = person.post(NEW, form(city, **more))
    assert answer.status_code == 302, text_of(answer)
    return answer.headers["Location"]


def counted(person, city, **more):
    page = begun(person, city, **more)
    tariff_trials.carry_out(int(page.rsplit("/", 1)[1]), quiet)
    return page


def test_from_the_draft_to_the_rows_behind_a_figure(city, office_clerk):
    assert "Try it on the register" in text_of(office_clerk.get(f"/billing/tariffs/{draft().id}"))
    start = office_clerk.get(f"{NEW}?draft={draft().id}").get_data(as_text=True)
    answer = office_clerk.post(NEW, filled(start))
    page = answer.headers["Location"]
    assert "Counting; nothing is posted" in text_of(office_clerk.get(page))
    job = db.session.scalar(select(Job).where(Job.url == page))
    billing_jobs.carry_out_tariff_trial(job)
    assert (job.kind, job.done, job.total) == ("tariff_trial", 2, 2)
    db.session.expire_all()
    trial = db.session.scalar(select(TariffTrial))
    html = office_clerk.get(page).get_data(as_text=True)
    rises = db.session.scalar(
        select(func.count())
        .select_from(TrialFlat)
        .where(TrialFlat.difference > 0, TrialFlat.branch_id == city.branch.id)
    )
    assert re.search(rf'least=0.01"><b>{rises}</b>', html)
    assert f"/billing/tariff-trials/{trial.id}/flats?refused=1" in html
    assert "style=" not in html
    assert html.count('<svg class="bar"') >= 2
    assert "<svg" in html
    links = set(re.findall(rf'href="(/billing/tariff-trials/{trial.id}/flats[^"]*)"', html))
    assert len(links) > 8
    for link in links:
        assert office_clerk.get(link.replace("&amp;", "&")).status_code == 200
    assert "1 season" not in text_of(office_clerk.get("/billing/tariff-trials"))


def test_every_figure_counts_the_rows_it_opens(city, own_app):
    head = Person(own_app, factories.make_staff(Role.MANAGER, None))
    page = counted(head, city)
    html = head.get(page).get_data(as_text=True)
    found = re.findall(rf'<a href="({page}/flats[^"]*)"><b>([\d,]+)</b>', html)
    assert len(found) == 5
    for link, count in found:
        rows = head.get(link.replace("&amp;", "&")).get_data(as_text=True)
        expected = int(count)
        assert rows.count("<tr data-href") == expected, link
    refused = head.get(f"{page}/flats?refused=1")
    assert "The tariff has no rule for" in text_of(refused) or "balcony" in text_of(refused)


def test_a_clerk_sees_the_branch_and_head_office_everything(city, office_clerk, own_app):
    page = counted(office_clerk, city)
    whole = Person(own_app, factories.make_staff(Role.MANAGER, None))
    shown = [
        len(re.findall("<tr data-href", one.get(f"{page}/flats").get_data(as_text=True)))
        for one in (office_clerk, whole)
    ]
    assert shown == [9, 18]
    assert "/households/" in whole.get(f"{page}/flats").get_data(as_text=True)
    foreign = db.session.scalar(
        select(TrialFlat.office_id).where(TrialFlat.branch_id == city.other_branch.id).limit(1)
    )
    assert "No flat fits" in text_of(office_clerk.get(f"{page}/flats?office={foreign}"))


def test_roles(city, office_clerk, own_app):
    page = counted(office_clerk, city)
    cashier = Person(own_app, factories.make_staff(Role.CASHIER, city.branch))
    finance = Person(own_app, factories.make_staff(Role.FINANCE, city.branch))
    supervisor = Person(own_app, city.supervisor)
    for path in (page, f"{page}/flats", f"{page}/export.xlsx", f"{page}/flats.csv", "/billing/tariff-trials"):
        assert cashier.get(path).status_code == 403
        assert finance.get(path).status_code == 200
    for path in (NEW, f"{page}/stop", f"{page}/remove", f"{page}/go-on"):
        assert finance.post(path, form(city)).status_code == 403
    assert "Remove" not in text_of(finance.get(page))
    assert begun(supervisor, city) != page


def test_pressed_twice_is_one_trial(city, office_clerk):
    sent = form(city, request_id=str(uuid.uuid4()))
    answers = [office_clerk.post(NEW, sent) for _press in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert db.session.scalar(select(func.count()).select_from(TariffTrial)) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"drafts": []}, "Choose at least one draft"),
        ({"drafts": ["999"]}, "not a valid choice"),
        ({"season": "999"}, "Not a valid choice"),
        ({"basis": "wishes"}, "Not a valid choice"),
        ({"basis": "charged"}, "has no bills yet"),
    ],
)
def test_what_cannot_be_tried_is_said_on_the_form(city, office_clerk, change, sentence):
    answer = office_clerk.post(NEW, form(city, **change))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert db.session.scalar(select(func.count()).select_from(TariffTrial)) == 0


def test_a_draft_approved_while_the_form_was_open_is_refused(city, office_clerk):
    sent = form(city)
    row = draft()
    tariffs.withdraw(row.id, seen=version_of(row), by=city.clerk.id, may_draft=True, may_approve=False)
    db.session.commit()
    assert office_clerk.post(NEW, sent).status_code == 422
    assert "There is nothing to try" in text_of(office_clerk.get(NEW))


def test_the_result_of_an_older_text_says_so(city, office_clerk):
    page = counted(office_clerk, city)
    assert "older text" not in text_of(office_clerk.get(page))
    row = draft()
    reworded = TariffRules.from_parameters({**RESIDENTIAL, "price": "31"})
    tariffs.edit(row.id, reworded, seen=version_of(row), by=city.clerk.id)
    db.session.commit()
    assert "This is the result of its older text" in text_of(office_clerk.get(page))


def test_stopped_gone_on_with_and_removed(city, office_clerk):
    page = begun(office_clerk, city)
    assert office_clerk.post(f"{page}/remove").status_code == 409
    assert office_clerk.post(f"{page}/go-on").status_code == 302
    assert office_clerk.post(f"{page}/stop").status_code == 302
    assert office_clerk.post(f"{page}/stop").status_code == 409
    assert office_clerk.post(f"{page}/go-on").status_code == 409
    assert "stopped" in text_of(office_clerk.get(page))
    assert office_clerk.get(page, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    request_id = str(uuid.uuid4())
    for _press in range(2):
        assert office_clerk.post(f"{page}/remove", {"request_id": request_id}).status_code == 302
    assert office_clerk.get(page).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(TariffTrial)) == 0


def test_the_files_hold_what_the_page_shows(city, office_clerk):
    page = counted(office_clerk, city)
    book = openpyxl.load_workbook(io.BytesIO(office_clerk.get(f"{page}/export.xlsx").data))
    assert book.sheetnames == [
        "By use",
        "By office",
        "By community",
        "Distribution",
        "Largest rises",
        "Largest falls",
    ]
    uses = {row[0].value: row[5].value for row in book["By use"].iter_rows(min_row=2)}
    own = (TrialFlat.branch_id == city.branch.id, TrialFlat.use_class == "residential")
    assert uses["Residential"] == float(db.session.scalar(select(func.sum(TrialFlat.difference)).where(*own)))
    lines = office_clerk.get(f"{page}/flats.csv").get_data(as_text=True).splitlines()
    assert lines[0].startswith("\ufeffCard no.,Name,")
    assert len(lines) == 1 + 9
    assert any("The tariff" in line or "rule" in line for line in lines)


def test_a_name_like_a_formula_stays_a_text(city, office_clerk):
    page = counted(office_clerk, city)
    db.session.execute(text("update customer set name = '=1+1'"))
    db.session.commit()
    assert "'=1+1" in office_clerk.get(f"{page}/flats.csv").get_data(as_text=True)


def test_against_the_bills(city, office_clerk):
    run_season(city)
    page = counted(office_clerk, city, basis="charged")
    assert "what the season's bills say" in text_of(office_clerk.get(page))


def test_an_empty_register(city, office_clerk):
    season = factories.make_season(2010)
    db.session.commit()
    page = counted(office_clerk, city, season=str(season.id))
    assert "No flat was tried" in text_of(office_clerk.get(page))
    assert db.session.get_one(Season, season.id).code == "2010-2011"


def test_the_page_of_results_asks_no_query_per_row(city, office_clerk):
    page = counted(office_clerk, city)
    seen = []

    def note(*event):
        seen.append(event[2])

    listen(db.engine, "before_cursor_execute", note)
    try:
        office_clerk.get(f"{page}/flats")
    finally:
        remove(db.engine, "before_cursor_execute", note)
    assert len(seen) < 16


def test_kept_for_thirty_days(city, office_clerk):
    page = counted(office_clerk, city)
    trial = db.session.scalar(select(TariffTrial))
    until = (trial.started_at + timedelta(days=30)).date().isoformat()
    assert f"kept until {until}" in text_of(office_clerk.get(page))
