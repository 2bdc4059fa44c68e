"""The drawer: what a count comes to, and how it stands against the books (domain.md §3.1, 6)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from heatdesk.billing.rules.ledger import LedgerCode, Movement
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.errors import BadInput
from heatdesk.money import ZERO, round_money

DENOMINATIONS: tuple[Decimal, ...] = tuple(
    Decimal(value) for value in ("100", "50", "20", "10", "5", "1", "0.5", "0.1")
)
"""Notes and coins in use, yuan, as a drawer is sorted; what is rarer is typed as one sum."""

COUNTED_METHODS: tuple[TenderMethod, ...] = (
    TenderMethod.CASH,
    TenderMethod.WECHAT,
    TenderMethod.ALIPAY,
    TenderMethod.CARD,
    TenderMethod.TRANSFER,
    TenderMethod.CHEQUE,
)
"""What a cashier adds up when the till closes; prepayment used is no money that came in."""

MOST_PIECES = 100_000
_SHOWN = 40
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("−"): "-", ord("–"): "-"}


def parse_pieces(typed: str) -> int:
    """How many notes or coins: nothing is none, full-width digits count; raises `BadInput`."""
    text = "".join(typed.translate(_FULL_WIDTH).split())
    shown = typed.strip()[:_SHOWN]
    if not text:
        return 0
    if re.fullmatch(r"-[0-9]+", text):
        raise BadInput("“%(typed)s” is below zero: a drawer holds nothing or more.", typed=shown)
    if not re.fullmatch(r"[0-9]+", text):
        raise BadInput("“%(typed)s” is no count. Type how many pieces there are, such as 12.", typed=shown)
    if len(text) > 9 or int(text) > MOST_PIECES:
        raise BadInput("“%(typed)s” is more than a drawer holds: check the zeros.", typed=shown)
    return int(text)


@dataclass(frozen=True, slots=True)
class DrawerCount:
    """What was counted blind: pieces by denomination, other cash in yuan, and the slips of the other methods."""

    pieces: Mapping[Decimal, int] = field(default_factory=dict)
    other_cash: Decimal = ZERO
    slips: Mapping[TenderMethod, Decimal] = field(default_factory=dict)

    @property
    def cash(self) -> Decimal:
        """Yuan in the drawer, the float included."""
        worth = sum((value * number for value, number in self.pieces.items()), ZERO)
        return round_money(worth + self.other_cash)

    def of(self, method: TenderMethod) -> Decimal:
        return self.cash if method is TenderMethod.CASH else self.slips.get(method, ZERO)


@dataclass(frozen=True, slots=True)
class CountLine:
    """One method after the count, yuan; `over_short` is over when positive, short when negative."""

    method: TenderMethod
    expected: Decimal
    counted: Decimal

    @property
    def over_short(self) -> Decimal:
        return self.counted - self.expected


def compare(count: DrawerCount, expected: Mapping[TenderMethod, Decimal]) -> list[CountLine]:
    """Every counted method beside what the books expect of it, in the order of `COUNTED_METHODS`."""
    return [CountLine(method, expected.get(method, ZERO), count.of(method)) for method in COUNTED_METHODS]


def closing_movements(expected_cash: Decimal, counted_cash: Decimal) -> list[Movement]:
    """Over goes to 2241.3, short is the cashier's (1221), the counted cash goes to the bank: 1001 ends at 0
    (reliability.md §5, postings 27 and 28; invariant I20). The over comes in before the cash leaves, so that the till
    is never below zero on the way.

    The other methods move nothing: a slip is no money in hand, and 1012 waits for the channel's own list.
    """
    over_short = counted_cash - expected_cash
    movements = []
    if over_short > 0:
        movements.append(Movement(LedgerCode.CASH_IN_TILL, LedgerCode.CASH_OVER, over_short))
    elif over_short < 0:
        movements.append(Movement(LedgerCode.CASHIER_SHORTAGE, LedgerCode.CASH_IN_TILL, -over_short))
    if counted_cash:
        movements.append(Movement(LedgerCode.BANK, LedgerCode.CASH_IN_TILL, counted_cash))
    return movements
