"""Area adjustment (面积调整): from a day on a household has other areas, and its bills move by the difference."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms.validators import Optional

from heatdesk.approvals.kinds import Change, Effect, Evidence, Kind, Payload, Preview, Target, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import NoTermThatDay, SameAreas
from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.models import Account, SupplyTerm
from heatdesk.billing.services import accounts, assessments, reassessing, supply_terms
from heatdesk.billing.services.request_targets import read_account, target_of
from heatdesk.billing.services.supply_terms import Facts
from heatdesk.db import get_or_refuse
from heatdesk.errors import RuleBroken, msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.web.fields import Present, QuantityField, half_width, text_field

_NOBODY = 0
"""Who tries a change out: it is taken back before anybody could read the name."""
AREAS = {
    "building_area_m2": msgid("Building area"),
    "inner_area_m2": msgid("Inner area"),
    "usable_area_m2": msgid("Usable area"),
}


class AreaForm(FlaskForm):
    card_no = text_field(lazy("Card no."), longest=40, filters=[half_width])
    starts_on = DayField(lazy("Holds from"), [Present()])
    building_area_m2 = QuantityField(lazy("Building area m²"), [Present()], above=ZERO)
    inner_area_m2 = QuantityField(
        lazy("Inner area m²"), [Optional()], above=ZERO, description=lazy("Left empty, it stays as it is.")
    )
    usable_area_m2 = QuantityField(
        lazy("Usable area m²"), [Optional()], above=ZERO, description=lazy("Left empty, it stays as it is.")
    )


@register
class AreaAdjustment(Kind):
    name = "area"
    title = KIND_TITLES["area"]
    department = "billing"
    form = AreaForm
    evidence = (Evidence("measuring_record", lazy("Signed measuring record")),)
    undone_by = ("area",)

    def read(self, form: Any) -> Payload:
        areas = {name: form[name].data for name in AREAS}
        return {
            "account_id": read_account(form.card_no.data).id,
            "starts_on": form.starts_on.data.isoformat(),
            **{name: None if area is None else f"{area:.2f}" for name, area in areas.items()},
        }

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        return {
            "card_no": get_or_refuse(Account, payload["account_id"]).card_no,
            "starts_on": date.fromisoformat(payload["starts_on"]),
            **_areas(payload),
        }

    def target(self, payload: Payload) -> Target:
        return target_of(payload["account_id"])

    def preview(self, payload: Payload) -> Preview:
        account = accounts.get(payload["account_id"], None)
        accounts.refuse_closed(account)
        term = _running_term(account, payload)
        before, after = supply_terms.facts_of(term), _facts(term, payload, "")
        areas = [
            Change(label, getattr(before, name), getattr(after, name), "m²")
            for name, label in AREAS.items()
            if getattr(after, name) is not None
        ]
        if all(one.before == one.after for one in areas):
            raise SameAreas
        effect = reassessing.effect_of(account, lambda: _change(account, payload, reason="", by=_NOBODY))
        for refusal in (effect.refusal, *(season.refusal for season in effect.seasons)):
            if refusal:
                raise RuleBroken(refusal)
        bills = [
            Change(msgid("Charged for the season"), one.before, one.after, "money", detail=one.code)
            for one in effect.seasons
        ]
        holds = Change(msgid("Holds from"), None, after.starts_on, "date")
        return Preview((holds, *areas, *bills), effect.difference)

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (all that counts is shown)
        """Seasons do not cancel each other out: a rise in one and a fall in another are both looked at."""
        moved = [one.difference for one in preview.changes]
        return sum((abs(one) for one in moved), ZERO)

    def apply(self, effect: Effect) -> Decimal:
        account = accounts.get(effect.payload["account_id"], None, lock=True)
        accounts.refuse_closed(account)
        _change(account, effect.payload, reason=effect.number, by=effect.by)
        moved = ZERO
        for season in reassessing.open_seasons():
            with effect.part(f"season:{season.code}"):
                moved += assessments.assess(account.id, season.id, by=effect.by, reason=effect.number)
        return moved


def _change(account: Account, payload: Payload, *, reason: str, by: int) -> None:
    """Give the term that runs on that day other areas from then on; what was true before stays."""
    term = _running_term(account, payload)
    facts = _facts(term, payload, reason)
    if term.starts_on == facts.starts_on:
        supply_terms.correct(account, term, facts, by=by)
    else:
        supply_terms.add(account, facts, by=by)


def _running_term(account: Account, payload: Payload) -> SupplyTerm:
    day = date.fromisoformat(payload["starts_on"])
    for term in supply_terms.timeline(account.id):
        if term.starts_on <= day and (term.ends_on is None or term.ends_on >= day):
            return term
    raise NoTermThatDay(day=day)


def _facts(term: SupplyTerm, payload: Payload, reason: str) -> Facts:
    starts_on = date.fromisoformat(payload["starts_on"])
    facts = supply_terms.facts_of(term, starts_on=starts_on, ends_on=term.ends_on, reason=reason)
    given = {name: area for name, area in _areas(payload).items() if area is not None}
    return replace(facts, **given)


def _areas(payload: Payload) -> dict[str, Any]:
    return {name: None if payload[name] is None else Decimal(payload[name]) for name in AREAS}
