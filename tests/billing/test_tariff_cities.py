"""City tariffs: seen with their sources, loaded as drafts that somebody else approves."""

import re
import uuid

import pytest
from sqlalchemy import select

from heatdesk.billing.models import Tariff
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.billing.services import cities, tariffs
from heatdesk.db import db
from tests.conftest import text_of

CITIES = "/billing/tariffs/cities"


def drafts():
    return db.session.scalars(select(Tariff).order_by(Tariff.id)).all()


def test_every_city_is_listed_with_document_and_source(clerk):
    shown = text_of(clerk.get(CITIES))
    for name in cities.names():
        city = cities.load(name)
        assert city.title in shown.replace("&#39;", "'")
        for tariff in city.tariffs:
            assert tariff.document_no in shown
            assert str(tariff.valid_from) in shown
            assert f"{len(tariff.assumed)} assumed" in shown


@pytest.mark.parametrize("name", cities.names())
def test_a_city_tells_its_rules_sources_and_what_is_assumed(clerk, name):
    answer = clerk.get(f"{CITIES}/{name}")
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    assert html.count("bi-question-diamond") >= sum(bool(one.assumed) for one in cities.load(name).tariffs)
    for source in cities.load(name).sources:
        assert source.title in text_of(answer)


def test_the_newest_versions_are_ticked(clerk):
    html = clerk.get(f"{CITIES}/harbin").get_data(as_text=True)
    assert re.findall(r'name="versions" value="(\d)" checked', html) == ["0", "1", "2"]


def test_loading_makes_drafts_of_exactly_these_versions(clerk, supervisor):
    assert clerk.post(f"{CITIES}/harbin/load", {"versions": ["0", "1"]}).status_code == 302
    expected = cities.load("harbin").tariffs[:2]
    assert [TariffRules.from_parameters(row.parameters) for row in drafts()] == list(expected)
    assert {row.state for row in drafts()} == {TariffState.DRAFT}
    page = clerk.get(f"/billing/tariffs/{drafts()[0].id}")
    assert "No source gives these values" in text_of(page)
    assert "Late payment: A payment first pays" in text_of(page)
    assert supervisor.get(f"/billing/tariffs/{drafts()[0].id}").status_code == 200


def test_assumed_values_are_marked_on_the_form_until_the_tick_goes(clerk):
    clerk.post(f"{CITIES}/harbin/load", {"versions": ["1"]})
    path = f"/billing/tariffs/{drafts()[0].id}/edit"
    html = clerk.get(path).get_data(as_text=True)
    marked = re.findall(r'<div class="marked">.*?<label for="([^"]+)"', html, re.DOTALL)
    assert set(marked) == {
        "document_no",
        "valid_from",
        "suspension-resumption",
        "supply_time-minimum_hours",
        "penalty-allocation",
        "height-step-part_step",
    }


@pytest.mark.parametrize(
    ("versions", "sentence"),
    [
        ([], "Choose at least one version"),
        (["0", "3"], "Two of the versions are for the same class"),
        (["77"], "not a valid choice"),
        (["x"], "Choose at least one version"),
    ],
)
def test_what_cannot_be_loaded(clerk, versions, sentence):
    answer = clerk.post(f"{CITIES}/harbin/load", {"versions": versions})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert drafts() == []


def test_a_class_with_a_draft_takes_no_second_one_and_nothing_half(clerk):
    clerk.post(f"{CITIES}/harbin/load", {"versions": ["1"]})
    answer = clerk.post(f"{CITIES}/shenyang/load", {"versions": ["0", "1"]})
    assert answer.status_code == 422
    assert "already a draft for this class" in text_of(answer)
    assert len(drafts()) == 1


def test_pressed_twice_and_wrong_roles(clerk, cashier, supervisor):
    sent = {"versions": ["0"], "request_id": str(uuid.uuid4())}
    for _press in range(2):
        assert clerk.post(f"{CITIES}/beijing/load", sent).status_code == 302
    assert len(drafts()) == 1
    assert cashier.get(CITIES).status_code == 403
    assert supervisor.post(f"{CITIES}/beijing/load", {"versions": ["0"]}).status_code == 403
    assert "Make drafts" not in text_of(supervisor.get(f"{CITIES}/beijing"))
    assert clerk.get(f"{CITIES}/atlantis").status_code == 404
    assert tariffs.newest("public") is None
