import pytest

from tests.service.field import LATER, make_field


@pytest.fixture(autouse=True)
def later(monkeypatch):
    monkeypatch.setattr("heatdesk.dates.now", lambda: LATER)


@pytest.fixture
def field(app):
    return make_field()


@pytest.fixture
def own_field(own_app):
    return make_field()
