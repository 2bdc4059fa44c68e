"""The start page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from heatdesk.auth.permissions import Permission
from heatdesk.web.guards import requires

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.OWN)
def index() -> ResponseReturnValue:
    return render_template("desk/home.html", tiles=[], recent=[])
