"""What the kinds that open an account share: the customer, known or new, and supply facts as plain JSON."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask_login import current_user

from heatdesk.approvals.kinds import Payload
from heatdesk.billing.rules.states import AreaPartKind, SupplyMode, SupplyState, UseClass
from heatdesk.billing.services.supply_terms import Facts, PartFacts
from heatdesk.db import get_or_refuse
from heatdesk.people import services as people
from heatdesk.people.models import Customer, CustomerKind

_NUMBERS = ("building_area_m2", "inner_area_m2", "usable_area_m2", "storey_height_m")


def customer_payload(form: Any) -> Payload:
    """Who is chosen or written down; a known customer must be one of the reader's branch."""
    if form.customer_id:
        known = people.get(form.customer_id, current_user.branch_id)
        return {"customer_id": known.id, "customer": None}
    written = form.new_customer()
    return {"customer_id": None, "customer": {**written, "kind": CustomerKind(written["kind"]).value}}


def customer_in_form(payload: Payload) -> Mapping[str, Any]:
    if payload["customer_id"] is not None:
        known = get_or_refuse(Customer, payload["customer_id"])
        return {"customer": f"{known.name} #{known.id}"}
    return dict(payload["customer"])


def customer_name(payload: Payload) -> str:
    if payload["customer_id"] is not None:
        return get_or_refuse(Customer, payload["customer_id"]).name
    return str(payload["customer"]["name"])


def customer_of(payload: Payload) -> Customer:
    """The known customer, or the new one, written down now."""
    if payload["customer_id"] is not None:
        return get_or_refuse(Customer, payload["customer_id"])
    written = payload["customer"]
    return people.create({**written, "kind": CustomerKind(written["kind"])})


def plain_facts(facts: Facts) -> Payload:
    """What a term says besides its days and reason."""
    numbers = {name: getattr(facts, name) for name in _NUMBERS}
    return {
        "mode": facts.mode.value,
        "use_class": facts.use_class.value,
        "state": facts.state.value,
        **{name: None if one is None else f"{one:.2f}" for name, one in numbers.items()},
        "parts": [plain_part(vars(part)) for part in facts.parts],
    }


def facts_from(plain: Payload, *, starts_on: date, ends_on: date | None, reason: str) -> Facts:
    numbers: dict[str, Any] = {
        name: None if plain[name] is None else Decimal(plain[name]) for name in _NUMBERS
    }
    return Facts(
        starts_on=starts_on,
        ends_on=ends_on,
        mode=SupplyMode(plain["mode"]),
        use_class=UseClass(plain["use_class"]),
        state=SupplyState(plain["state"]),
        reason=reason,
        parts=tuple(part_from(part) for part in plain["parts"]),
        **numbers,
    )


def plain_part(part: Mapping[str, Any]) -> Payload:
    """A part of the area as plain JSON, from a form or from `vars` of a `PartFacts`."""
    height = part["net_height_m"]
    return {
        "kind": AreaPartKind(part["kind"]).value,
        "area_m2": f"{part['area_m2']:.2f}",
        "net_height_m": None if height is None else f"{height:.2f}",
        "heated": bool(part["heated"]),
    }


def part_from(plain: Payload) -> PartFacts:
    height = plain["net_height_m"]
    return PartFacts(
        AreaPartKind(plain["kind"]),
        Decimal(plain["area_m2"]),
        None if height is None else Decimal(height),
        heated=plain["heated"],
    )
