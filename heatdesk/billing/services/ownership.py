"""Change of owner (过户): what one account owes or has paid ahead passes to another one (posting 25)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from heatdesk.billing.errors import PenaltyFirst
from heatdesk.billing.models import Account, Bill, Charge, Journal
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode, Movement
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services import ledger, standings
from heatdesk.billing.services.standings import Standing
from heatdesk.db import db
from heatdesk.money import ZERO, format_money


def carry_over(former: Account, new: Account, *, by: int, memo: str) -> Journal | None:
    """What the former account owes becomes owed by the new one, season by season; prepayment likewise.

    Both rows are locked by the caller. Gives the journal, None when there was nothing to carry over; raises
    `PenaltyFirst`.
    """
    standing = standings.of_account(former.id)
    refuse_penalty(standing)
    owed = {bill.season_id: bill.fee for bill in standing.bills if bill.fee}
    if not owed and not standing.prepayment:
        return None
    rows = [{"season_id": season_id, "account_id": new.id} for season_id in owed]
    if rows:
        db.session.execute(insert_or_skip(Bill).values(rows).on_conflict_do_nothing())
    movements = [*_debts(former, new, owed), *_ahead(former, new, standing)]
    journal = ledger.post(JournalKind.TRANSFER, movements, branch_id=former.branch_id, by=by, memo=memo)
    charges = [
        charge
        for season_id, due in owed.items()
        for charge in (
            _charge(former, season_id, -due, journal.id, rule="handed_over", other=new),
            _charge(new, season_id, due, journal.id, rule="taken_over", other=former),
        )
    ]
    if charges:
        db.session.execute(insert(Charge), charges)
    return journal


def refuse_penalty(standing: Standing) -> None:
    """A penalty is of who was late, not of who moves in; raises `PenaltyFirst` while there is one."""
    penalty = sum((bill.penalty for bill in standing.bills), ZERO)
    if penalty:
        raise PenaltyFirst(penalty=format_money(penalty))


def _debts(former: Account, new: Account, owed: dict[int, Decimal]) -> Iterator[Movement]:
    for season_id, due in owed.items():
        for account, amount in ((former, -due), (new, due)):
            yield ledger.movement(
                LedgerCode.RECEIVABLE,
                LedgerCode.OWNER_CLEARING,
                amount,
                season_id=season_id,
                account_id=account.id,
                item=Item.TRANSFER.value,
            )


def _ahead(former: Account, new: Account, standing: Standing) -> Iterator[Movement]:
    for account, amount in ((former, standing.prepayment), (new, -standing.prepayment)):
        yield ledger.movement(LedgerCode.PREPAYMENT, LedgerCode.OWNER_CLEARING, amount, account_id=account.id)


def _charge(
    account: Account, season_id: int, amount: Decimal, journal_id: int, *, rule: str, other: Account
) -> dict[str, Any]:
    """The bill's own line of it, which says to or from whom."""
    before, revision = db.session.execute(
        select(func.coalesce(func.sum(Charge.amount), 0), func.coalesce(func.max(Charge.revision), 0)).where(
            Charge.season_id == season_id, Charge.account_id == account.id, Charge.item == Item.TRANSFER.value
        )
    ).one()
    step = {"rule": rule, "values": {"amount": format_money(abs(amount)), "card_no": other.card_no}}
    return {
        "season_id": season_id,
        "account_id": account.id,
        "item": Item.TRANSFER.value,
        "revision": revision + 1,
        "journal_id": journal_id,
        "amount": amount,
        "target": before + amount,
        "explanation": {"lines": [{"item": Item.TRANSFER.value, "amount": f"{amount:f}", "steps": [step]}]},
    }
