"""Filters a person keeps: on every list with a filter bar, one's own, one default a list, without a script."""

import re

import pytest
from sqlalchemy import select

from heatdesk.auth.permissions import Role
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.web.saved_filters import MOST, SavedFilter
from tests import factories
from tests.conftest import Person, text_of

ACCOUNTS = "/billing/accounts"


def keep(person: Person, name: str, query: str = "q=铁西", path: str = ACCOUNTS, **more: str):
    return person.post("/saved-filters", {"path": path, "query": query, "name": name, **more})


def kept(person: Person) -> list[SavedFilter]:
    query = select(SavedFilter).where(SavedFilter.staff_id == person.id).order_by(SavedFilter.id)
    return list(db.session.scalars(query))


def change(person: Person, saved: SavedFilter, deed: str, **more: str):
    form = {"path": ACCOUNTS, "query": "", **more}
    return person.post(f"/saved-filters/{saved.id}/{deed}", form)


def chips_on(person: Person, path: str) -> list[str]:
    page = person.get(path).get_data(as_text=True)
    return re.findall(r'<span class="clip">([^<]*)</span>', page.partition('class="saved"')[2])


@pytest.mark.parametrize(
    "path",
    [
        *("/billing/accounts?q=x", "/people/customers?q=x", "/network/offices?q=x", "/network?q=x"),
        *("/billing/tills?state=open", "/billing/payments?method=cash", "/jobs?state=done"),
        *("/requests/all?q=x", "/billing/seasons?state=billed", "/billing/tariffs?state=draft"),
    ],
)
def test_every_filter_bar_offers_to_keep_the_filter(clerk, path):
    page = clerk.get(path).get_data(as_text=True)
    assert "Keep this filter" in page
    list_path, _mark, query = path.partition("?")
    assert keep(clerk, "mine", query, list_path).status_code == 302
    assert chips_on(clerk, path) == ["mine"]
    assert 'aria-current="true"' in clerk.get(path).get_data(as_text=True).partition('class="saved"')[2]


def test_nothing_is_offered_where_nothing_is_narrowed(clerk):
    assert "Keep this filter" not in clerk.get(ACCOUNTS).get_data(as_text=True)
    assert "Keep this filter" not in clerk.get(f"{ACCOUNTS}?page=1").get_data(as_text=True)


def test_a_filter_is_chosen_renamed_and_removed_and_the_removal_taken_back(clerk):
    assert (
        keep(clerk, " 铁西  欠费 ", "q=铁西&owing=yes&page=3&use=").headers["Location"].startswith(ACCOUNTS)
    )
    (saved,) = kept(clerk)
    assert (saved.name, saved.list) == ("铁西 欠费", "accounts.index")
    assert "page" not in saved.query
    assert "use" not in saved.query
    change(clerk, saved, "rename", name="欠费")
    assert [one.name for one in kept(clerk)] == ["欠费"]
    change(clerk, saved, "remove")
    assert kept(clerk) == []
    page = clerk.get(ACCOUNTS).get_data(as_text=True)
    undo = re.search(r'action="(/saved-filters\?[^"]*)"', page)
    assert undo is not None
    clerk.post(undo[1].replace("&amp;", "&"))
    assert [(one.name, "owing=yes" in one.query) for one in kept(clerk)] == [("欠费", True)]


def test_a_list_opens_with_its_default_and_shows_all_on_request(clerk, branch):
    factories.make_account(branch, name="王小明")
    db.session.commit()
    keep(clerk, "nobody", "q=nobodyiscalledlikethis", is_default="1")
    opened = clerk.get(ACCOUNTS)
    assert opened.status_code == 302
    assert "王小明" not in text_of(clerk.get(opened.headers["Location"]))
    assert "?all=1" in clerk.get(opened.headers["Location"]).get_data(as_text=True)
    assert "王小明" in text_of(clerk.get(f"{ACCOUNTS}?all=1"))


def test_one_default_a_list(clerk):
    keep(clerk, "a", "q=a", is_default="1")
    keep(clerk, "b", "q=b", is_default="1")
    assert [one.is_default for one in kept(clerk)] == [False, True]
    first, second = kept(clerk)
    change(clerk, first, "prefer")
    db.session.expire_all()
    assert [one.is_default for one in kept(clerk)] == [True, False]
    change(clerk, first, "release")
    db.session.expire_all()
    assert [one.is_default for one in kept(clerk)] == [False, False]
    assert clerk.get(ACCOUNTS).status_code == 200
    assert second.list == first.list


def test_a_default_of_one_list_leaves_the_others_alone(clerk):
    keep(clerk, "a", "q=a", "/network/offices", is_default="1")
    assert clerk.get("/network/offices").status_code == 302
    for path in ("/network/stations", "/network", ACCOUNTS, "/"):
        assert clerk.get(path).status_code == 200


def test_todays_date_is_kept_as_today(clerk):
    this_day = today().isoformat()
    keep(clerk, "heute", f"day={this_day}&method=wechat", "/billing/payments")
    keep(clerk, "then", "day=2026-11-21", "/billing/payments")
    assert [one.query for one in kept(clerk)] == ["day=today&method=wechat", "day=2026-11-21"]
    assert f"day={this_day}" in clerk.get("/billing/payments?all=1").get_data(as_text=True)


def test_what_others_keep_is_neither_seen_nor_touched(clerk, app, branch):
    keep(clerk, "mine")
    other = Person(app, factories.make_staff(Role.BILLING_CLERK, branch))
    assert chips_on(other, f"{ACCOUNTS}?q=x") == []
    (saved,) = kept(clerk)
    for deed in ("rename", "prefer", "release", "remove"):
        assert change(other, saved, deed, name="theirs").status_code == 404
    assert [(one.name, one.is_default) for one in kept(clerk)] == [("mine", False)]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": ""}, "Give the filter a name of 1 to 90 signs."),
        ({"name": " \t "}, "Give the filter a name of 1 to 90 signs."),
        ({"name": "长" * 91}, "Give the filter a name of 1 to 90 signs."),
        ({"query": "page=2"}, "Nothing is narrowed here."),
        ({"query": "q=&kind="}, "Nothing is narrowed here."),
        ({"path": "//evil.example"}, "There is nothing here"),
        ({"path": "/nowhere/at/all"}, "There is nothing here"),
        ({"name": "taken"}, "You keep a filter called “taken” on this list already."),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(clerk, form, sentence):
    keep(clerk, "taken")
    answer = clerk.post("/saved-filters", {"path": ACCOUNTS, "query": "q=x", "name": "new", **form})
    assert answer.status_code in (404, 409, 422)
    assert sentence in text_of(answer)
    assert len(kept(clerk)) == 1


def test_a_name_of_90_signs_is_kept(clerk):
    keep(clerk, "长" * 90)
    assert chips_on(clerk, f"{ACCOUNTS}?q=x") == ["长" * 90]


def test_there_is_an_end_to_what_is_kept(clerk):
    for number in range(MOST):
        assert keep(clerk, str(number)).status_code == 302
    answer = keep(clerk, "one more")
    assert answer.status_code == 409
    assert f"You keep {MOST} filters on this list." in text_of(answer)


def test_pressed_twice_keeps_one(clerk):
    form = {
        "path": ACCOUNTS,
        "query": "q=x",
        "name": "once",
        "request_id": "00000000-0000-4000-8000-000000000001",
    }
    assert [clerk.post("/saved-filters", form).status_code for _ in range(2)] == [302, 302]
    assert len(kept(clerk)) == 1


def test_the_bar_costs_one_query(clerk, count_queries):
    """The default, the chips and their marks are read together."""
    keep(clerk, "a", "q=a")
    with count_queries() as seen:
        clerk.get(f"{ACCOUNTS}?q=a")
    assert sum("from saved_filter" in one.lower().replace("\n", " ") for one in seen) == 1
