"""Connection to the network (入网): an agreement on area, price and parts, and a new one once all is measured."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form, FormField
from wtforms.validators import Optional

from heatdesk.approvals.kinds import MONEY, Change, Effect, Evidence, Kind, Payload, Preview, Target, register
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import NoInstalments, SameAgreement
from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.models import Account, ConnectionAgreement
from heatdesk.billing.rules.connections import connection_fee, instalments
from heatdesk.billing.services import accounts, assessments, connections
from heatdesk.billing.services.request_targets import read_account, target_of
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.web.fields import Present, QuantityField, half_width, text_field

MOST_PARTS = 4
_HUNDRED = Decimal(100)


class PartForm(Form):
    """A part of the fee; without a share it does not exist."""

    due_on = DayField(lazy("Due on"), [Optional()])
    percent = QuantityField(lazy("Share %"), [Optional()], above=ZERO, most=_HUNDRED)


class ConnectionForm(FlaskForm):
    card_no = text_field(lazy("Card no."), longest=40, filters=[half_width])
    document_no = text_field(lazy("Number of the agreement"), longest=80)
    signed_on = DayField(lazy("Signed on"), [Present()])
    agreed_m2 = QuantityField(lazy("Agreed area m²"), [Present()], above=ZERO, most=Decimal(10_000_000))
    measured_m2 = QuantityField(
        lazy("Measured area m²"), [Optional()], above=ZERO, most=Decimal(10_000_000),
        description=lazy("Once the building is measured, this area counts."),
    )  # fmt: skip
    price = QuantityField(lazy("Yuan per m²"), [Present()], places=4)
    adjustment = QuantityField(
        lazy("Adjustment, yuan"), [Optional()], most=Decimal(99_999_999),
        description=lazy("Added to the fee; a minus sign lowers it."),
    )  # fmt: skip
    part_1 = FormField(PartForm, label=lazy("Part 1"))
    part_2 = FormField(PartForm, label=lazy("Part 2"))
    part_3 = FormField(PartForm, label=lazy("Part 3"))
    part_4 = FormField(PartForm, label=lazy("Part 4"))


@register
class Connection(Kind):
    name = "connection"
    title = KIND_TITLES["connection"]
    department = "billing"
    form = ConnectionForm
    evidence = (Evidence("agreement", lazy("Signed agreement")),)
    undone_by = ("connection",)

    def read(self, form: Any) -> Payload:
        parts = [form[f"part_{number}"].form for number in range(1, MOST_PARTS + 1)]
        given = [(part.due_on.data, part.percent.data) for part in parts if part.percent.data]
        if not given or any(due_on is None for due_on, _percent in given):
            raise NoInstalments
        measured, adjustment = form.measured_m2.data, form.adjustment.data
        return {
            "account_id": read_account(form.card_no.data).id,
            "document_no": form.document_no.data,
            "signed_on": form.signed_on.data.isoformat(),
            "agreed_m2": f"{form.agreed_m2.data:.2f}",
            "measured_m2": None if measured is None else f"{measured:.2f}",
            "price": f"{form.price.data:.4f}",
            "adjustment": f"{adjustment or ZERO:.2f}",
            "instalments": [
                {"due_on": due_on.isoformat(), "share": str(percent / _HUNDRED)} for due_on, percent in given
            ],
        }

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        parts = {
            f"part_{number}": {
                "due_on": date.fromisoformat(part["due_on"]),
                "percent": Decimal(part["share"]) * _HUNDRED,
            }
            for number, part in enumerate(payload["instalments"], start=1)
        }
        measured = payload["measured_m2"]
        return {
            "card_no": get_or_refuse(Account, payload["account_id"]).card_no,
            "document_no": payload["document_no"],
            "signed_on": date.fromisoformat(payload["signed_on"]),
            "agreed_m2": Decimal(payload["agreed_m2"]),
            "measured_m2": None if measured is None else Decimal(measured),
            "price": Decimal(payload["price"]),
            "adjustment": Decimal(payload["adjustment"]),
            **parts,
        }

    def target(self, payload: Payload) -> Target:
        return target_of(payload["account_id"])

    def preview(self, payload: Payload) -> Preview:
        account = accounts.get(payload["account_id"], None)
        accounts.refuse_closed(account)
        before = connections.agreements_of([account.id]).get(account.id)
        after = _agreement(payload, change_request_id=0)
        fee, _steps = connection_fee(connections.terms_of(after))
        charged = ZERO if before is None else connection_fee(connections.terms_of(before))[0]
        parts = instalments(fee, connections.plan_of(after))
        rows = (
            Change(msgid("Agreed area"), None if before is None else before.agreed_m2, after.agreed_m2, "m²"),
            Change(
                msgid("Measured area"),
                None if before is None else before.measured_m2,
                after.measured_m2,
                "m²",
            ),
            Change(msgid("Connection fee"), charged, fee, MONEY),
            *(Change(msgid("Due on"), None, amount, MONEY, detail=str(due_on)) for due_on, amount in parts),
        )
        if before is not None and _same(before, after):
            raise SameAgreement
        return Preview(rows, fee - charged)

    def apply(self, effect: Effect) -> Decimal:
        account = accounts.get(effect.payload["account_id"], None, lock=True)
        accounts.refuse_closed(account)
        season = connections.season()
        db.session.add(_agreement(effect.payload, change_request_id=effect.request_id))
        db.session.flush()
        with effect.part("connection"):
            return assessments.assess(account.id, season.id, by=effect.by, reason=effect.number)


def _agreement(payload: Payload, *, change_request_id: int) -> ConnectionAgreement:
    measured = payload["measured_m2"]
    return ConnectionAgreement(
        account_id=payload["account_id"],
        document_no=payload["document_no"],
        signed_on=date.fromisoformat(payload["signed_on"]),
        agreed_m2=Decimal(payload["agreed_m2"]),
        measured_m2=None if measured is None else Decimal(measured),
        price=Decimal(payload["price"]),
        adjustment=Decimal(payload["adjustment"]),
        instalments=payload["instalments"],
        change_request_id=change_request_id,
    )


def _same(before: ConnectionAgreement, after: ConnectionAgreement) -> bool:
    return (
        connections.terms_of(before) == connections.terms_of(after)
        and before.instalments == after.instalments
    )
