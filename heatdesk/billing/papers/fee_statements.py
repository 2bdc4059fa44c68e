"""The fee statement (热费结算单): one household's season, every line with its reason, what was paid, what is due."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from heatdesk.billing.papers.fee_sheet import Described, FeeSheets, Paid, ReasonedLine, moment
from heatdesk.money import format_money
from heatdesk.printing import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeStatementFacts(Facts):
    """A bill as it stands when it is printed; money in yuan, `reduced` ≥ 0, `due` with the open `penalty`."""

    company: str
    branch: str
    office: str
    season: str
    due_on: str
    card_no: str
    customer: str
    address: str
    lines: tuple[ReasonedLine, ...]
    payments: tuple[Paid, ...]
    charged: Decimal
    reduced: Decimal
    paid: Decimal
    penalty: Decimal
    due: Decimal
    printed_by: str
    printed_at: datetime


def draw(facts: FeeStatementFacts) -> bytes:
    """The statement on as many pages of A4 as its lines need."""
    office = " · ".join(filter(None, (facts.branch, facts.office)))
    sheets = FeeSheets("热费结算单", "Fee statement", (facts.company, office, facts.season))
    sheets.described(
        (
            Described("户名", "Customer", facts.customer),
            Described("用户卡号", "Card no.", facts.card_no),
            Described("地址", "Address", facts.address),
            Described("采暖期", "Season", facts.season),
            Described("缴费截止", "Payable until", facts.due_on),
            Described("打印", "Printed", f"{moment(facts.printed_at)} {facts.printed_by}"),
        )
    )
    sheets.lines(facts.lines)
    sheets.payments(facts.payments)
    sheets.described(
        (
            Described("应收", "Charged", format_money(facts.charged)),
            Described("减免", "Reduced", format_money(facts.reduced)),
            Described("已缴", "Paid", format_money(facts.paid)),
            Described("违约金", "Penalty", format_money(facts.penalty)),
            Described("尚欠", "Still due", format_money(facts.due)),
        )
    )
    sheets.sum("尚应缴纳", "Still due", facts.due)
    sheets.note(
        "本单仅供核对费用，不作为收款凭证；收款以收据或发票为准。",
        "For checking only; money received is proven by a receipt or an invoice.",
    )
    return sheets.to_bytes()
