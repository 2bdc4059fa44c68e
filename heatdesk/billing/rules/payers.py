"""Payer shares (单位承担): an organisation answers for a part of what its people owe."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from heatdesk.billing.rules.lines import Assessment, Line, yuan_line
from heatdesk.billing.rules.parameters import Money, Share, SquareMetres
from heatdesk.billing.rules.states import Item, Unit
from heatdesk.billing.rules.steps import Step, figure, percent
from heatdesk.dates import DateRange
from heatdesk.errors import BadInput
from heatdesk.money import ZERO, format_money, round_money


@dataclass(frozen=True, slots=True)
class PayerShare:
    """What one organisation undertakes: a `share` of the bill, for at most `up_to_m2`, and never above
    `limit`.
    """

    payer: str
    share: Share
    up_to_m2: SquareMetres | None = None
    limit: Money | None = None


def payer_lines(bill: Assessment, shares: Sequence[PayerShare], period: DateRange) -> list[Line]:
    """A line below zero per organisation, each rounded once; the household has the rest, so that together they pay the
    bill to the fen.

    Raises `BadInput` when the organisations undertake more than the whole.
    """
    lines = [_line(bill, share, period) for share in shares]
    household = bill.total + sum((line.amount for line in lines), ZERO)
    if bill.total >= 0 > household:
        raise BadInput("The organisations undertake %(over)s yuan more than the bill.", over=-household)
    return lines


def _line(bill: Assessment, share: PayerShare, period: DateRange) -> Line:
    area = max((line.quantity for line in bill.lines if line.unit is Unit.SQUARE_METRE), default=ZERO)
    exact = bill.total * share.share
    values = {"payer": share.payer, "share": percent(share.share), "fee": f"{bill.total:f}"}
    name = "payer_share"
    if share.up_to_m2 is not None and share.up_to_m2 < area:
        exact = exact * share.up_to_m2 / area
        name, values = "payer_share_up_to", values | {"up_to": figure(share.up_to_m2), "area": figure(area)}
    amount = round_money(exact)
    steps = [Step(name, values | {"amount": f"{amount:f}"})]
    if share.limit is not None and amount > share.limit:
        amount = share.limit
        steps.append(Step("payer_limit", {"payer": share.payer, "limit": format_money(amount)}))
    return yuan_line(Item.PAYER_SHARE, period, -amount, tuple(steps))


def taken_over(amount: Decimal, households: int, period: DateRange) -> Line:
    """What an organisation answers for in a season, on its own bill."""
    values = {"count": str(households), "amount": f"{amount:f}"}
    return yuan_line(Item.PAYER_SHARE, period, amount, (Step("payer_sum", values),))
