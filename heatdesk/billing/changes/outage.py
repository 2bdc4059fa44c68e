"""Outage reductions (停供减免): one request for everybody who had no heat; a bill that changed meanwhile is left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from heatdesk.approvals.kinds import (
    BatchKind,
    BatchRow,
    Change,
    Effect,
    Evidence,
    Payload,
    Preview,
    Target,
    register,
)
from heatdesk.approvals.rules.hashing import digest
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes._reduction import WORTH, worth_of
from heatdesk.billing.forms.reductions import OutageForm
from heatdesk.billing.models import Account
from heatdesk.billing.rules.adjustments import Granted, NoHeat, plain
from heatdesk.billing.rules.sentences import SENTENCES
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.steps import figure
from heatdesk.billing.services import outages, reduction_choices, reductions
from heatdesk.db import get_or_refuse
from heatdesk.errors import RuleBroken, msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO

_SHOWN = 500
"""Accounts that the preview names one by one."""
_DAY = Decimal(24)


@register
class Outage(BatchKind):
    name = "outage"
    title = KIND_TITLES["outage"]
    department = "billing"
    form = OutageForm
    evidence = (Evidence("outage_record", lazy("Record of the outage")),)
    undone_by = ("withdrawal",)

    def read(self, form: Any) -> Payload:
        """Who is affected and what each is given is worked out here, once: what is approved is this list."""
        first, last = form.first.data, form.last.data
        with reductions.refusals_in_words():
            granted = Granted(Item.OUTAGE, NoHeat(first, last, _hours(first, last, form.times)))
            season = reduction_choices.season(form.season_id.data)
            worked_out = outages.work_out(season, _chosen(form, (first, last)), granted)
        return {
            "season_id": season.id,
            "branch_id": worked_out.branch_id,
            "name": form.name.data,
            "times": [one.isoformat("minutes") for one in form.times or ()],
            "adjustments": [plain(granted)],
            "rows": [
                [one.account_id, one.card_no, str(one.worth), str(one.moved)] for one in worked_out.shares
            ],
            "left_out": _by_reason(worked_out.left_out),
        }

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        [granted] = reductions.asked_for(payload)
        begin, end = (
            datetime.strptime(one, "%H:%M").time() for one in payload["times"] or ("00:00", "00:00")
        )
        return {
            "season_id": payload["season_id"],
            "name": payload["name"],
            "first": granted.facts.first,
            "last": granted.facts.last,
            "from_time": begin if payload["times"] else None,
            "to_time": end if payload["times"] else None,
            "cards": "\n".join(card_no for _account, card_no, *_amounts in payload["rows"]),
        }

    def target(self, payload: Payload) -> Target:
        """The same list for the same days is the same matter."""
        [granted] = payload["adjustments"]
        days = f"{granted['facts']['from']} – {granted['facts']['to']}"
        key = digest([payload["season_id"], granted, [row[0] for row in payload["rows"]]])
        return Target(f"outage:{key}", f"{payload['name']} · {days}", payload["branch_id"])

    def rows(self, payload: Payload) -> Sequence[BatchRow]:
        return [
            BatchRow(f"account:{account_id}", Decimal(moved), {"account_id": account_id})
            for account_id, _card_no, _worth, moved in payload["rows"]
        ]

    def preview(self, payload: Payload) -> Preview:
        """As it was asked for: what no longer fits when it is carried out is left out then, and reported."""
        [granted] = reductions.asked_for(payload)
        rows = payload["rows"]
        facts = granted.facts
        hours = {"days": figure(facts.hours / _DAY)}
        season = reduction_choices.season(payload["season_id"])
        listed = [
            Change(msgid("Account"), None, Decimal(worth), "yuan", detail=card_no)
            for _account, card_no, worth, _moved in rows[:_SHOWN]
        ]
        more = len(rows) - len(listed)
        rest = [Change(msgid("Further accounts"), None, Decimal(more), "count")] if more else []
        left_out = [
            Change(msgid("Left out"), None, one["message"], values=one["values"], detail=f"× {one['count']}")
            for one in payload["left_out"]
        ]
        worth = sum((Decimal(row[2]) for row in rows), ZERO)
        moved = sum((Decimal(row[3]) for row in rows), ZERO)
        head = (
            Change(msgid("Season"), None, season.code),
            Change(msgid("No heat from"), None, facts.first, "date"),
            Change(msgid("To (included)"), None, facts.last, "date"),
            Change(msgid("Outage reduction"), None, SENTENCES["outage"], values=hours),
            Change(msgid("Households"), None, Decimal(len(rows)), "count"),
            Change(WORTH, None, worth, "yuan"),
        )
        return Preview((*head, *left_out, *listed, *rest), moved)

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (the worth stands in the preview)
        return worth_of(preview)

    def apply_row(self, effect: Effect, row: BatchRow) -> Decimal:
        payload = effect.payload
        account: Account = get_or_refuse(Account, row.facts["account_id"])
        season = reduction_choices.season(payload["season_id"])
        wanted = reductions.asked_for(payload)
        reductions.refuse_with_open(account, season, wanted, (self.name, self.target(payload).key))
        return reductions.grant(effect, account.id, season.id, wanted, part=row.key)


def _chosen(form: Any, days: tuple[date, date]) -> list[int]:
    if form.station_id.data:
        return outages.at_station(int(form.station_id.data), days)
    if form.community_id.data:
        return outages.in_community(int(form.community_id.data), form.buildings.data or "", days)
    if form.cards.data:
        return outages.on_list(form.cards.data)
    return outages.in_file(form.file.data.filename, form.file.data.read())


def _hours(first: date, last: date, times: Any) -> Decimal:
    """From the times, or 24 for each day where only days are given (decision 0104)."""
    if times is None:
        return _DAY * ((last - first).days + 1)
    begin, end = datetime.combine(first, times[0]), datetime.combine(last, times[1])
    return (Decimal((end - begin).total_seconds()) / 3600).quantize(Decimal("0.01"))


def _by_reason(left_out: Sequence[tuple[str, Any]]) -> list[Payload]:
    """Each reason once, with how many accounts it keeps out."""
    reasons = Counter(
        (refusal.message, tuple((name, str(value)) for name, value in sorted(refusal.values.items())))
        for _card_no, refusal in left_out
    )
    if len(reasons) > _SHOWN:
        raise RuleBroken(msgid("Too many different faults in this list. Check the season and the days."))
    return [
        {"message": message, "values": dict(values), "count": count}
        for (message, values), count in reasons.most_common()
    ]
