"""Share of an organisation (单位承担): it answers for a part of what these households owe, from a season on."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import insert, select
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length, Optional

from heatdesk.approvals.kinds import MONEY, Change, Effect, Evidence, Kind, Payload, Preview, Target, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import NoSuchCards, PayerIsMember, TooManyCards
from heatdesk.billing.models import Account, PayerShare, Season
from heatdesk.billing.rules.payers import PayerShare as Share
from heatdesk.billing.rules.states import SeasonKind
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments, payer_outlooks, payer_shares
from heatdesk.billing.services.request_targets import read_account, target_of
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import MAX_MONEY, ZERO
from heatdesk.people.models import Customer
from heatdesk.web.fields import Present, QuantityField, choices, half_width, text_field

MOST_CARDS = 500
_PEOPLE = msgid("Charged to its people")
_ORGANISATIONS = msgid("Taken over by organisations")
_HUNDRED = Decimal(100)


class PayerShareForm(FlaskForm):
    payer_card_no = text_field(lazy("Card no. of the organisation"), longest=40, filters=[half_width])
    card_nos = TextAreaField(
        lazy("Card numbers of its people"),
        [Present(), Length(max=20_000)],
        description=lazy("One to a line, or parted by blanks or commas."),
    )
    season_id = SelectField(lazy("From the season"), coerce=int)
    percent = QuantityField(
        lazy("Share %"), [], most=_HUNDRED, description=lazy("100 is the whole bill, 0 ends the share.")
    )
    up_to_m2 = QuantityField(lazy("For at most m²"), [Optional()], above=ZERO)
    limit_amount = QuantityField(lazy("At most yuan per season"), [Optional()], above=ZERO, most=MAX_MONEY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seasons = (
            select(Season.id, Season.code)
            .where(Season.kind == SeasonKind.HEATING, Season.state != SeasonState.CLOSED)
            .order_by(Season.starts_on.desc())
        )
        self.season_id.choices = choices(db.session.execute(seasons).all())


@register
class PayerShareChange(Kind):
    name = "payer_share"
    title = KIND_TITLES["payer_share"]
    department = "billing"
    form = PayerShareForm
    evidence = (Evidence("agreement", lazy("Letter of the organisation")),)
    undone_by = ("payer_share",)

    def read(self, form: Any) -> Payload:
        payer = read_account(form.payer_card_no.data)
        cards = list(dict.fromkeys(re.split(r"[\s,;，；、]+", half_width(form.card_nos.data))))
        limit, up_to = form.limit_amount.data, form.up_to_m2.data
        return {
            "payer_account_id": payer.id,
            "account_ids": _members(payer, [card for card in cards if card]),
            "season_id": form.season_id.data,
            "share": str((form.percent.data or ZERO) / _HUNDRED),
            "up_to_m2": None if up_to is None else f"{up_to:.2f}",
            "limit_amount": None if limit is None else f"{limit:.2f}",
        }

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        cards = (
            select(Account.card_no).where(Account.id.in_(payload["account_ids"])).order_by(Account.card_no)
        )
        return {
            "payer_card_no": get_or_refuse(Account, payload["payer_account_id"]).card_no,
            "card_nos": "\n".join(db.session.scalars(cards)),
            "season_id": payload["season_id"],
            "percent": Decimal(payload["share"]) * _HUNDRED,
            "up_to_m2": _decimal(payload["up_to_m2"]),
            "limit_amount": _decimal(payload["limit_amount"]),
        }

    def target(self, payload: Payload) -> Target:
        return target_of(payload["payer_account_id"])

    def preview(self, payload: Payload) -> Preview:
        season = get_or_refuse(Season, payload["season_id"])
        members = payload["account_ids"]
        reckoned = payer_outlooks.reckoned(payload["payer_account_id"], members, season.id, _share(payload))
        rows: list[Change] = []
        for one in reckoned:
            people = Change(_PEOPLE, one.people_before, one.people_after, MONEY, detail=one.code)
            organisations = Change(_ORGANISATIONS, ZERO, one.organisations, MONEY, detail=one.code)
            rows += [people, organisations]
        count = Change(msgid("Households"), None, Decimal(len(members)), "count")
        begins = Change(msgid("From the season"), None, season.code, "text")
        return Preview((count, begins, *rows), sum((one.difference for one in rows), ZERO))

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (all that counts is shown)
        """What changes hands: the organisation's rise and its people's fall are the same money."""
        return max((abs(one.difference) for one in preview.changes), default=ZERO)

    def apply(self, effect: Effect) -> Decimal:
        payload, share = effect.payload, _share(effect.payload)
        rows = [
            {
                "account_id": account_id,
                "payer_account_id": payload["payer_account_id"],
                "share": share.share,
                "up_to_m2": share.up_to_m2,
                "limit_amount": share.limit,
                "season_id": payload["season_id"],
                "change_request_id": effect.request_id,
            }
            for account_id in payload["account_ids"]
        ]
        db.session.execute(insert(PayerShare).values(rows))
        moved = ZERO
        for season in payer_outlooks.billed_since(payload["season_id"]):
            assessments.open_season(season.id)
            with effect.part(f"season:{season.code}"):
                done = assessments.assess_many(
                    payload["account_ids"], season.id, by=effect.by, reason=effect.number
                )
                for refusal in done.refusals.values():
                    raise refusal
            moved += sum(done.differences.values(), ZERO)
        return moved


def _members(payer: Account, card_nos: list[str]) -> list[int]:
    """The accounts of these cards in the payer's branch, in order of card.

    Raises `TooManyCards`, `NoSuchCards`, `PayerIsMember`.
    """
    if len(card_nos) > MOST_CARDS:
        raise TooManyCards(most=MOST_CARDS)
    rows = db.session.execute(
        select(Account.card_no, Account.id)
        .where(Account.card_no.in_(card_nos), Account.branch_id == payer.branch_id)
        .order_by(Account.card_no)
    ).all()
    found = {row[0]: row[1] for row in rows}
    unknown = [card_no for card_no in card_nos if card_no not in found]
    if unknown:
        raise NoSuchCards(cards=", ".join(unknown[:10]))
    payers, _answered_for = payer_shares.has_part(list(found.values()))
    _payers, answered_for = payer_shares.has_part([payer.id])
    if payers or answered_for or payer.id in found.values():
        raise PayerIsMember
    return list(found.values())


def _share(payload: Payload) -> Share:
    payer = get_or_refuse(Account, payload["payer_account_id"])
    name = get_or_refuse(Customer, payer.customer_id).name
    up_to, limit = _decimal(payload["up_to_m2"]), _decimal(payload["limit_amount"])
    return Share(name, Decimal(payload["share"]), up_to, limit)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
