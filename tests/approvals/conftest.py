"""The office of `office.py` as fixtures."""

import pytest

from heatdesk.approvals import kinds
from heatdesk.db import db
from tests.approvals.office import FAKES, Office, make_desk


@pytest.fixture
def fake_kinds(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", {**kinds._kinds, **{kind.name: kind() for kind in FAKES}})


@pytest.fixture
def office(app, fake_kinds) -> Office:
    return make_desk()


@pytest.fixture
def own_office(own_app, fake_kinds) -> Office:
    """The same on a database of its own, committed."""
    office = make_desk()
    db.session.commit()
    return office
