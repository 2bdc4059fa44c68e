"""What the kinds about one household share: the card number on the form, whose household it is, its head."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_login import current_user

from heatdesk.approvals.kinds import MONEY, Change, Head, Kind, Payload, Target, finds_heads
from heatdesk.billing.errors import NoSuchCard
from heatdesk.billing.models import Account
from heatdesk.billing.services import accounts, households, labels, reassessing, standings
from heatdesk.billing.services.reassessing import Effect
from heatdesk.billing.services.request_targets import read_account, target_of
from heatdesk.billing.services.standings import Standing
from heatdesk.dates import today
from heatdesk.db import get_or_refuse
from heatdesk.errors import RuleBroken, msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.printing import figure
from heatdesk.web.fields import half_width, text_field

CHARGED = msgid("Charged for the season")
NOBODY = 0
"""Who tries a change out: it is taken back before anybody could read the name."""


def card_field() -> Any:
    return text_field(lazy("Card no."), longest=40, filters=[half_width])


def season_rows(effect: Effect, detail: str = "") -> list[Change]:
    """What a change does to each billed season that charges anything; raises what keeps it from being reckoned."""
    for refusal in (effect.refusal, *(season.refusal for season in effect.seasons)):
        if refusal:
            raise RuleBroken(refusal)
    return [
        Change(CHARGED, one.before, one.after, MONEY, detail=f"{one.code} {detail}".strip())
        for one in effect.seasons
        if one.before or one.after
    ]


def moved(changes: Iterable[Change]) -> Decimal:
    """Yuan moved either way: seasons do not cancel each other out, a rise and a fall are both looked at."""
    return sum((abs(one.difference) for one in changes), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account owes of fees and of penalties, and what it has paid ahead, yuan ≥ 0."""

    fees: Decimal
    penalty: Decimal
    ahead: Decimal

    @property
    def owed(self) -> Decimal:
        return self.fees + self.penalty


def balance_after(standing: Standing, moves: Mapping[str, Decimal]) -> Balance:
    """Once the bills have moved, by season; what was paid of a fee beyond it is paid ahead."""
    fees = [bill.fee + moves.get(bill.code, ZERO) for bill in standing.bills]
    return Balance(
        fees=sum((fee for fee in fees if fee > 0), ZERO),
        penalty=sum((bill.penalty for bill in standing.bills), ZERO),
        ahead=standing.prepayment - sum((fee for fee in fees if fee < 0), ZERO),
    )


class HouseholdKind(Kind):
    """A kind about one account: its payload names it as `account_id`, its form as `card_no`."""

    department = "billing"

    def target(self, payload: Payload) -> Target:
        return target_of(payload["account_id"])


@finds_heads
def head_by_card(given: Mapping[str, str]) -> Head | None:
    """The household whose card number stands on a form, of whatever kind."""
    card_no = half_width(given.get("card_no", ""))
    if not card_no:
        return None
    try:
        return head_of(read_account(card_no).id)
    except NoSuchCard:
        return None


def head_of(account_id: int) -> Head:
    """The household as it stands today, for a reader who may see it."""
    household = households.read_in(account_id, current_user.branch_id)
    standing = standings.of_account(account_id)
    term = households.term_on(account_id, today())
    chips: list[tuple[str, Any, str | None, str]] = []
    if term is not None:
        label, icon, tone = labels.SUPPLY_STATES[term.state]
        area = f"{labels.USE_CLASSES[term.use_class]} · {figure(term.building_area_m2)} m²"
        chips += [(term.state, label, icon, tone), (term.use_class, area, None, "plain")]
    if household.closed_on is not None:
        chips.append(("closed", lazy("Account closed"), "archive", "bad"))
    return Head(
        title=household.name,
        code=household.card_no,
        place=tuple(household.place),
        chips=tuple(chips),
        figures=((lazy("Owed"), standing.owed), (lazy("Prepayment"), standing.prepayment)),
        url=url_for("customer_card.show", account_id=account_id),
    )


def open_account(payload: Payload, *, lock: bool = False) -> Account:
    """The account of a payload; raises `ClosedAccount`."""
    account = accounts.get(payload["account_id"], None, lock=lock)
    accounts.refuse_closed(account)
    return account


def card_of(payload: Payload) -> str:
    return get_or_refuse(Account, payload["account_id"]).card_no


def day_of(text: str | None) -> date | None:
    """A day as a payload keeps it."""
    return date.fromisoformat(text) if text else None


def reckon(account: Account, change: Any) -> Effect:
    """What `change` would do to the bills, tried out and taken back."""
    return reassessing.effect_of(account, change)
