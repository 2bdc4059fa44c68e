"""The page of one request: what would change, its evidence, its history, and the buttons this reader may press."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.approvals import kinds, papers
from heatdesk.approvals.forms import as_arguments
from heatdesk.approvals.models import Attachment, ChangeRequest
from heatdesk.approvals.previews import ShownPreview, shown
from heatdesk.approvals.rules.states import EDITABLE, WITHDRAWABLE, RequestState
from heatdesk.approvals.services import deciding, files, history, lists, requests
from heatdesk.approvals.services.deciding import Seen
from heatdesk.approvals.views.requests import WORDS, bp
from heatdesk.auth.permissions import Permission
from heatdesk.db import get_or_refuse
from heatdesk.errors import Missing, Refusal
from heatdesk.i18n import _
from heatdesk.web.guards import requires

_LIVE = (RequestState.DRAFT, RequestState.SUBMITTED, RequestState.RETURNED)
"""States in which the effect is still ahead and is reckoned anew for every page."""


@bp.get("/<int:request_id>")
@requires(Permission.REQUEST_VIEW)
def show(request_id: int) -> ResponseReturnValue:
    found = requests.find(request_id, current_user)
    preview, seen, problem = _effect(found)
    kind = kinds.get(found.kind)
    return render_template(
        "approvals/requests/show.html",
        found=found,
        kind=kind,
        preview=preview,
        seen=seen,
        problem=problem,
        attached=files.attached(found),
        levels=history.standing(found),
        events=history.timeline(found),
        left_out=history.outcomes(found, left_out_only=True),
        people=lists.names_of({found.applicant_id, *requests.editors_of(found)}),
        identities=deciding.identities(found, current_user),
        errands=kind.errands(found.id) if found.state == RequestState.APPLIED else (),
        ways_back=_ways_back(found, kind),
        may_edit=found.state in EDITABLE and current_user.may(kind.permission),
        may_withdraw=found.state in WITHDRAWABLE and found.applicant_id == current_user.id,
        **WORDS,
    )


@bp.get("/<int:request_id>/files/<int:attachment_id>")
@requires(Permission.REQUEST_VIEW)
def attachment(request_id: int, attachment_id: int) -> ResponseReturnValue:
    """A file as it was submitted; its kind was read from its own first bytes, so browsers may show it."""
    found = requests.find(request_id, current_user)
    file = get_or_refuse(Attachment, attachment_id)
    if file.change_request_id != found.id:
        raise Missing
    extension = file.media_type.rpartition("/")[2]
    name = f"{found.number}-{file.evidence}-{file.id}.{extension}"
    disposition = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(files.content_of(file), mimetype=file.media_type, headers=disposition)


@bp.get("/<int:request_id>/paper")
@requires(Permission.REQUEST_VIEW)
def paper(request_id: int) -> ResponseReturnValue:
    found = requests.find(request_id, current_user)
    audit.record(
        "print_request", actor_id=current_user.id, subject_table="change_request", subject_id=found.id
    )
    disposition = {"Content-Disposition": f'inline; filename="request-{found.number}.pdf"'}
    return Response(papers.draw(papers.facts_of(found)), mimetype="application/pdf", headers=disposition)


def _ways_back(found: ChangeRequest, kind: kinds.Kind) -> list[tuple[object, str]]:
    """(title, address of the filled form) of each kind that takes a carried-out request back."""
    if found.state != RequestState.APPLIED:
        return []
    offered = {one.name: one for one in kinds.registered() if current_user.may(one.permission)}
    return [
        (offered[name].title, _filled(name, kind.take_back(name, found.payload)))
        for name in kind.undone_by
        if name in offered
    ]


def _filled(name: str, data: Mapping[str, Any]) -> str:
    """The address of a new request with its form filled in; a form may have a field called `name` itself."""
    return f"{url_for('requests.create', name=name)}?{urlencode({'filled': 1, **as_arguments(data)})}"


def _effect(found: ChangeRequest) -> tuple[ShownPreview | None, Seen, str]:
    """The preview, what a verdict has to send back, and why the effect cannot be reckoned, if so."""
    seen = Seen(request=deciding.seen_request(found), effect="")
    if found.state not in _LIVE:
        return shown(found.preview), seen, ""
    try:
        preview = kinds.get(found.kind).preview(found.payload)
    except Refusal as refusal:
        return shown(found.preview), seen, _(refusal.message, **refusal.values)
    return shown(preview.to_json()), deciding.seen_now(found), ""
