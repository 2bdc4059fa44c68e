"""The case of a household in a season, as the fee calculator starts from it: its facts and what it has paid."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from heatdesk.billing.models import Allocation, Journal, Payment, PaymentVoid, Season
from heatdesk.billing.rules.states import SeasonKind, SupplyMode, SupplyState
from heatdesk.billing.rules.steps import figure
from heatdesk.billing.rules.terms import Term
from heatdesk.billing.services import supply_facts
from heatdesk.db import db
from heatdesk.errors import Missing, RuleBroken


@dataclass(frozen=True, slots=True)
class HouseholdCase:
    """`payload` is the case as JSON, `code` names its season.

    A case knows one area, height and use: `has_changed` says that the household's changed within the season, so that
    those of its last term stand for all; `is_counted` that it is charged by what was counted, which is not known here.
    """

    code: str
    payload: dict[str, Any]
    has_changed: bool
    is_counted: bool


def of(account_id: int, code: str | None) -> HouseholdCase:
    """The case in the season with this code, else in the newest; raises `Missing` and `RuleBroken`."""
    heating = select(Season).where(Season.kind == SeasonKind.HEATING)
    query = heating.order_by(Season.starts_on.desc()).limit(1)
    season = db.session.scalar(query if code is None else query.where(Season.code == code))
    if season is None:
        raise Missing
    facts = supply_facts.season_facts(season)
    terms = supply_facts.terms_of([account_id], facts).get(account_id, [])
    charged = [term for term in terms if term.state is not SupplyState.DEMOLISHED]
    if not charged:
        raise RuleBroken(
            "There are no supply facts of this household in the season %(code)s. Enter a supply term first.",
            code=season.code,
        )
    last = charged[-1]
    payload = _premises(last)
    whole = [(season.starts_on, season.ends_on, SupplyState.SUPPLIED)]
    if [(term.first, term.last, term.state) for term in terms] != whole:
        payload["terms"] = [
            {"from": str(term.first), "to": str(term.last), "state": term.state.value} for term in charged
        ]
    if paid := _paid(account_id, season.id):
        payload["payments"] = paid
    return HouseholdCase(
        season.code,
        payload,
        has_changed=any(_shape(term, last) != last for term in charged),
        is_counted=any(term.mode is not SupplyMode.AREA for term in charged),
    )


def _shape(term: Term, like: Term) -> Term:
    """The term with the days and state of another, to see whether anything else differs."""
    return replace(term, first=like.first, last=like.last, state=like.state)


def _premises(term: Term) -> dict[str, Any]:
    figures = {
        "area": term.areas.building_m2,
        "inner_area": term.areas.inner_m2,
        "usable_area": term.areas.usable_m2,
        "storey_height": term.storey_height_m,
    }
    payload: dict[str, Any] = {"use": term.use_class.value}
    payload |= {key: figure(value) for key, value in figures.items() if value is not None}
    if term.building_type:
        payload["building_type"] = term.building_type
    if term.parts:
        payload["parts"] = [
            {
                "kind": part.kind.value,
                "area": figure(part.area_m2),
                **({} if part.net_height_m is None else {"net_height": figure(part.net_height_m)}),
                "heated": part.heated,
            }
            for part in term.parts
        ]
    return payload


def _paid(account_id: int, season_id: int) -> list[dict[str, str]]:
    """What was paid towards the season's bill and stands."""
    rows = db.session.execute(
        select(Journal.business_date, Allocation.amount)
        .join(Payment, Payment.id == Allocation.payment_id)
        .join(Journal, Journal.id == Payment.journal_id)
        .outerjoin(PaymentVoid, PaymentVoid.payment_id == Payment.id)
        .where(
            Allocation.account_id == account_id,
            Allocation.season_id == season_id,
            PaymentVoid.payment_id.is_(None),
        )
        .order_by(Payment.id)
    )
    return [{"date": str(day), "amount": f"{amount:f}"} for day, amount in rows]
