"""Charges of a bill that do not follow from the dated facts: one line with its own reason, posted once."""

from decimal import Decimal

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from heatdesk.billing.models import Account, Bill, Charge, Season
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.steps import Step
from heatdesk.billing.services import ledger
from heatdesk.db import db


def charge_penalty(
    account: Account, season: Season, item: Item, amount: Decimal, step: Step, *, by: int, memo: str
) -> Decimal:
    """Add a penalty to the season's bill, explained by its step; the caller has locked the account. Returns it."""
    row = insert_or_skip(Bill).values(season_id=season.id, account_id=account.id)
    db.session.execute(row.on_conflict_do_nothing())
    moved = ledger.movement(
        LedgerCode.RECEIVABLE,
        LedgerCode.PENALTY_INCOME,
        amount,
        season_id=season.id,
        account_id=account.id,
        item=item.value,
    )
    journal = ledger.post(JournalKind.PENALTY, [moved], branch_id=account.branch_id, by=by, memo=memo)
    same = (Charge.season_id == season.id, Charge.account_id == account.id, Charge.item == item.value)
    revision, charged = db.session.execute(
        select(func.coalesce(func.max(Charge.revision), 0), func.coalesce(func.sum(Charge.amount), 0)).where(
            *same
        )
    ).one()
    line = {
        "item": item.value,
        "amount": f"{amount:f}",
        "period": [str(season.starts_on), str(season.ends_on), season.statutory_days],
        "document_no": step.document_no,
        "steps": [{"rule": step.rule, "values": dict(step.values), "document_no": step.document_no}],
    }
    db.session.execute(
        insert(Charge).values(
            season_id=season.id,
            account_id=account.id,
            item=item.value,
            revision=revision + 1,
            journal_id=journal.id,
            amount=amount,
            target=charged + amount,
            explanation={"lines": [line]},
        )
    )
    return amount
