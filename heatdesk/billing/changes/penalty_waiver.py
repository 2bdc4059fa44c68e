"""Penalty waiver (违约金减免): some or all of one season's penalty is not asked for; the fee stays as it is."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import SelectField
from wtforms.validators import Optional

from heatdesk.approvals.kinds import Change, Effect, Evidence, Kind, Payload, Preview, Target, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import NoPenalty, WaiverTooHigh
from heatdesk.billing.models import Account, Allocation, Payment, PaymentVoid, Season, TillShift
from heatdesk.billing.services import accounts, penalties, standings
from heatdesk.billing.services.request_targets import read_account, target_of
from heatdesk.billing.services.standings import SeasonDue
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import MAX_MONEY, ZERO, format_money
from heatdesk.web.fields import Present, QuantityField, half_width, text_field


def _season_codes() -> list[tuple[str, str]]:
    """Newest first."""
    codes = db.session.scalars(select(Season.code).order_by(Season.starts_on.desc()))
    return [(code, code) for code in codes]


class PenaltyWaiverForm(FlaskForm):
    card_no = text_field(lazy("Card no."), longest=40, filters=[half_width])
    season = SelectField(lazy("Season"), [Present()], choices=_season_codes)
    amount = QuantityField(
        lazy("Amount waived, yuan"),
        [Optional()],
        above=ZERO,
        most=MAX_MONEY,
        description=lazy("Left empty, it is the whole penalty up to today."),
    )


@register
class PenaltyWaiver(Kind):
    name = "penalty_waiver"
    title = KIND_TITLES["penalty_waiver"]
    department = "billing"
    form = PenaltyWaiverForm
    evidence = (Evidence("application", lazy("Signed application of the customer")),)

    def read(self, form: Any) -> Payload:
        """The whole penalty is asked for as the sum it comes to now: a level is found for a sum, not for a wish."""
        account_id = read_account(form.card_no.data).id
        season_id = db.session.scalars(select(Season.id).where(Season.code == form.season.data)).one()
        amount = form.amount.data or _bill(account_id, season_id).penalty
        return {"account_id": account_id, "season_id": season_id, "amount": f"{amount:.2f}"}

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        return {
            "card_no": get_or_refuse(Account, payload["account_id"]).card_no,
            "season": get_or_refuse(Season, payload["season_id"]).code,
            "amount": Decimal(payload["amount"]),
        }

    def target(self, payload: Payload) -> Target:
        season = get_or_refuse(Season, payload["season_id"])
        found = target_of(payload["account_id"], key=f"bill:{payload['account_id']}:{season.id}")
        return replace(found, label=f"{found.label} {season.code}")

    def preview(self, payload: Payload) -> Preview:
        """The fee is shown because it stays: a waiver closes no fee, and a paid fee no penalty."""
        bill = _waivable(payload)
        amount = Decimal(payload["amount"])
        changes = (
            Change(msgid("Penalty"), bill.penalty, bill.penalty - amount, "money", detail=bill.code),
            Change(msgid("Fee still owed"), bill.fee, bill.fee, "money", detail=bill.code),
        )
        return Preview(changes, -amount)

    def took_part(self, payload: Payload) -> frozenset[int]:
        """Whoever took money for this bill does not decide that less of it was due."""
        takers = (
            select(TillShift.staff_id)
            .join(Payment, Payment.till_shift_id == TillShift.id)
            .join(Allocation, Allocation.payment_id == Payment.id)
            .outerjoin(PaymentVoid, PaymentVoid.payment_id == Payment.id)
            .where(
                Allocation.account_id == payload["account_id"],
                Allocation.season_id == payload["season_id"],
                PaymentVoid.payment_id.is_(None),
            )
        )
        return frozenset(db.session.scalars(takers))

    def apply(self, effect: Effect) -> Decimal:
        """What is frozen here rests on the tariff and stays; only the waiver is booked on the request."""
        payload = effect.payload
        account = accounts.get(payload["account_id"], None, lock=True)
        bill, amount = _waivable(payload), Decimal(payload["amount"])
        penalties.freeze(account.id, bill, branch_id=account.branch_id, by=effect.by)
        with effect.part(f"season:{bill.code}"):
            penalties.waive(
                account.id,
                bill.season_id,
                amount,
                branch_id=account.branch_id,
                by=effect.by,
                memo=effect.number,
            )
        return -amount


def _bill(account_id: int, season_id: int) -> SeasonDue:
    """The bill with its penalty to the day; raises `NoPenalty`."""
    for bill in standings.of_account(account_id).chosen({season_id}):
        if bill.penalty:
            return bill
    raise NoPenalty(code=get_or_refuse(Season, season_id).code)


def _waivable(payload: Payload) -> SeasonDue:
    """Raises `NoPenalty`, `WaiverTooHigh`."""
    bill = _bill(payload["account_id"], payload["season_id"])
    if bill.penalty < Decimal(payload["amount"]):
        raise WaiverTooHigh(open=format_money(bill.penalty), code=bill.code)
    return bill
