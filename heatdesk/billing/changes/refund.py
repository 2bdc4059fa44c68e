"""Refund (退费): money that lies ahead on an account is given back; agreed here, paid out by somebody else."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm

from heatdesk.approvals.kinds import MONEY, Change, Effect, Evidence, Kind, Payload, Preview, Target, register
from heatdesk.approvals.services import rule_book
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.forms.counts import SumField
from heatdesk.billing.models import Account
from heatdesk.billing.rules.ledger import LedgerCode
from heatdesk.billing.services import ledger, refunds
from heatdesk.billing.services.request_targets import read_account, target_of
from heatdesk.dates import today
from heatdesk.db import get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import MAX_MONEY, ZERO
from heatdesk.people.models import Customer
from heatdesk.web.fields import Present, half_width, text_field


class RefundForm(FlaskForm):
    card_no = text_field(lazy("Card no."), longest=40, filters=[half_width])
    amount = SumField(lazy("Amount"), [Present()], most=MAX_MONEY)
    payee = text_field(
        lazy("Paid to"),
        required=False,
        description=lazy("Left empty: the customer. Money for anybody else is decided on the highest level."),
    )
    bank_account = text_field(
        lazy("Bank account"), required=False, description=lazy("For a transfer; left empty, cash is paid.")
    )


@register
class Refund(Kind):
    name = "refund"
    title = KIND_TITLES["refund"]
    department = "billing"
    form = RefundForm
    evidence = (Evidence("application", lazy("Signed application")),)
    undone_by = ("refund_withdrawal",)

    def read(self, form: Any) -> Payload:
        account = read_account(form.card_no.data)
        return {
            "account_id": account.id,
            "amount": f"{form.amount.data:.2f}",
            "payee": form.payee.data or get_or_refuse(Customer, account.customer_id).name,
            "bank_account": form.bank_account.data or "",
        }

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        return {
            "card_no": get_or_refuse(Account, payload["account_id"]).card_no,
            "amount": Decimal(payload["amount"]),
            "payee": payload["payee"],
            "bank_account": payload["bank_account"],
        }

    def target(self, payload: Payload) -> Target:
        return target_of(payload["account_id"])

    def preview(self, payload: Payload) -> Preview:
        amount, ahead = Decimal(payload["amount"]), refunds.refundable(payload["account_id"])
        refunds.refuse_beyond(payload["account_id"], amount)
        return Preview(
            (
                Change(msgid("Prepayment"), ahead, ahead - amount, MONEY),
                Change(msgid("Paid to"), None, payload["payee"], "text"),
                Change(msgid("Bank account"), None, payload["bank_account"] or None, "text"),
            )
        )

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (bills do not move)
        """The money itself; for a payee who did not pay it counts for the highest level there is (posting 15)."""
        amount = Decimal(payload["amount"])
        account = get_or_refuse(Account, payload["account_id"])
        if payload["payee"] == get_or_refuse(Customer, account.customer_id).name:
            return amount
        levels = rule_book.set_for(self.name, account.branch_id, today())
        return max([amount, *(level.min_amount for level in levels)])

    def apply(self, effect: Effect) -> Decimal:
        account = get_or_refuse(Account, effect.payload["account_id"], lock=True)
        amount = Decimal(effect.payload["amount"])
        refunds.refuse_beyond(account.id, amount)
        movement = ledger.movement(
            LedgerCode.PREPAYMENT, LedgerCode.REFUNDS_PAYABLE, amount, account_id=account.id
        )
        refunds.agree(
            account,
            [movement],
            payee=effect.payload["payee"],
            bank_account=effect.payload["bank_account"],
            effect=effect,
            part="refund",
        )
        return ZERO
