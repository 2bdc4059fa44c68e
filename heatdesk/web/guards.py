"""Default deny: every route says who may use it, or the application refuses to start."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.errors import NotAllowed

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"


def requires(permission: StrEnum) -> Callable[[View], View]:
    """The permission a route demands; checked before the view runs, for pages, fragments, papers and files alike."""

    def declare(view: View) -> View:
        view.heatdesk_permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View) -> View:
    """A route that needs no login (the login page itself, a receipt's public page)."""
    view.heatdesk_permission = PUBLIC  # type: ignore[attr-defined]
    return view


def declared_permission(app: Flask, endpoint: str) -> Any:
    """What the endpoint's view declared, or None."""
    return getattr(app.view_functions[endpoint], "heatdesk_permission", None)


def check_every_route_is_guarded(app: Flask) -> None:
    """Raise `RuntimeError` naming the routes that declare neither a permission nor `public`."""
    bare = sorted(
        {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint != "static"}
        - {endpoint for endpoint in app.view_functions if declared_permission(app, endpoint) is not None}
    )
    if bare:
        raise RuntimeError(f"these routes declare no permission: {', '.join(bare)}")


def enforce(app: Flask) -> ResponseReturnValue | None:
    """Before a view: nobody logged in goes to the login page, a role without the permission is refused."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    permission = declared_permission(app, request.endpoint)
    if permission == PUBLIC:
        return None
    if not current_user.is_authenticated:
        login = url_for("login.show", next=request.full_path if request.method == "GET" else None)
        if request.headers.get("HX-Request"):
            return "", 204, {"HX-Redirect": login}
        return redirect(login)
    if not current_user.may(permission):
        raise NotAllowed
    return None
