"""Filters that a person keeps: made, renamed, preferred and removed from the bar of every list."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.i18n import _
from heatdesk.web import saved_filters
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, local_target

bp = Blueprint("saved_filters", __name__, url_prefix="/saved-filters")


@bp.post("")
@requires(Permission.OWN)
def keep() -> ResponseReturnValue:
    """The arguments may stand in the address too: that is how a removal is taken back."""
    given = request.values
    saved = saved_filters.keep(
        current_user.id,
        given.get("path", ""),
        given.get("query", ""),
        given.get("name", ""),
        is_default=given.get("is_default") == "1",
    )
    flash_done(_("The filter “%(name)s” is kept.", name=saved.name))
    return redirect(_back(saved.query_now))


@bp.post("/<int:filter_id>/<any(rename,prefer,release,remove):deed>")
@requires(Permission.OWN)
def change(filter_id: int, deed: str) -> ResponseReturnValue:
    saved = saved_filters.find(filter_id, current_user.id)
    if deed == "rename":
        saved_filters.rename(saved, request.form.get("name", ""))
        flash_done(_("The filter is called “%(name)s” now.", name=saved.name))
    elif deed == "remove":
        saved_filters.remove(saved)
        flash_done(_("The filter “%(name)s” was removed.", name=saved.name), undo_url=_again(saved))
    else:
        saved_filters.set_default(saved, is_default=deed == "prefer")
        flash_done(
            _("The list opens with “%(name)s” from now on.", name=saved.name)
            if saved.is_default
            else _("The list opens with everything again.")
        )
    return redirect(_back(request.form.get("query", "")))


def _again(saved: saved_filters.SavedFilter) -> str:
    return url_for(
        "saved_filters.keep",
        path=request.form.get("path", ""),
        query=saved.query_now,
        name=saved.name,
        is_default="1" if saved.is_default else None,
    )


def _back(query: str) -> str:
    """The list as it was; everything of it is asked for by name, because a default may be kept for the bare address."""
    path = local_target(request.values.get("path"), url_for("home.index"))
    return f"{path}?{query or 'all=1'}"
