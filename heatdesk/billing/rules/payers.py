"""Payer shares (单位承担): an organisation answers for a part of what its people owe."""

from dataclasses import dataclass
from decimal import Decimal

from heatdesk.billing.rules.lines import Assessment
from heatdesk.billing.rules.parameters import Money, Share, SquareMetres
from heatdesk.errors import BadInput
from heatdesk.money import ZERO, round_money


@dataclass(frozen=True, slots=True)
class PayerShare:
    """What one organisation undertakes: a `share` of the bill, for at most `up_to_m2`, and never above
    `limit`.
    """

    payer: str
    share: Share
    up_to_m2: SquareMetres | None = None
    limit: Money | None = None


@dataclass(frozen=True, slots=True)
class PaidBy:
    """What each organisation pays and the rest for the household; together the bill to the fen."""

    organisations: tuple[tuple[str, Decimal], ...]
    household: Decimal


def split_by_payers(bill: Assessment, shares: tuple[PayerShare, ...]) -> PaidBy:
    """Split a bill: each organisation's part is rounded once, the household has the rest.

    Raises `BadInput` when the organisations undertake more than the whole.
    """
    total, area = bill.total, max((line.quantity for line in bill.lines), default=ZERO)
    parts = []
    for share in shares:
        covered = total * share.share
        if share.up_to_m2 is not None and share.up_to_m2 < area:
            covered = covered * share.up_to_m2 / area
        amount = round_money(covered)
        parts.append((share.payer, amount if share.limit is None else min(amount, share.limit)))
    household = total - sum((amount for _, amount in parts), ZERO)
    if total >= 0 > household:
        raise BadInput("The organisations undertake %(over)s yuan more than the bill.", over=-household)
    return PaidBy(tuple(parts), household)
