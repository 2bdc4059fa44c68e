"""Seasons: created with their partitions, edited while nothing is billed, refused in words."""

import io
import uuid
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select

from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import DaysDoNotFit, SeasonCodeTaken, SeasonIsBilled, SeasonOverlaps
from heatdesk.billing.models import Season
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.services import seasons
from heatdesk.db import db
from heatdesk.web.versions import version_of
from tests import factories
from tests.conftest import Person, text_of

WINTER = {
    "code": "2026-2027",
    "starts_on": "2026-11-01",
    "ends_on": "2027-03-31",
    "statutory_days": "151",
    "due_on": "2026-12-31",
}


def facts(code="2026-2027", first=date(2026, 11, 1), last=date(2027, 3, 31), days=151):
    return SeasonFacts(code, first, last, days, date(2026, 12, 31))


def test_a_new_season_has_room_for_its_bills(app, branch, clerk):
    assert clerk.post("/billing/seasons/new", WINTER).status_code == 302
    season = db.session.scalar(select(Season))
    factories.open_day(branch)
    assert factories.owe(factories.make_account(branch), season, "100.00", clerk.staff).due == 100


def test_the_next_season_is_proposed_from_the_last(app, clerk):
    clerk.post("/billing/seasons/new", WINTER)
    page = clerk.get("/billing/seasons/new").get_data(as_text=True)
    assert "2027-2028" in page
    assert 'value="152"' in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"starts_on": "2026-13-45"}, "Not a valid date value"),
        ({"starts_on": ""}, "Please fill this in"),
        ({"ends_on": "2026-10-31"}, "The last day must come after the first"),
        ({"ends_on": "2028-03-31"}, "A season is not longer than a year"),
        ({"statutory_days": "0"}, "1 to 366 days"),
        ({"statutory_days": "many"}, "Not a valid integer value"),
        ({"statutory_days": "120"}, "120 statutory days cannot be right"),
        ({"code": "winter"}, "Write the two years"),
        ({"code": "2026-2028"}, "Write the two years"),
        ({"due_on": "2031-01-01"}, "more than a year from the season"),
    ],
)
def test_bad_days_are_refused_in_words(app, clerk, change, sentence):
    answer = clerk.post("/billing/seasons/new", {**WINTER, **change})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert db.session.scalar(select(Season)) is None


def test_full_width_digits_are_understood(app, clerk):
    assert clerk.post("/billing/seasons/new", {**WINTER, "code": "２０２６-２０２７"}).status_code == 302


def test_codes_and_days_belong_to_one_season(app):
    seasons.create(facts())
    with pytest.raises(SeasonCodeTaken):
        seasons.create(facts(first=date(2027, 11, 1), last=date(2028, 3, 31)))
    with pytest.raises(SeasonOverlaps, match="2026-2027"):
        seasons.create(facts(code="2027-2028", first=date(2027, 3, 31), last=date(2027, 8, 28)))
    with pytest.raises(DaysDoNotFit):
        seasons.create(facts(code="2027-2028", first=date(2027, 11, 1), last=date(2028, 3, 31), days=121))


def test_a_season_is_edited_until_somebody_is_charged(app, branch, clerk):
    season = seasons.create(facts())
    path = f"/billing/seasons/{season.id}/edit"
    assert clerk.post(path, {**WINTER, "seen": version_of(season), "due_on": "2027-01-31"}).status_code == 302
    db.session.refresh(season)
    assert season.due_on == date(2027, 1, 31)
    factories.open_day(branch)
    factories.owe(factories.make_account(branch), season, "100.00", clerk.staff)
    db.session.commit()
    answer = clerk.post(path, {**WINTER, "seen": version_of(season)})
    assert answer.status_code == 422
    assert "its dates stay as they are" in text_of(answer)
    with pytest.raises(SeasonIsBilled):
        seasons.edit(season.id, facts(), seen=version_of(season))


def test_a_stale_form_is_refused(app, clerk):
    season = seasons.create(facts())
    answer = clerk.post(f"/billing/seasons/{season.id}/edit", {**WINTER, "seen": "0000"})
    assert answer.status_code == 409
    assert "Somebody changed this" in text_of(answer)


def test_pressed_twice_is_one_season(app, clerk):
    form = {**WINTER, "request_id": str(uuid.uuid4())}
    assert [clerk.post("/billing/seasons/new", form).status_code for _press in range(2)] == [302, 302]
    assert len(db.session.scalars(select(Season)).all()) == 1


def test_roles_that_may_not(app, branch, cashier, supervisor):
    season = seasons.create(facts())
    assert cashier.get("/billing/seasons").status_code == 403
    assert supervisor.get("/billing/seasons").status_code == 200
    for path in ("/billing/seasons/new", f"/billing/seasons/{season.id}/edit"):
        assert supervisor.post(path, WINTER).status_code == 403


def test_figures_are_those_of_the_readers_branch(app, branch, clerk):
    season = seasons.create(facts())
    factories.open_day(branch)
    factories.owe(factories.make_account(branch), season, "100.00", clerk.staff)
    other = factories.make_branch()
    factories.open_day(other)
    factories.owe(factories.make_account(other), season, "900.00", clerk.staff)
    assert "1 Bills 100.00 Charged" in text_of(clerk.get(f"/billing/seasons/{season.id}"))
    head_office = Person(app, factories.make_staff(Role.MANAGER, None))
    assert "2 Bills 1,000.00 Charged" in text_of(head_office.get(f"/billing/seasons/{season.id}"))


def test_the_list_is_empty_filtered_and_exported(app, clerk):
    assert "No season yet" in text_of(clerk.get("/billing/seasons"))
    seasons.create(facts())
    assert "No season fits" in text_of(clerk.get("/billing/seasons?state=billed"))
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/billing/seasons/export.xlsx").data))
    assert [row[0].value for row in book.active.rows][1:] == ["2026-2027"]


def test_a_season_that_is_not_there(app, clerk):
    assert clerk.get("/billing/seasons/999").status_code == 404
