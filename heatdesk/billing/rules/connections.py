"""Connection (入网费): agreed area × unit price, corrected once the building is measured, paid in parts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from heatdesk.billing.rules.parameters import Share
from heatdesk.billing.rules.steps import Step, figure
from heatdesk.errors import BadInput
from heatdesk.money import ZERO, round_money, split_money


@dataclass(frozen=True, slots=True)
class ConnectionAgreement:
    """What was agreed: m², yuan per m², later the area measured; `adjustments` in yuan, ± (TG)."""

    agreed_m2: Decimal
    price: Decimal
    measured_m2: Decimal | None = None
    adjustments: Decimal = ZERO
    document_no: str = ""

    def __post_init__(self) -> None:
        areas = (self.agreed_m2, self.measured_m2 or Decimal(0))
        if self.price < 0 or min(areas) < 0:
            raise BadInput("The area and the price of a connection cannot be below zero.")


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of the connection fee: which share is due when."""

    due_on: date
    share: Share


def connection_fee(agreement: ConnectionAgreement) -> tuple[Decimal, list[Step]]:
    """The fee in yuan: the measured area counts once it is known, else the agreed one."""
    area = agreement.agreed_m2 if agreement.measured_m2 is None else agreement.measured_m2
    amount = round_money(area * agreement.price)
    values = {"area": figure(area), "price": figure(agreement.price), "amount": f"{amount:f}"}
    name = "connection_agreed" if agreement.measured_m2 is None else "connection_measured"
    steps = [Step(name, values, agreement.document_no)]
    if agreement.adjustments:
        values = {"adjustment": f"{agreement.adjustments:f}"}
        steps.append(Step("connection_adjusted", values, agreement.document_no))
    return amount + agreement.adjustments, steps


def instalments(fee: Decimal, plan: tuple[Instalment, ...]) -> list[tuple[date, Decimal]]:
    """The fee in parts by date that sum to it to the fen; raises `BadInput` unless the shares make one."""
    if sum((part.share for part in plan), Decimal(0)) != 1:
        raise BadInput("The parts of a connection fee must make 100 % together.")
    amounts = split_money(fee, [part.share for part in plan])
    return sorted((part.due_on, amount) for part, amount in zip(plan, amounts, strict=True))
