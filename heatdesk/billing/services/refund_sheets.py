"""The refund sheet's facts, frozen when the money is handed out."""

from flask import current_app
from sqlalchemy import select

from heatdesk.approvals.models import ChangeRequest, Decision
from heatdesk.auth.models import Staff
from heatdesk.billing.models import Account, Journal, Refund
from heatdesk.billing.papers.refund_sheet import RefundFacts
from heatdesk.billing.rules.workflow import RefundMethod
from heatdesk.config import Settings
from heatdesk.dates import now
from heatdesk.db import db, get_or_refuse
from heatdesk.network.models import Branch, Premises
from heatdesk.people.models import Customer

_METHODS = {RefundMethod.CASH: "现金 Cash", RefundMethod.TRANSFER: "转账 Transfer"}


def facts_of(
    refund: Refund, method: RefundMethod, reference: str, *, journal: Journal, by: Staff
) -> RefundFacts:
    """What the sheet says of a refund that is being paid out in this way."""
    settings: Settings = current_app.config["HEATDESK"]
    account = get_or_refuse(Account, refund.account_id)
    request = get_or_refuse(ChangeRequest, refund.change_request_id)
    deciders = select(Staff.name).join(Decision, Decision.decided_by == Staff.id)
    agreed = deciders.where(
        Decision.change_request_id == request.id, Decision.revision == request.revision
    ).order_by(Decision.level)
    return RefundFacts(
        company=settings.company,
        branch=get_or_refuse(Branch, refund.branch_id).name,
        number=request.number,
        business_date=journal.business_date,
        paid_at=now(),
        paid_by=by.name,
        method=_METHODS[method],
        reference=reference,
        card_no=account.card_no,
        customer=get_or_refuse(Customer, account.customer_id).name,
        address=get_or_refuse(Premises, account.premises_id).address,
        payee=refund.payee,
        bank_account=refund.bank_account,
        amount=refund.amount,
        reason=request.reason,
        applicant=get_or_refuse(Staff, request.applicant_id).name,
        deciders=tuple(db.session.scalars(agreed)),
    )
