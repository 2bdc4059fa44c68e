"""Withdrawal of a reduction (减免撤销): what a request granted no longer holds, and the bills rise again."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from heatdesk.approvals.kinds import Change, Effect, Kind, Payload, Preview, Target, register
from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import NoSuchReduction
from heatdesk.billing.forms.reductions import WithdrawalForm
from heatdesk.billing.models import Account, Season
from heatdesk.billing.services import reductions
from heatdesk.billing.services.reductions import Outlook
from heatdesk.billing.services.request_targets import read_account
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import speaking
from heatdesk.money import ZERO
from heatdesk.web.pages import scope_branch


@register
class Withdrawal(Kind):
    name = "withdrawal"
    title = KIND_TITLES["withdrawal"]
    department = "billing"
    form = WithdrawalForm

    def read(self, form: Any) -> Payload:
        card_no = form.card_no.data
        account_id = read_account(card_no).id if card_no else None
        granted = db.session.scalar(
            select(ChangeRequest.id).where(
                ChangeRequest.number == form.number.data, scope_branch(ChangeRequest.branch_id)
            )
        )
        if granted is None or not reductions.of_request(granted, account_id):
            raise NoSuchReduction(number=form.number.data)
        return {"request_id": granted, "account_id": account_id}

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        account_id = payload["account_id"]
        return {
            "number": get_or_refuse(ChangeRequest, payload["request_id"]).number,
            "card_no": get_or_refuse(Account, account_id).card_no if account_id else "",
        }

    def target(self, payload: Payload) -> Target:
        granted = get_or_refuse(ChangeRequest, payload["request_id"])
        account_id = payload["account_id"]
        with speaking("en"):
            title = str(KIND_TITLES[granted.kind])
        if account_id is None:
            return Target(
                f"request:{granted.id}", f"{granted.number} {granted.target_label}", granted.branch_id,
                granted.customer_id,
            )  # fmt: skip
        account = get_or_refuse(Account, account_id)
        label = f"{granted.number} {title} · {account.card_no}"
        return Target(f"request:{granted.id}:{account_id}", label, account.branch_id, account.customer_id)

    def preview(self, payload: Payload) -> Preview:
        granted = get_or_refuse(ChangeRequest, payload["request_id"])
        rows = reductions.of_request(granted.id, payload["account_id"])
        if not rows:
            raise NoSuchReduction(number=granted.number)
        worth, moved, bills = ZERO, ZERO, []
        for season_id in sorted({row.season_id for row in rows}):
            season = get_or_refuse(Season, season_id)
            for account, looked in reductions.outlooks_without(
                season, [row for row in rows if row.season_id == season_id]
            ):
                worth, moved = worth - looked.worth, moved + looked.moved
                bills += _bill_rows(f"{season.code} {account.card_no}", looked)
        taken_back = Change(msgid("Taken back"), granted.number, None)
        count = Change(msgid("Households"), None, Decimal(len({row.account_id for row in rows})), "count")
        return Preview((taken_back, count, Change(WORTH_BACK, None, worth, "yuan"), *bills[:_SHOWN]), moved)

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (the worth stands in the preview)
        [worth] = [one.after for one in preview.changes if one.label == WORTH_BACK]
        return abs(Decimal(str(worth)))

    def apply(self, effect: Effect) -> Decimal:
        rows = reductions.of_request(effect.payload["request_id"], effect.payload["account_id"])
        return reductions.withdraw(effect, rows)


WORTH_BACK = msgid("Worth of what is taken back")
_SHOWN = 500
"""Bills of an outage that the preview names one by one."""


def _bill_rows(detail: str, looked: Outlook) -> list[Change]:
    """How a bill's reductions and charges stand before and after."""
    before, after = looked.before, looked.after
    rows = [
        Change(msgid("Charged for the season"), before.charged, after.charged, "money", detail=detail),
        Change(msgid("Reductions of the season"), -before.reduced, -after.reduced, "money", detail=detail),
    ]
    return [one for one in rows if one.difference]
