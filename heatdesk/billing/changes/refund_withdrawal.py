"""Withdrawal of a refund: an agreed refund that nobody has paid out goes back to where it lay."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import select

from heatdesk.approvals.kinds import MONEY, Change, Effect, Kind, Payload, Preview, Target, register
from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import NoSuchRefund
from heatdesk.billing.models import Account, Refund
from heatdesk.billing.services import refunds
from heatdesk.billing.services.request_targets import target_of
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.web.fields import half_width, text_field
from heatdesk.web.pages import scope_branch


class RefundWithdrawalForm(FlaskForm):
    number = text_field(
        lazy("Request number"),
        longest=40,
        filters=[half_width],
        description=lazy("Of the request by which the refund was agreed."),
    )


@register
class RefundWithdrawal(Kind):
    name = "refund_withdrawal"
    title = KIND_TITLES["refund_withdrawal"]
    department = "billing"
    form = RefundWithdrawalForm
    undone_by = ("refund",)

    def read(self, form: Any) -> Payload:
        refund_id = db.session.scalar(
            select(Refund.id)
            .join(ChangeRequest, ChangeRequest.id == Refund.change_request_id)
            .where(ChangeRequest.number == form.number.data, scope_branch(Refund.branch_id))
        )
        if refund_id is None:
            raise NoSuchRefund(number=form.number.data)
        return {"refund_id": refund_id}

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        refund = refunds.get(payload["refund_id"], None)
        return {"number": get_or_refuse(ChangeRequest, refund.change_request_id).number}

    def target(self, payload: Payload) -> Target:
        refund = refunds.get(payload["refund_id"], None)
        return target_of(refund.account_id, key=f"refund:{refund.id}")

    def preview(self, payload: Payload) -> Preview:
        refund = refunds.get(payload["refund_id"], None)
        refunds.refuse_over(refund)
        return Preview((Change(msgid("To be paid out"), refund.amount, ZERO, MONEY),))

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (bills do not move)
        return refunds.get(payload["refund_id"], None).amount

    def apply(self, effect: Effect) -> Decimal:
        account_id = refunds.get(effect.payload["refund_id"], None).account_id
        get_or_refuse(Account, account_id, lock=True)
        refunds.withdraw(refunds.get(effect.payload["refund_id"], None, lock=True), effect=effect)
        return ZERO
