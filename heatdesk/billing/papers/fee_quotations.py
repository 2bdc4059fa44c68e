"""The fee quotation (热费试算单): what a case would cost, with the facts it was worked out from; it is no bill."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from heatdesk.billing.papers.fee_sheet import Described, FeeSheets, Paid, ReasonedLine, moment
from heatdesk.money import format_money
from heatdesk.printing import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeQuotationFacts(Facts):
    """A worked-out case; money in yuan. `given` is the case in words; the household's fields are empty without one."""

    company: str
    rules: str
    season: str
    customer: str = ""
    card_no: str = ""
    address: str = ""
    given: tuple[Described, ...]
    lines: tuple[ReasonedLine, ...]
    payments: tuple[Paid, ...]
    total: Decimal
    government: Decimal | None
    paid: Decimal
    due: Decimal
    printed_by: str
    printed_at: datetime


def draw(facts: FeeQuotationFacts) -> bytes:
    """The quotation on as many pages of A4 as its lines need, marked as no bill on each."""
    sheets = FeeSheets(
        "热费试算单", "Fee quotation", (facts.company, facts.rules, facts.season), "非账单 NOT A BILL"
    )
    household = (
        Described("户名", "Customer", facts.customer),
        Described("用户卡号", "Card no.", facts.card_no),
        Described("地址", "Address", facts.address),
    )
    sheets.described(
        (
            *(one for one in household if one.value),
            Described("收费规则", "Rules", facts.rules),
            Described("采暖期", "Season", facts.season),
            Described("打印", "Printed", f"{moment(facts.printed_at)} {facts.printed_by}"),
            *facts.given,
        )
    )
    sheets.lines(facts.lines)
    if facts.payments:
        sheets.payments(facts.payments)
    sums = [
        Described("费用合计", "Total", format_money(facts.total)),
        Described("已缴", "Paid", format_money(facts.paid)),
    ]
    if facts.government is not None:
        sums.append(Described("政府承担", "Paid by the government", format_money(facts.government)))
    sheets.described(sums)
    sheets.sum("应缴", "Due", facts.due)
    sheets.note(
        "本单按所列条件试算，不是账单，不作为缴费依据；实际金额以账单为准。",
        "Worked out from the facts above. This is not a bill; what is charged is what the bill says.",
    )
    return sheets.to_bytes()
