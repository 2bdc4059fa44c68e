"""What an invoice says, as stored when it is issued."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from heatdesk.errors import RuleBroken
from heatdesk.money import ZERO, capitals
from heatdesk.printing import Facts

MOST_LINES = 7


class TooManyInvoiceLines(RuleBroken):
    message = (
        "An invoice has room for %(most)s lines and this one has %(lines)s. "
        "Sum the lines of one season or issue two invoices."
    )


@dataclass(frozen=True, slots=True)
class Party:
    """Buyer or seller; `tax_no` is the 纳税人识别号, `contact` address and telephone, `bank` the bank and account."""

    name: str
    tax_no: str = ""
    contact: str = ""
    bank: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One item: `amount` without tax; `tax_rate` as a share (`0.09`), None for 免税, which carries no tax."""

    item: str
    season: str
    unit: str
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal
    tax_rate: Decimal | None = None
    tax: Decimal = ZERO

    @property
    def rate_text(self) -> str:
        return "免税" if self.tax_rate is None else f"{(self.tax_rate * 100).normalize():f}%"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts(Facts):
    """An invoice; money in yuan. Raises TooManyInvoiceLines: an invoice is one page by law and custom."""

    title: str = "供热费发票"
    code: str
    number: str
    issued_on: date
    seller: Party
    buyer: Party
    card_no: str
    address: str
    lines: tuple[InvoiceLine, ...]
    remark: str = ""
    payee: str = ""
    reviewer: str = ""
    issuer: str = ""
    verification_url: str = ""

    def __post_init__(self) -> None:
        if len(self.lines) > MOST_LINES:
            raise TooManyInvoiceLines(most=MOST_LINES, lines=len(self.lines))

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.lines), ZERO)

    @property
    def is_exempt(self) -> bool:
        return all(line.tax_rate is None for line in self.lines)

    @property
    def total(self) -> Decimal:
        return self.amount + self.tax

    @property
    def total_in_capitals(self) -> str:
        """Tax invoices write 圆."""
        return capitals(self.total, yuan="圆")
