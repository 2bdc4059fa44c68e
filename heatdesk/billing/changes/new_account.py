"""New account (开户): a customer takes over premises that nobody holds, or a new room of a building, from a day on."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_login import current_user
from sqlalchemy import select

from heatdesk.approvals.kinds import Change, Effect, Evidence, Kind, Payload, Preview, Target, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.changes.dated_facts import assess_in_parts
from heatdesk.billing.changes.facts_shown import fact_rows
from heatdesk.billing.changes.households import NOBODY, day_of, season_rows
from heatdesk.billing.changes.opening import (
    customer_in_form,
    customer_name,
    customer_of,
    customer_payload,
    facts_from,
    part_from,
    plain_facts,
)
from heatdesk.billing.errors import CardTaken
from heatdesk.billing.forms.openings import NewAccountRequestForm
from heatdesk.billing.models import Account
from heatdesk.billing.services import accounts, card_numbers, reassessing
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.network import reading, services as network
from heatdesk.network.models import Building, Office, Premises
from heatdesk.network.nouns import NOUNS


@register
class NewAccount(Kind):
    name = "new_account"
    title = KIND_TITLES["new_account"]
    department = "billing"
    form = NewAccountRequestForm
    fields = "billing/requests/_new_account.html"
    evidence = (
        Evidence("title", lazy("Title deed or tenancy agreement")),
        Evidence("identity", lazy("Identity card or licence"), least=0),
    )
    undone_by = ("closing",)

    def read(self, form: Any) -> Payload:
        """An empty card number is given the next free one now, so that all who decide see it."""
        building_id = form.building_id.data
        return {
            "building_id": building_id,
            "unit": form.unit.data,
            "room": form.room.data,
            **customer_payload(form),
            "card_no": form.card_no.data or card_numbers.proposed(_branch_of(building_id)),
            "opened_on": form.opened_on.data.isoformat(),
            "remark": form.remark.data,
            "term": plain_facts(form.first_term()),
        }

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        term = payload["term"]
        numbers = ("building_area_m2", "inner_area_m2", "usable_area_m2", "storey_height_m")
        return {
            **{name: payload[name] for name in ("building_id", "unit", "room", "card_no", "remark")},
            **customer_in_form(payload),
            "opened_on": day_of(payload["opened_on"]),
            **{name: term[name] for name in ("mode", "use_class", "state")},
            **{name: None if term[name] is None else Decimal(term[name]) for name in numbers},
            "parts": [vars(part_from(part)) for part in term["parts"]],
        }

    def take_back(self, name: str, payload: Payload) -> Mapping[str, Any]:
        """An account opened by mistake is closed as if it had never been."""
        return {
            "card_no": payload["card_no"],
            "closed_on": day_of(payload["opened_on"]),
            "annul": name == "closing",
        }

    def start(self, given: Mapping[str, str]) -> Mapping[str, Any]:
        """Opened from premises of the tree, the form begins with where they are."""
        wanted = given.get("premises_id", "")
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
            return {}
        premises = reading.get(NOUNS["premises"], int(wanted), current_user.branch_id)
        return {"building_id": premises.building_id, "unit": premises.unit, "room": premises.room}

    def target(self, payload: Payload) -> Target:
        address = network.address_of(payload["building_id"], payload["unit"], payload["room"])
        key = f"room:{payload['building_id']}:{payload['unit']}:{payload['room']}"
        label = f"{payload['card_no']} {customer_name(payload)} {address}"
        return Target(key, label, _branch_of(payload["building_id"]), payload["customer_id"])

    def preview(self, payload: Payload) -> Preview:
        known = _known_premises(payload)
        if known is not None:
            accounts.refuse_second(known.id)
        card_no = payload["card_no"]
        if db.session.scalar(select(Account.id).where(Account.card_no == card_no)) is not None:
            raise CardTaken(card_no=card_no)
        [effect] = reassessing.effects_of(self._trial(payload))
        bills = season_rows(effect)
        is_new = payload["customer_id"] is None
        first = date.fromisoformat(payload["opened_on"])
        rows = (
            Change(msgid("Customer"), None, (customer_name(payload), _how_known(is_new=is_new)), "words"),
            Change(
                msgid("Premises"), None, (self._address(payload), _how_known(is_new=known is None)), "words"
            ),
            Change(msgid("Card number"), None, card_no, "text"),
            Change(msgid("Holds from"), None, first, "date"),
            *fact_rows(facts_from(payload["term"], starts_on=first, ends_on=None, reason="")),
            *bills,
        )
        return Preview(rows, sum((one.difference for one in bills), ZERO))

    def apply(self, effect: Effect) -> Decimal:
        account = self._open(effect.payload, reason=effect.number, by=effect.by)
        return assess_in_parts(account, effect)

    def _trial(self, payload: Payload) -> Callable[[], Sequence[int]]:
        return lambda: [self._open(payload, reason="", by=NOBODY).id]

    def _open(self, payload: Payload, *, reason: str, by: int) -> Account:
        premises = _known_premises(payload)
        if premises is None:
            place = {"building_id": payload["building_id"], "unit": payload["unit"], "room": payload["room"]}
            premises = network.create(NOUNS["premises"], place, branch_id=None)
        first = date.fromisoformat(payload["opened_on"])
        return accounts.begin(
            customer_of(payload),
            premises.id,
            opened_on=first,
            card_no=payload["card_no"],
            remark=payload["remark"],
            terms=[facts_from(payload["term"], starts_on=first, ends_on=None, reason=reason)],
            by=by,
        )

    def _address(self, payload: Payload) -> str:
        known = _known_premises(payload)
        if known is not None:
            return known.address
        return network.address_of(payload["building_id"], payload["unit"], payload["room"])


def _known_premises(payload: Payload) -> Premises | None:
    return db.session.scalar(
        select(Premises).where(
            Premises.building_id == payload["building_id"],
            Premises.unit == payload["unit"],
            Premises.room == payload["room"],
        )
    )


def _branch_of(building_id: int) -> int:
    """The branch whose office looks after the building; raises `Missing`."""
    building = get_or_refuse(Building, building_id)
    return get_or_refuse(Office, building.office_id).branch_id


def _how_known(*, is_new: bool) -> str:
    return msgid("newly written down") if is_new else msgid("on record")
