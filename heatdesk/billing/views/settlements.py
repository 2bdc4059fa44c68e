"""Settlement of a season by meter and by quantity: who has been read, what would move, posting it."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.meters import UNITS
from heatdesk.billing.models import Account, Season
from heatdesk.billing.services import settlements
from heatdesk.db import get_or_refuse
from heatdesk.i18n import _
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import paginate, scope_branch

bp = Blueprint("settlements", __name__, url_prefix="/billing/seasons/<int:season_id>/settlement")


@bp.get("")
@requires(Permission.SEASON_VIEW)
def show(season_id: int) -> ResponseReturnValue:
    season = get_or_refuse(Season, season_id)
    page = paginate(settlements.select_accounts(season, scope_branch(Account.branch_id)))
    rows = settlements.rows_of(season, page.items)
    return render_template("billing/settlements/show.html", season=season, page=page, rows=rows, units=UNITS)


@bp.post("")
@requires(Permission.RUN_RELEASE)
def start(season_id: int) -> ResponseReturnValue:
    job = settlements.start(season_id, by=current_user)
    return redirect(url_for("jobs.show", job_id=job.id))


@bp.get("/export.xlsx")
@requires(Permission.SEASON_VIEW)
def export(season_id: int) -> ResponseReturnValue:
    season = get_or_refuse(Season, season_id)
    audit.record("export", actor_id=current_user.id, subject_table="season", subject_id=season.id)
    return workbook(
        settlements.select_accounts(season, scope_branch(Account.branch_id)),
        [_("Card no."), _("Customer"), _("Address")],
        lambda row: (row[0].card_no, row.name, row.address),
        name="settlement",
    )
