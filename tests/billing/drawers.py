"""A branch with an open day, cashiers with tills opened by the service itself, and households that pay."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Account, NumberBook, Receipt, Season, TillShift
from heatdesk.billing.rules.payments import Offer
from heatdesk.billing.rules.tills import DrawerCount
from heatdesk.billing.rules.workflow import NumberKind, TenderMethod
from heatdesk.billing.services import payments, standings, tills, voids
from heatdesk.billing.services.payments import PaymentOrder
from heatdesk.db import db
from heatdesk.network.models import Branch
from tests import factories


@dataclass
class Hall:
    """What a day at the counter needs; `account` owes 5,000.00 for `season`."""

    branch: Branch
    supervisor: Staff
    cashier: Staff
    season: Season
    account: Account
    shift: TillShift

    def pay(self, *, by: Staff | None = None, account: Account | None = None, **tenders: str) -> Receipt:
        """Part of the debt, by method: `pay(cash="100.00", wechat="20.00")`."""
        account = account or self.account
        standing = standings.of_account(account.id)
        order = PaymentOrder(
            season_ids=frozenset({self.season.id}),
            offers=tuple(Offer(TenderMethod(method), Decimal(sum_)) for method, sum_ in tenders.items()),
            shown_due=standing.due_of({self.season.id}),
            seen=standings.token(account.id, standing),
            part=True,
        )
        return payments.take(account.id, order, by=by or self.cashier, request_id=uuid.uuid4())

    def void(self, receipt: Receipt, *, by: Staff | None = None) -> None:
        voids.void(receipt.payment_id, "wrong_amount", by=by or self.cashier, request_id=uuid.uuid4())

    def owing(self, amount: str = "5000.00") -> Account:
        account = factories.make_account(self.branch)
        factories.owe(account, self.season, amount, self.supervisor)
        return account


def make_hall(
    branch: Branch | None = None, cashier: Staff | None = None, supervisor: Staff | None = None
) -> Hall:
    branch = branch or factories.make_branch()
    factories.open_day(branch)
    supervisor = supervisor or factories.make_staff(Role.SUPERVISOR, branch)
    cashier = cashier or factories.make_staff(Role.CASHIER, branch)
    season = factories.make_season()
    account = factories.make_account(branch)
    factories.owe(account, season, "5000.00", supervisor)
    hall = Hall(branch, supervisor, cashier, season, account, open_drawer(cashier))
    # A refused request rolls back: what stands before it must be committed.
    db.session.commit()
    return hall


def open_drawer(cashier: Staff, till_name: str = "3号窗口", float_amount: str = "200.00") -> TillShift:
    """A till with its float in the books, and a receipt book of 100 numbers."""
    first = cashier.id * 10_000
    book = NumberBook(
        branch_id=cashier.branch_id,
        kind=NumberKind.RECEIPT,
        prefix="SJ",
        first_number=first,
        last_number=first + 99,
        next_number=first,
        staff_id=cashier.id,
    )
    db.session.add(book)
    return tills.open_shift(cashier, till_name, Decimal(float_amount))


def close_drawer(shift: TillShift, by: Staff, cash: str, reason: str = "", **slips: str) -> Any:
    """Count and close as the screen does, with all cash as one sum."""
    locked = tills.get_locked(shift.id)
    count = DrawerCount(
        other_cash=Decimal(cash),
        slips={TenderMethod(method): Decimal(sum_) for method, sum_ in slips.items()},
    )
    return tills.close_shift(locked, count, by=by, seen=tills.moves_on(locked), reason=reason)
