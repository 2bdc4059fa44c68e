"""Early payment (提前交费优惠): a yearly table of dates and discounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from heatdesk.billing.rules.parameters import MonthDay, Share
from heatdesk.billing.rules.penalties import DatedAmount
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.steps import Step, percent
from heatdesk.errors import BadInput
from heatdesk.money import ZERO, round_money


@dataclass(frozen=True, slots=True)
class DiscountRow:
    """Whoever has paid by this day (included) pays `share` less."""

    paid_by: MonthDay
    share: Share


@dataclass(frozen=True, slots=True)
class DiscountRule:
    """The table, the same every year until another version follows (V2); no city's own table was found."""

    rows: tuple[DiscountRow, ...]
    document_no: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        shares = [row.share for row in self.rows]
        if not shares or shares != sorted(shares, reverse=True):
            raise BadInput("“%(key)s” must list the greatest discount first.", key="discount.rows")


@dataclass(frozen=True, slots=True)
class EarlyOffer:
    """What closing a bill by a day earns, yuan."""

    paid_by: date
    amount: Decimal
    step: Step


def early_offer(rule: DiscountRule, starts_on: date, fee: Decimal, on: date) -> EarlyOffer | None:
    """What paying all that is open of `fee` on this day earns; None when every date has passed.

    It is what `early_discount` gives once that is paid.
    """
    for row in rule.rows:
        amount = round_money(fee * row.share)
        day = row.paid_by.around(starts_on)
        if amount and on <= day:
            return EarlyOffer(day, amount, _step(rule, row, day, amount))
    return None


def early_discount(
    rule: DiscountRule, season: Season, fee: Decimal, payments: Iterable[DatedAmount]
) -> tuple[Decimal, Step] | None:
    """The discount on `fee` earned by what was paid in time; None where none was.

    A row is earned when the payments up to its day cover the fee less its discount: nobody pays first and
    waits.
    """
    paid = list(payments)
    for row in rule.rows:
        discount = round_money(fee * row.share)
        day: date = row.paid_by.around(season.starts_on)
        in_time = sum((payment.amount for payment in paid if payment.on <= day), ZERO)
        if discount and in_time >= fee - discount:
            return discount, _step(rule, row, day, discount)
    return None


def _step(rule: DiscountRule, row: DiscountRow, day: date, amount: Decimal) -> Step:
    values = {"day": str(day), "share": percent(row.share), "amount": f"{amount:f}"}
    return Step("discount", values, rule.document_no)
