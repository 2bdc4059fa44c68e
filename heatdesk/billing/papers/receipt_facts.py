"""What a receipt says, as stored when it is issued."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from heatdesk.dates import ZONE
from heatdesk.money import ZERO, capitals, format_money
from heatdesk.printing import Facts


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One item paid; area in m², price in yuan, both absent where the item has none. `formula` says why the amount."""

    season: str
    item: str
    amount: Decimal
    area: Decimal | None = None
    price: Decimal | None = None
    formula: str = ""


NO_ITEMS = ReceiptLine("", "无明细 No items", ZERO)


@dataclass(frozen=True, slots=True)
class ReceiptTender:
    """Part of the money by one method, named as it is to be printed."""

    method: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts(Facts):
    """A receipt; money in yuan, `issued_at` aware. A negative `total` makes a red receipt."""

    company: str
    branch: str
    office: str
    number: str
    issued_at: datetime
    business_date: date
    cashier: str
    till: str
    card_no: str
    customer: str
    address: str
    total: Decimal
    lines: tuple[ReceiptLine, ...] = ()
    tenders: tuple[ReceiptTender, ...] = ()
    cash_received: Decimal = ZERO
    change: Decimal = ZERO
    rounding: Decimal = ZERO
    prepayment_before: Decimal = ZERO
    prepayment_after: Decimal = ZERO
    balance_after: Decimal = ZERO
    remark: str = ""
    verification_url: str = ""

    @property
    def is_red(self) -> bool:
        return self.total < 0

    @property
    def total_in_capitals(self) -> str:
        return "人民币" + capitals(self.total)

    @property
    def issued_text(self) -> str:
        return self.issued_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")

    def figures(self) -> tuple[tuple[str, str, str], ...]:
        """The money beside the tenders: Chinese label, English label, amount."""
        return (
            ("实收现金", "Cash received", format_money(self.cash_received)),
            ("找零", "Change", format_money(self.change)),
            ("舍入", "Rounding", format_money(self.rounding)),
            ("原预存", "Prepaid before", format_money(self.prepayment_before)),
            ("现预存", "Prepaid now", format_money(self.prepayment_after)),
            ("尚欠", "Still due", format_money(self.balance_after)),
        )
