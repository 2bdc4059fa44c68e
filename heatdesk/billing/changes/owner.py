"""Change of owner (过户): one customer's account ends on a day, another's begins on the next for the same premises.

The season is split by its days through the supply terms of both. What was owed must be paid first, or it passes over
with what was paid ahead, when that is asked for (reliability.md §5, posting 25). A penalty is of who was late: it does
not pass over.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from heatdesk.approvals.kinds import MONEY, Change, Effect, Evidence, Payload, Preview, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes.dated_facts import assess_in_parts
from heatdesk.billing.changes.households import (
    CHARGED,
    NOBODY,
    Balance,
    HouseholdKind,
    balance_after,
    card_of,
    day_of,
    moved,
    open_account,
    season_rows,
)
from heatdesk.billing.changes.opening import customer_in_form, customer_name, customer_of, customer_payload
from heatdesk.billing.errors import NoNewOwnerYet, SameCustomer, SettleFirst
from heatdesk.billing.forms.openings import OwnerForm
from heatdesk.billing.models import Account
from heatdesk.billing.services import accounts, card_numbers, ownership, reassessing, standings, supply_terms
from heatdesk.billing.services.request_targets import read_account
from heatdesk.billing.services.supply_terms import Facts
from heatdesk.db import get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO, format_money
from heatdesk.people.models import Customer

_DAY = timedelta(days=1)
_NOTHING = Balance(ZERO, ZERO, ZERO)


@register
class OwnerChange(HouseholdKind):
    name = "owner"
    title = KIND_TITLES["owner"]
    form = OwnerForm
    fields = "billing/requests/_owner.html"
    evidence = (
        Evidence("title", lazy("Title deed or contract of sale")),
        Evidence("identity", lazy("Identity card or licence"), least=0),
    )
    undone_by = ("owner",)

    def read(self, form: Any) -> Payload:
        account = read_account(form.card_no.data)
        return {
            "account_id": account.id,
            "last_day": form.last_day.data.isoformat(),
            **customer_payload(form),
            "carry": bool(form.carry.data),
            "card_no": form.new_card_no.data or card_numbers.proposed(account.branch_id),
            "remark": form.remark.data,
        }

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        return {
            "card_no": card_of(payload),
            "last_day": day_of(payload["last_day"]),
            **customer_in_form(payload),
            "carry": payload["carry"],
            "new_card_no": payload["card_no"],
            "remark": payload["remark"],
        }

    def take_back(self, name: str, payload: Payload) -> Mapping[str, Any]:
        """Back to the former customer: the new account ends on its first day."""
        former = get_or_refuse(Account, payload["account_id"])
        customer = get_or_refuse(Customer, former.customer_id)
        return {
            "card_no": payload["card_no"],
            "last_day": date.fromisoformat(payload["last_day"]) + _DAY,
            "customer": f"{customer.name} #{customer.id}",
            "carry": payload["carry"] and name == self.name,
        }

    def preview(self, payload: Payload) -> Preview:
        account = open_account(payload)
        _refuse_day(account, payload)
        if payload["customer_id"] == account.customer_id:
            raise SameCustomer
        effects = reassessing.effects_of(self._trial(account, payload))
        cards = (account.card_no, payload["card_no"])
        bills = [
            row
            for card, effect in zip(cards, effects, strict=False)
            for row in season_rows(effect, card)
            if row.difference
        ]
        [former_moves, new_moves] = [
            {one.code: one.difference for one in effect.seasons} for effect in effects
        ]
        standing = standings.of_account(account.id)
        former = balance_after(standing, former_moves)
        new = replace(_NOTHING, fees=sum(new_moves.values(), ZERO))
        if former.owed and not payload["carry"]:
            raise SettleFirst(owed=format_money(former.owed))
        if payload["carry"]:
            ownership.refuse_penalty(standing)
            new = replace(new, fees=new.fees + former.fees, ahead=former.ahead)
            former = _NOTHING
        names = (get_or_refuse(Customer, account.customer_id).name, customer_name(payload))
        last_day = date.fromisoformat(payload["last_day"])
        rows = (
            Change(msgid("Customer"), *names, "text"),
            Change(msgid("Card number"), *cards, "text"),
            Change(msgid("Last day of the former customer"), None, last_day, "date"),
            *bills,
            *_balance_rows(cards[0], balance_after(standing, {}), former),
            *_balance_rows(cards[1], _NOTHING, new),
        )
        return Preview(rows, sum((one.difference for one in bills), ZERO))

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (all that counts is shown)
        return moved(one for one in preview.changes if one.label == CHARGED)

    def apply(self, effect: Effect) -> Decimal:
        payload = effect.payload
        account = open_account(payload, lock=True)
        _refuse_day(account, payload)
        new = self._change(account, payload, reason=effect.number, by=effect.by)
        difference = assess_in_parts(account, effect, "former") + assess_in_parts(new, effect, "new")
        owed = accounts.owed_by(account.id)
        if owed and not payload["carry"]:
            raise SettleFirst(owed=format_money(owed))
        if payload["carry"]:
            with effect.part("transfer"):
                ownership.carry_over(account, new, by=effect.by, memo=effect.number)
        return difference

    def _trial(self, account: Account, payload: Payload) -> Callable[[], Sequence[int]]:
        return lambda: [account.id, self._change(account, payload, reason="", by=NOBODY).id]

    def _change(self, account: Account, payload: Payload, *, reason: str, by: int) -> Account:
        """The former account ends, the new one begins with the supply facts as they are and were planned."""
        last_day = date.fromisoformat(payload["last_day"])
        terms = list(_from(account, last_day + _DAY, reason))
        accounts.end(account, on=last_day, reason=reason, by=by)
        return accounts.begin(
            customer_of(payload),
            account.premises_id,
            opened_on=last_day + _DAY,
            card_no=payload["card_no"],
            remark=payload["remark"],
            terms=terms,
            by=by,
        )


def _refuse_day(account: Account, payload: Payload) -> None:
    if date.fromisoformat(payload["last_day"]) < account.opened_on:
        raise NoNewOwnerYet(day=account.opened_on)


def _from(account: Account, day: date, reason: str) -> Iterator[Facts]:
    """What the terms say of the days from this one on, the oldest first."""
    for term in reversed(supply_terms.timeline(account.id)):
        if term.ends_on is None or term.ends_on >= day:
            yield replace(supply_terms.facts_of(term), starts_on=max(term.starts_on, day), reason=reason)


def _balance_rows(card_no: str, before: Balance, after: Balance) -> Iterator[Change]:
    yield Change(msgid("Owed"), before.owed, after.owed, MONEY, detail=card_no)
    yield Change(msgid("Prepayment"), before.ahead, after.ahead, MONEY, detail=card_no)
