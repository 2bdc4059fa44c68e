"""What open requests ask to take off bills: it counts as if it were granted (approvals, rule 6)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Text, func, literal, select, tuple_

from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.rules.states import OPEN
from heatdesk.billing.errors import WithOpenRequests
from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.adjustments import Granted, facts_of
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services.assessment_plans import Plan
from heatdesk.db import db
from heatdesk.errors import Refusal
from heatdesk.i18n import _

KINDS = frozenset(
    {"low_temperature", "late_supply", "outage", "correction", "receivable", "bad_debt", "subsidy"}
)
"""The kinds of requests whose payload names adjustments: «account_id», «season_id», «adjustments»."""


def refuse(account: Account, season: Season, wanted: Sequence[Granted], besides: tuple[str, str]) -> None:
    """Raises `WithOpenRequests` when this and what is asked for already do not go together (approvals, rule 6)."""
    waiting = asked_of([account.id], season.id, besides=besides).get(account.id, [])
    if not waiting:
        return
    asked = [*wanted, *(one for _number, granted in waiting for one in granted)]
    try:
        Plan(season, [account], also={account.id: asked}).changes(account.id)
    except Refusal as refusal:
        numbers = ", ".join(dict.fromkeys(number for number, _granted in waiting))
        raise WithOpenRequests(numbers=numbers, reason=_(refusal.message, **refusal.values)) from refusal


def asked_of(
    account_ids: Collection[int], season_id: int, *, besides: tuple[str, str]
) -> dict[int, list[tuple[str, list[Granted]]]]:
    """By account what open requests ask for in this season: the request's number and the adjustments."""
    found: dict[int, list[tuple[str, list[Granted]]]] = {}
    for number, account_id, payload in [
        *_open_single(account_ids, season_id, besides),
        *_open_batches(account_ids, season_id, besides),
    ]:
        found.setdefault(account_id, []).append((number, asked_for(payload)))
    return found


def _open_single(account_ids: Collection[int], season_id: int, besides: tuple[str, str]) -> list[Any]:
    """(number, account, payload) of open requests about one bill."""
    targets = [target_key(account_id, season_id) for account_id in account_ids]
    query = select(
        ChangeRequest.number,
        ChangeRequest.payload["account_id"].as_integer(),
        ChangeRequest.payload,
    ).where(
        ChangeRequest.state.in_(OPEN),
        ChangeRequest.kind.in_(KINDS - {"outage"}),
        ChangeRequest.target.in_(targets),
        tuple_(ChangeRequest.kind, ChangeRequest.target) != besides,
    )
    return list(db.session.execute(query))


def _open_batches(account_ids: Collection[int], season_id: int, besides: tuple[str, str]) -> list[Any]:
    """The same of open outages, whose lists the database searches."""
    rows = func.jsonb_array_elements(ChangeRequest.payload["rows"]).table_valued("value").lateral()
    account = rows.c.value.op("->")(literal(0)).cast(Text).cast(BigInteger)
    named = func.jsonb_build_object("adjustments", ChangeRequest.payload["adjustments"])
    query = (
        select(ChangeRequest.number, account, named)
        .select_from(ChangeRequest)
        .join(rows, account.in_(account_ids))
        .where(
            ChangeRequest.state.in_(OPEN),
            ChangeRequest.kind == "outage",
            ChangeRequest.payload["season_id"].as_integer() == season_id,
            tuple_(ChangeRequest.kind, ChangeRequest.target) != besides,
        )
    )
    return list(db.session.execute(query))


def asked_for(payload: Mapping[str, Any]) -> list[Granted]:
    """The adjustments that a payload names."""
    return [
        Granted(Item(one["item"]), facts_of(Item(one["item"]), one["facts"]))
        for one in payload["adjustments"]
    ]


def target_key(account_id: int, season_id: int) -> str:
    """One bill as what a request is about."""
    return f"account:{account_id}:season:{season_id}"
