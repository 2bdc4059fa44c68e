"""Default deny, proven route by route: generated from the URL map, so a new route cannot be forgotten."""

import uuid

import pytest

from heatdesk.auth.permissions import ROLE_PERMISSIONS, Permission, Role
from heatdesk.web.guards import PUBLIC, declared_permission
from tests import factories
from tests.conftest import Person

ANYTHING = "2026-11-21"


def filling(converter) -> object:
    """A value that this part of a route accepts."""
    kind = type(converter).__name__
    if kind == "AnyConverter":
        return min(converter.items)
    return 1 if kind == "IntegerConverter" else ANYTHING


def guarded_routes(app) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) of every route that is not public, with every argument filled in."""
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or declared_permission(app, rule.endpoint) == PUBLIC:
            continue
        arguments = {name: filling(converter) for name, converter in rule._converters.items()}
        path = adapter.build(rule.endpoint, arguments, method=min(rule.methods - {"OPTIONS", "HEAD"}))
        found += [(rule.endpoint, method, path) for method in sorted(rule.methods - {"OPTIONS", "HEAD"})]
    return found


def ask(client, method: str, path: str):
    if method == "GET":
        return client.get(path)
    return client.open(path, method=method, data={"request_id": str(uuid.uuid4())})


def test_nobody_gets_anything(app):
    client = app.test_client()
    for endpoint, method, path in guarded_routes(app):
        answer = ask(client, method, path)
        assert answer.status_code == 302, (endpoint, method)
        assert "/login" in answer.headers["Location"], (endpoint, method)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_refused_what_is_not_its_own(app, branch, role):
    person = Person(app, factories.make_staff(role, branch))
    for endpoint, method, path in guarded_routes(app):
        permission = declared_permission(app, endpoint)
        if permission not in ROLE_PERMISSIONS[role]:
            assert ask(person.client, method, path).status_code == 403, (endpoint, method, role)


def test_every_permission_belongs_to_a_role_and_no_role_has_all():
    held = set().union(*ROLE_PERMISSIONS.values())
    assert held == set(Permission)
    assert all(permissions != held for permissions in ROLE_PERMISSIONS.values())


def test_the_administrator_cannot_touch_money():
    money = {p for p in Permission if p.value.startswith("billing.")}
    assert not ROLE_PERMISSIONS[Role.ADMINISTRATOR] & money


def test_unsafe_routes_demand_the_token(shared_app, app, branch):
    """With the check switched on, as it is outside the tests, no unsafe request passes without a token."""
    person = Person(app, factories.make_staff(Role.CASHIER, branch))
    shared_app.config["WTF_CSRF_ENABLED"] = True
    try:
        for endpoint, method, path in guarded_routes(app):
            if method != "GET":
                assert ask(person.client, method, path).status_code == 400, (endpoint, method)
    finally:
        shared_app.config["WTF_CSRF_ENABLED"] = False
