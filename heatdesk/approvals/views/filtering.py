"""What the address of the list of requests asks for."""

from flask import request

from heatdesk.approvals.rules.states import RequestState
from heatdesk.approvals.services.lists import Filter
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.web.pages import day_argument


def wanted_filter() -> Filter:
    """Unknown words and days that are none narrow nothing."""
    given = request.args
    kind, state = given.get("kind", ""), given.get("state", "")
    return Filter(
        words=given.get("q", "").strip()[:80],
        kind=kind if kind in KIND_TITLES else "",
        state=state if state in RequestState.__members__.values() else "",
        first=day_argument("first"),
        last=day_argument("last"),
    )
