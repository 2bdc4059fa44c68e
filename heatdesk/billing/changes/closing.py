"""Closing an account (销户): its supply ends on a day and nothing is owed, or it was opened by mistake."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from heatdesk.approvals.kinds import MONEY, Change, Effect, Evidence, Payload, Preview, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes.dated_facts import assess_in_parts
from heatdesk.billing.changes.households import (
    CHARGED,
    NOBODY,
    HouseholdKind,
    balance_after,
    card_of,
    moved,
    open_account,
    reckon,
    season_rows,
)
from heatdesk.billing.changes.opening import plain_facts
from heatdesk.billing.errors import StillOwing
from heatdesk.billing.forms.openings import ClosingRequestForm
from heatdesk.billing.models import Account
from heatdesk.billing.services import accounts, standings, supply_terms
from heatdesk.billing.services.request_targets import read_account
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO, format_money
from heatdesk.network import reading
from heatdesk.network.models import Premises
from heatdesk.network.nouns import NOUNS
from heatdesk.people.models import Customer


@register
class Closing(HouseholdKind):
    name = "closing"
    title = KIND_TITLES["closing"]
    form = ClosingRequestForm
    evidence = (Evidence("wish", lazy("Signed application of the customer")),)
    undone_by = ("new_account",)

    def read(self, form: Any) -> Payload:
        return {
            "account_id": read_account(form.card_no.data).id,
            "closed_on": form.closed_on.data.isoformat(),
            "annul": bool(form.annul.data),
        }

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        last_day = date.fromisoformat(payload["closed_on"])
        return {"card_no": card_of(payload), "closed_on": last_day, "annul": payload["annul"]}

    def take_back(self, name: str, payload: Payload) -> Mapping[str, Any]:
        """The same customer in the same premises, supplied as on the last day."""
        account = get_or_refuse(Account, payload["account_id"])
        premises = get_or_refuse(Premises, account.premises_id)
        customer = get_or_refuse(Customer, account.customer_id)
        terms = supply_terms.timeline(account.id)
        facts = plain_facts(supply_terms.facts_of(terms[0])) if terms and name == "new_account" else {}
        return {
            "building_id": reading.label_of(NOUNS["buildings"], premises.building_id),
            "unit": premises.unit,
            "room": premises.room,
            "customer": f"{customer.name} #{customer.id}",
            **facts,
        }

    def preview(self, payload: Payload) -> Preview:
        account = open_account(payload)
        effect = reckon(account, self._trial(account, payload))
        bills = season_rows(effect)
        before = standings.of_account(account.id)
        moves = {one.code: one.difference for one in effect.seasons}
        after = balance_after(before, moves)
        if after.owed:
            raise StillOwing(owed=format_money(after.owed))
        last = account.opened_on if payload["annul"] else date.fromisoformat(payload["closed_on"])
        rows = (
            Change(msgid("Last day"), None, last, "date"),
            *(
                [Change(msgid("Never opened"), None, msgid("It was opened by mistake"))]
                if payload["annul"]
                else []
            ),
            *bills,
            Change(msgid("Owed"), before.owed, ZERO, MONEY),
            Change(msgid("Prepayment"), before.prepayment, after.ahead, MONEY),
        )
        return Preview(rows, sum((one.difference for one in bills), ZERO))

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (all that counts is shown)
        return moved(one for one in preview.changes if one.label == CHARGED)

    def apply(self, effect: Effect) -> Decimal:
        account = open_account(effect.payload, lock=True)
        self._end(account, effect.payload, reason=effect.number, by=effect.by)
        difference = assess_in_parts(account, effect)
        accounts.refuse_owing(account)
        return difference

    def _trial(self, account: Account, payload: Payload) -> Callable[[], None]:
        def tried() -> None:
            self._end(account, payload, reason="", by=NOBODY)
            db.session.flush()

        return tried

    def _end(self, account: Account, payload: Payload, *, reason: str, by: int) -> None:
        on = date.fromisoformat(payload["closed_on"])
        accounts.end(account, on=on, reason=reason, by=by, annul=payload["annul"])
