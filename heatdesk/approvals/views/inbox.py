"""What waits for me, as whom, and the verdict."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.approvals.rules.states import Verdict
from heatdesk.approvals.services import deciding, lists
from heatdesk.approvals.services.deciding import Ballot, Seen
from heatdesk.approvals.views.requests import WORDS, as_workbook
from heatdesk.auth.permissions import Permission
from heatdesk.errors import BadInput
from heatdesk.i18n import _
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, paginate

bp = Blueprint("approvals", __name__, url_prefix="/approvals")


@bp.get("")
@requires(Permission.REQUEST_DECIDE)
def index() -> ResponseReturnValue:
    page = paginate(lists.waiting_for(current_user))
    principals = lists.names_of({row.principal_id for row in page.items})
    return render_template("approvals/inbox/index.html", page=page, principals=principals, **WORDS)


@bp.get("/export.xlsx")
@requires(Permission.REQUEST_DECIDE)
def export() -> ResponseReturnValue:
    return as_workbook(lists.waiting_for(current_user))


@bp.post("/<int:request_id>/decide")
@requires(Permission.REQUEST_DECIDE)
def decide(request_id: int) -> ResponseReturnValue:
    found = deciding.decide(request_id, _ballot(), current_user)
    said = {
        Verdict.APPROVE: _("Request %(number)s: you approved it.", number=found.number),
        Verdict.RETURN: _("Request %(number)s went back to the applicant.", number=found.number),
        Verdict.REJECT: _("Request %(number)s was rejected.", number=found.number),
    }
    flash_done(said[Verdict(request.form["verdict"])])
    return redirect(url_for("approvals.index"))


def _ballot() -> Ballot:
    sent = request.form
    verdict = sent.get("verdict", "")
    if verdict not in Verdict.__members__.values():
        raise BadInput("Say whether you approve, return or reject.")
    return Ballot(
        verdict=Verdict(verdict),
        seen=Seen(request=sent.get("seen_request", ""), effect=sent.get("seen_effect", "")),
        reason=sent.get("reason", "")[:1000],
        on_behalf_of=sent.get("on_behalf_of", type=int),
    )
