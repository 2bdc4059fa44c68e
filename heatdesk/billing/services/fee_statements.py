"""What a fee statement says: a bill as it stands now, in the words of papers."""

from flask import current_app

from heatdesk.auth.models import Staff
from heatdesk.billing.papers.fee_sheet import Paid, ReasonedLine
from heatdesk.billing.papers.fee_statements import FeeStatementFacts
from heatdesk.billing.rules.ledger import CHART, LedgerCode
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services import bill_lines, labels
from heatdesk.billing.services.bill_lines import BillOf
from heatdesk.billing.services.households import Household
from heatdesk.billing.services.receipts import PAPER_LANGUAGE, TENDER_NAMES
from heatdesk.config import Settings
from heatdesk.dates import now
from heatdesk.i18n import speaking


def facts_of(household: Household, code: str, *, by: Staff) -> FeeStatementFacts:
    """The statement of the household's bill in the season with this code; raises `Missing`."""
    settings: Settings = current_app.config["HEATDESK"]
    with speaking(PAPER_LANGUAGE):
        bill = bill_lines.read(household.account_id, code)
        penalty = _penalty(bill)
    return FeeStatementFacts(
        company=settings.company,
        branch=household.branch,
        office=household.office,
        season=bill.season.code,
        due_on=bill.season.due_on.isoformat(),
        card_no=household.card_no,
        customer=household.name,
        address=household.address,
        lines=(
            *(
                ReasonedLine(
                    line.label, line.amount, "；".join(line.documents), reasons=tuple(line.sentences)
                )
                for line in bill.lines
                if line.amount or len(line.revisions) > 1
            ),
            *penalty,
        ),
        payments=_payments(bill),
        charged=bill.charged,
        reduced=bill.reduced,
        paid=bill.paid,
        penalty=bill.penalty,
        due=bill.due,
        printed_by=by.name,
        printed_at=now(),
    )


def _penalty(bill: BillOf) -> list[ReasonedLine]:
    """What is open of the penalty, with every line that led there."""
    if not bill.penalty:
        return []
    return [ReasonedLine(labels.item_label(Item.PENALTY), bill.penalty, reasons=tuple(bill.penalty_reasons))]


def _payments(bill: BillOf) -> tuple[Paid, ...]:
    """The money for the bill, and what was moved between it and other accounts, such as the prepayment."""
    paid = [
        Paid(
            row.business_date,
            row.amount,
            row.receipt or "",
            "、".join(TENDER_NAMES[method] for method in row.methods or ()),
        )
        for row in bill.payments
    ]
    for row in bill.moves:
        other = CHART[LedgerCode(row.code)]
        way = "转入" if row.amount < 0 else "转自"
        paid.append(Paid(row.business_date, row.amount, method=f"{way} {other.name_zh} {other.name}"))
    return tuple(paid)
