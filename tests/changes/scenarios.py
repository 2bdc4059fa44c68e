"""Every kind of change request has a scenario: something to ask for, who decides, and what it changes.

One file of `tests/changes/kinds/` per kind ends in `SCENARIO = Scenario(...)`; `test_every_kind.py` puts each through
what all of them have to stand. A registered kind without a scenario fails there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from heatdesk.approvals import kinds
from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.services import requests
from heatdesk.approvals.services.files import Upload
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments
from heatdesk.db import db
from tests import factories
from tests.approvals.office import PDF, Office, make_office
from tests.billing.season_city import RESIDENTIAL
from tests.changes import kinds as room


@dataclass
class World:
    """An office in a billed season with one household that owes 2,327.00 yuan (89.50 m² at 26 yuan)."""

    office: Office
    season: Any
    account: Any
    more: dict[str, Any] = field(default_factory=dict)
    """Whatever a scenario's `prepare` wants to find again."""

    @property
    def clerk(self) -> Staff:
        return self.office.clerk


@dataclass(frozen=True)
class Scenario:
    """One kind on trial. `payload` is what is asked for in a prepared world; `state` a picture of everything that the
    kind may change, comparable with ==; `back` what a later request asks for to undo it: (kind, payload).
    """

    kind: str
    payload: Callable[[World], dict[str, Any]]
    state: Callable[[World], object]
    deciders: tuple[str, ...] = ("supervisor",)
    """Attributes of `Office`, one per level."""
    back: Callable[[World], tuple[str, dict[str, Any]]] | None = None
    prepare: Callable[[World], None] = lambda _world: None
    head_office: bool = False
    """Whether it is a matter of head office: then its people belong to no branch."""
    leaves_trace: bool = False
    """Whether undoing leaves more behind than there was (a closed account and its successor): then `state` after `back`
    is not compared.
    """


def scenarios() -> dict[str, Scenario]:
    """By kind, in alphabetical order."""
    found = [import_module(f"{room.__name__}.{one.name}").SCENARIO for one in iter_modules(room.__path__)]
    return {one.kind: one for one in sorted(found, key=lambda one: one.kind)}


def make_world(scenario: Scenario) -> World:
    """The prepared world of a scenario, ready for its request."""
    office = make_office()
    if scenario.head_office:
        for person in office.everybody:
            person.branch_id = None
    factories.make_tariff(office.colleague, office.other_supervisor, RESIDENTIAL)
    season = factories.make_season()
    season.state = SeasonState.BILLED
    account = factories.make_account(office.branch)
    db.session.flush()
    assessments.assess(account.id, season.id, by=office.clerk.id, reason="first bill")
    world = World(office, season, account)
    scenario.prepare(world)
    return world


def ask(scenario: Scenario, world: World, *, by: Staff | None = None) -> ChangeRequest:
    """A submitted request with every evidence its kind wants."""
    return send(scenario.kind, scenario.payload(world), by=by or world.clerk)


def send(kind_name: str, payload: dict[str, Any], *, by: Staff) -> ChangeRequest:
    kind = kinds.get(kind_name)
    uploads = [
        Upload(one.name, f"{one.name}{number}.pdf", PDF + f"{one.name}{number}".encode())
        for one in kind.evidence
        for number in range(one.least)
    ]
    request = requests.create(kind, payload, "as the papers show", by=by, uploads=uploads)
    requests.submit(request, by=by)
    return request


def others(world: World, decider: str, count: int) -> list[Staff]:
    """More people of the same role and place as one who decides."""
    pattern: Staff = getattr(world.office, decider)
    branch = None if pattern.branch_id is None else world.office.branch
    return [factories.make_staff(Role(pattern.role), branch) for _ in range(count)]
