"""Dated facts: from a day on (to a day) a household's area, height, use or parts are others; its bills follow.

A kind says what the fact is, how a form gives it and how it is shown; finding the terms it holds for, splitting them
and assessing again is done here, once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from wtforms.validators import Optional

from heatdesk.approvals.kinds import Change, Effect, Payload, Preview
from heatdesk.billing.changes.households import (
    NOBODY,
    HouseholdKind,
    card_of,
    day_of,
    moved,
    open_account,
    reckon,
    season_rows,
)
from heatdesk.billing.errors import DaysReversed, FactMoved, NoTermThatDay, SameFacts
from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.models import Account, SupplyTerm
from heatdesk.billing.services import assessments, reassessing, supply_terms
from heatdesk.billing.services.request_targets import read_account
from heatdesk.billing.services.supply_terms import Facts
from heatdesk.errors import RuleBroken, msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.web.fields import Present, half_width

_DAY = timedelta(days=1)
Span = tuple[SupplyTerm, date, date | None]
"""A term and the days of it that change, both included; None: until further notice."""


def first_day_field() -> Any:
    return DayField(lazy("Holds from"), [Present()])


def last_day_field() -> Any:
    return DayField(
        lazy("To (included)"),
        [Optional()],
        description=lazy("Empty: until another fact is recorded, or until further notice."),
    )


class DatedFact(HouseholdKind):
    """A fact of supply terms. `value` is what a term says of it, as plain JSON; a payload carries the same keys."""

    refusal: type[RuleBroken] = SameFacts
    """Raised when nothing would be different."""

    def value(self, facts: Facts) -> Payload:
        raise NotImplementedError

    def given(self, form: Any) -> Payload:
        """The new value as the form gives it."""
        raise NotImplementedError

    def shown_in_form(self, value: Payload) -> Mapping[str, Any]:
        """The form's data for a value; the inverse of `given`."""
        raise NotImplementedError

    def changed(self, facts: Facts, payload: Payload) -> Facts:
        raise NotImplementedError

    def rows(self, before: Facts, after: Facts) -> Iterable[Change]:
        raise NotImplementedError

    def read(self, form: Any) -> Payload:
        """`was` keeps what the applicant saw: the request that takes this one back asks for it again."""
        account = read_account(form.card_no.data)
        ends_on = form.ends_on.data
        payload = {
            "account_id": account.id,
            "starts_on": form.starts_on.data.isoformat(),
            "ends_on": None if ends_on is None else ends_on.isoformat(),
            **self.given(form),
        }
        [(term, _first, _last), *_more] = self._spans(account, payload)
        return {**payload, "was": self.value(supply_terms.facts_of(term))}

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        return {
            "card_no": card_of(payload),
            "starts_on": date.fromisoformat(payload["starts_on"]),
            "ends_on": day_of(payload.get("ends_on")),
            **self.shown_in_form(payload),
        }

    def start(self, given: Mapping[str, str]) -> Mapping[str, Any]:
        """A form opened from a household begins with what holds there now."""
        card_no = half_width(given.get("card_no", ""))
        try:
            terms = supply_terms.timeline(read_account(card_no).id)
        except RuleBroken:
            return {"card_no": card_no}
        shown = self.shown_in_form(self.value(supply_terms.facts_of(terms[0]))) if terms else {}
        return {"card_no": card_no, **shown}

    def take_back(self, name: str, payload: Payload) -> Mapping[str, Any]:
        return self.fill({**payload, **payload.get("was", {})}) if name == self.name else {}

    def preview(self, payload: Payload) -> Preview:
        account = open_account(payload)
        [(term, first, last), *more] = self._spans(account, payload)
        before = supply_terms.facts_of(term)
        after = self.changed(before, payload)
        if payload.get("was") not in (None, self.value(before)):
            raise FactMoved
        if self.value(before) == self.value(after):
            raise self.refusal
        bills = season_rows(reckon(account, self._trial(account, payload)))
        last = more[-1][2] if more else last
        days = [
            Change(msgid("Holds from"), None, first, "date"),
            Change(msgid("To (included)"), None, last, "date"),
        ]
        rows = (*(one for one in days if one.after), *self.rows(before, after), *bills)
        return Preview(rows, sum((one.difference for one in bills), ZERO))

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (all that counts is shown)
        return moved(preview.changes)

    def apply(self, effect: Effect) -> Decimal:
        account = open_account(effect.payload, lock=True)
        self._change(account, effect.payload, reason=effect.number, by=effect.by)
        return assess_in_parts(account, effect)

    def _trial(self, account: Account, payload: Payload) -> Callable[[], None]:
        return lambda: self._change(account, payload, reason="", by=NOBODY)

    def _change(self, account: Account, payload: Payload, *, reason: str, by: int) -> None:
        """Give the terms other facts for those days; what was true before and after stays."""
        for term, first, last in self._spans(account, payload):
            known = supply_terms.facts_of(term)
            facts = replace(self.changed(known, payload), starts_on=first, ends_on=last, reason=reason)
            if first > known.starts_on:
                supply_terms.add(account, facts, by=by, resume=last != known.ends_on)
                continue
            if last != known.ends_on and last is not None:
                supply_terms.add(account, replace(known, starts_on=last + _DAY), by=by)
            supply_terms.correct(account, term, facts, by=by)

    def _spans(self, account: Account, payload: Payload) -> list[Span]:
        """The days that change: from the first on as long as terms say what the first of them says.

        A term that says something else was recorded for a reason of its own and ends the run. Raises `NoTermThatDay`.
        """
        first, last = date.fromisoformat(payload["starts_on"]), day_of(payload.get("ends_on"))
        if last is not None and last < first:
            raise DaysReversed
        spans: list[Span] = []
        for term in reversed(supply_terms.timeline(account.id)):
            if term.ends_on is not None and term.ends_on < first:
                continue
            if last is not None and term.starts_on > last:
                break
            if not spans and term.starts_on > first:
                break
            if spans and self._value_of(term) != self._value_of(spans[0][0]):
                break
            spans.append((term, max(first, term.starts_on), _earlier(term.ends_on, last)))
        if not spans:
            raise NoTermThatDay(day=first)
        return spans

    def _value_of(self, term: SupplyTerm) -> Payload:
        return self.value(supply_terms.facts_of(term))


def assess_in_parts(account: Account, effect: Effect, name: str = "season") -> Decimal:
    """Post what the facts now make of every open season, a part of the effect each; returns the sum, yuan, signed."""
    difference = ZERO
    for season in reassessing.open_seasons():
        with effect.part(f"{name}:{season.code}"):
            difference += assessments.assess(account.id, season.id, by=effect.by, reason=effect.number)
    return difference


def _earlier(one: date | None, other: date | None) -> date | None:
    """The earlier of two last days, of which None never comes."""
    days = [day for day in (one, other) if day is not None]
    return min(days) if days else None
