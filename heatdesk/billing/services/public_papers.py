"""What a paper's QR code shows to anybody who scans it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from heatdesk.billing.papers.invoice_facts import InvoiceFacts
from heatdesk.billing.papers.receipt_facts import ReceiptFacts
from heatdesk.billing.rules.workflow import NumberKind, PaperState
from heatdesk.billing.services import invoices, receipts

_MOST_STARS = 3


@dataclass(frozen=True, slots=True)
class PublicPaper:
    """A receipt or invoice as the public page says it; the name is masked, nothing else names the household."""

    kind: NumberKind
    company: str
    number: str
    name: str
    amount: Decimal
    day: date
    is_void: bool


def find(token: str) -> PublicPaper:
    """The paper with this token; raises `Missing`."""
    invoice = invoices.find_by_token(token)
    if invoice is not None:
        drawn = InvoiceFacts.from_json(invoice.facts)
        return PublicPaper(
            kind=NumberKind.INVOICE,
            company=drawn.seller.name,
            number=invoice.written,
            name=masked(drawn.buyer.name),
            amount=drawn.total,
            day=drawn.issued_on,
            is_void=invoice.state is PaperState.VOID,
        )
    receipt = receipts.find_by_token(token)
    facts = ReceiptFacts.from_json(receipt.facts)
    return PublicPaper(
        kind=NumberKind.RECEIPT,
        company=facts.company,
        number=receipt.written,
        name=masked(facts.customer),
        amount=facts.total,
        day=facts.business_date,
        is_void=receipt.state is PaperState.VOID,
    )


def masked(name: str) -> str:
    """程超杰 → 程**: the first sign and at most three stars, so that the length does not tell either."""
    return name[:1] + "*" * min(len(name) - 1, _MOST_STARS)
