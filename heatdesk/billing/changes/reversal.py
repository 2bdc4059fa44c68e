"""Reversal after the day (冲正): a payment of a closed day is undone today, and its money goes where it belongs."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import RadioField
from wtforms.validators import InputRequired

from heatdesk.approvals.kinds import MONEY, Change, Effect, Evidence, Kind, Payload, Preview, Target, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import NothingCameBack, SameHousehold
from heatdesk.billing.models import Account, Bill, Payment, Season
from heatdesk.billing.rules.workflow import ReversedMoney
from heatdesk.billing.services import refunds, reversals
from heatdesk.billing.services.request_targets import read_account, target_of
from heatdesk.billing.services.reversals import Reversible
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.web.fields import choices, half_width, text_field

MONEY_GOES = {
    ReversedMoney.GIVE_BACK: msgid("back to the household, paid out as a refund"),
    ReversedMoney.OTHER_ACCOUNT: msgid("to the household it was meant for"),
    ReversedMoney.RETURNED_BY_BANK: msgid(
        "nowhere: the bank has taken it back (bounced cheque, charged-back card)"
    ),
}


class ReversalForm(FlaskForm):
    number = text_field(lazy("Receipt no."), longest=40, filters=[half_width])
    money = RadioField(lazy("The money goes"), [InputRequired()], default=ReversedMoney.GIVE_BACK.value)
    card_no = text_field(
        lazy("Card no. it was meant for"),
        required=False,
        longest=40,
        filters=[half_width],
        description=lazy("Only where the payment was booked on the wrong household."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.money.choices = choices([(goal, lazy(said)) for goal, said in MONEY_GOES.items()])


@register
class Reversal(Kind):
    name = "reversal"
    title = KIND_TITLES["reversal"]
    department = "counter"
    form = ReversalForm
    evidence = (Evidence("proof", lazy("The receipt, or the bank's notice")),)

    def read(self, form: Any) -> Payload:
        money = ReversedMoney(form.money.data)
        payment_id = reversals.find_payment(form.number.data, current_user.branch_id)
        other = None
        if money is ReversedMoney.OTHER_ACCOUNT:
            other = read_account(form.card_no.data or "").id
        return {"payment_id": payment_id, "money": money.value, "other_account_id": other}

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        other = payload["other_account_id"]
        return {
            "number": reversals.receipt_of(payload["payment_id"]).written,
            "money": payload["money"],
            "card_no": get_or_refuse(Account, other).card_no if other else "",
        }

    def target(self, payload: Payload) -> Target:
        payment = get_or_refuse(Payment, payload["payment_id"])
        return target_of(payment.account_id, key=f"payment:{payment.id}")

    def took_part(self, payload: Payload) -> frozenset[int]:
        return frozenset({reversals.examine(payload["payment_id"]).shift.staff_id})

    def preview(self, payload: Payload) -> Preview:
        found, money = reversals.examine(payload["payment_id"]), ReversedMoney(payload["money"])
        if money is not ReversedMoney.RETURNED_BY_BANK and not found.money:
            raise NothingCameBack
        if payload["other_account_id"] == found.payment.account_id:
            raise SameHousehold
        rows = [
            Change(msgid("Receipt"), None, found.receipt.written, "text"),
            *_bills(found),
            *_penalties(found),
            *_ahead(found),
            Change(msgid("The money goes"), None, MONEY_GOES[money]),
        ]
        if payload["other_account_id"]:
            other = get_or_refuse(Account, payload["other_account_id"])
            ahead = refunds.refundable(other.id)
            rows.append(Change(msgid("Prepayment"), ahead, ahead + found.money, MONEY, detail=other.card_no))
        elif money is ReversedMoney.GIVE_BACK:
            rows.append(Change(msgid("To be paid out"), ZERO, found.money, MONEY))
        return Preview(tuple(rows), found.moved)

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (charges do not move)
        return get_or_refuse(Payment, payload["payment_id"]).amount

    def apply(self, effect: Effect) -> Decimal:
        payload = effect.payload
        other = None
        if payload["other_account_id"]:
            other = get_or_refuse(Account, payload["other_account_id"], lock=True)
        money = ReversedMoney(payload["money"])
        return reversals.reverse(payload["payment_id"], money, other, effect=effect)


def _bills(found: Reversible) -> list[Change]:
    """What each bill will owe again."""
    rows = db.session.execute(
        select(Season.id, Season.code, Bill.charged - Bill.reduced - Bill.paid)
        .join(Bill, Bill.season_id == Season.id)
        .where(Bill.account_id == found.payment.account_id, Season.id.in_(found.fees))
        .order_by(Season.starts_on)
    )
    return [
        Change(msgid("Owed for the season"), due, due + found.fees[season_id], MONEY, detail=code)
        for season_id, code, due in rows
    ]


def _penalties(found: Reversible) -> list[Change]:
    """What the payment booked of penalty; without it the days are counted as if it had never been."""
    codes = dict(db.session.execute(select(Season.id, Season.code).where(Season.id.in_(found.frozen))).all())
    return [
        Change(msgid("Penalty booked with the payment"), amount, ZERO, MONEY, detail=codes[season_id])
        for season_id, amount in found.frozen.items()
    ]


def _ahead(found: Reversible) -> list[Change]:
    change = found.from_prepayment - found.payment.to_prepayment
    if not change:
        return []
    ahead = refunds.refundable(found.payment.account_id)
    return [Change(msgid("Prepayment"), ahead, ahead + change, MONEY)]
