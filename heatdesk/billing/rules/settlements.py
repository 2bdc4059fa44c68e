"""How money is shared out over open bills: which season, what of it fee and what penalty, which discount it earns."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from heatdesk.billing.rules.payments import allocate
from heatdesk.billing.rules.penalties import Allocation
from heatdesk.money import ZERO


@dataclass(frozen=True, slots=True)
class OpenBill:
    """What a bill can be closed for today, yuan ≥ 0: `fee` and `penalty` still open, less the `discount` that closing
    the whole bill earns.
    """

    season_id: int
    fee: Decimal
    penalty: Decimal
    discount: Decimal
    first: Allocation

    @property
    def due(self) -> Decimal:
        return self.fee + self.penalty - self.discount


@dataclass(frozen=True, slots=True)
class Share:
    """What one bill gets of a payment; the discount is no money, and only there when it closes the bill."""

    season_id: int
    fee: Decimal
    penalty: Decimal
    discount: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        return self.fee + self.penalty


def share_out(settled: Decimal, bills: Sequence[OpenBill]) -> list[Share]:
    """`settled` yuan over bills, oldest first, in each the penalty or the fee first as its tariff says."""
    given = allocate(settled, {bill.season_id: bill.due for bill in bills})
    return [_share(bill, given[bill.season_id]) for bill in bills if bill.season_id in given]


def _share(bill: OpenBill, amount: Decimal) -> Share:
    if amount == bill.due:
        return Share(bill.season_id, bill.fee - bill.discount, bill.penalty, bill.discount)
    penalty_first = bill.first is Allocation.PENALTY_FIRST
    penalty = min(amount, bill.penalty) if penalty_first else amount - min(amount, bill.fee)
    return Share(bill.season_id, amount - penalty, penalty)
