"""Seasons: the list, one season with its prices and runs, creating and editing."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.seasons import SeasonForm
from heatdesk.billing.models import Season
from heatdesk.billing.rules.states import SeasonKind
from heatdesk.billing.services import season_lists, season_runs, seasons, tariffs
from heatdesk.billing.services.labels import USE_CLASSES
from heatdesk.billing.views.run_words import RUN_LOOKS, RUN_STATES, SEASON_LOOKS, SEASON_STATES
from heatdesk.db import get_or_refuse
from heatdesk.i18n import _
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, paginate, refused_on_form
from heatdesk.web.versions import version_of

bp = Blueprint("seasons", __name__, url_prefix="/billing/seasons")


@bp.get("")
@requires(Permission.SEASON_VIEW)
def index() -> ResponseReturnValue:
    return render_template(
        "billing/seasons/index.html",
        page=paginate(season_lists.select_seasons(request.args.get("state"), current_user.branch_id)),
        states=SEASON_STATES,
        looks=SEASON_LOOKS,
    )


@bp.get("/export.xlsx")
@requires(Permission.SEASON_VIEW)
def export() -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="season", after=request.args.to_dict())
    return workbook(
        season_lists.select_seasons(request.args.get("state"), current_user.branch_id),
        [
            _("Season"),
            _("First day of heat"),
            _("Last day of heat (included)"),
            _("Statutory days"),
            _("Last day to pay"),
            _("State"),
            _("Bills"),
            _("Charged"),
            _("Fees owed"),
        ],
        lambda row: (
            *(row[0].code, row[0].starts_on, row[0].ends_on, row[0].statutory_days, row[0].due_on),
            *(str(SEASON_STATES[row[0].state]), row.bills, row.charged, row.owed),
        ),
        name="seasons",
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.SEASON_EDIT)
def create() -> ResponseReturnValue:
    form = SeasonForm(data=season_lists.next_season())
    if form.validate_on_submit():
        with refused_on_form(form):
            season = seasons.create(form.facts(), SeasonKind(form.kind.data))
            flash_done(_("Season %(code)s was created.", code=season.code))
            return redirect(url_for("seasons.show", season_id=season.id))
    return _form_page(form, None)


@bp.get("/<int:season_id>")
@requires(Permission.SEASON_VIEW)
def show(season_id: int) -> ResponseReturnValue:
    season = get_or_refuse(Season, season_id)
    return render_template(
        "billing/seasons/show.html",
        season=season,
        figures=season_lists.figures(season, current_user.branch_id),
        tariffs=tariffs.rows_in_force(season),
        runs=season_runs.runs_of(season_id),
        people=season_lists.names_of_people(season_id),
        is_fixed=seasons.is_fixed(season),
        live=seasons.live_run(season_id),
        words={"use": USE_CLASSES, "season": SEASON_STATES, "run": RUN_STATES},
        looks={"season": SEASON_LOOKS, "run": RUN_LOOKS},
    )


@bp.route("/<int:season_id>/edit", methods=["GET", "POST"])
@requires(Permission.SEASON_EDIT)
def edit(season_id: int) -> ResponseReturnValue:
    season = get_or_refuse(Season, season_id)
    form = SeasonForm(obj=season)
    if form.validate_on_submit():
        with refused_on_form(form):
            seasons.edit(season_id, form.facts(), seen=form.seen.data)
            flash_done(_("Saved."))
            return redirect(url_for("seasons.show", season_id=season_id))
    return _form_page(form, season)


def _form_page(form: Any, season: Season | None) -> ResponseReturnValue:
    if season is not None and not form.seen.data:
        form.seen.data = version_of(season)
    page = render_template("billing/seasons/edit.html", form=form, season=season)
    return page, 422 if form.is_submitted() else 200
