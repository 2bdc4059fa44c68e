"""The start page: what waits for this person, and the households opened last."""

from flask import Blueprint, render_template, session
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.desk import waiting
from heatdesk.web.guards import requires

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.OWN)
def index() -> ResponseReturnValue:
    recent = waiting.households(session.get("recent", []), current_user)
    return render_template("desk/home.html", tiles=waiting.tiles(current_user), recent=recent)
