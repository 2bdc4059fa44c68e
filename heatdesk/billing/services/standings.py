"""How an account stands: its bills with their penalty to the day, its prepayment, and a token by which a page can tell
that something changed.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, case, func, or_, select

from heatdesk.auth.models import Staff
from heatdesk.billing.models import Account, Bill, BusinessDay, Entry, Journal, Prepayment, Season
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.settlements import OpenBill
from heatdesk.billing.rules.workflow import DayState
from heatdesk.billing.services import discounts, late_payment
from heatdesk.billing.services.discounts import Discount, OpenFee
from heatdesk.billing.services.late_payment import ON_TIME, Late, LateBill
from heatdesk.billing.services.season_rules import SeasonRules
from heatdesk.dates import ZONE, today
from heatdesk.db import db
from heatdesk.i18n import _
from heatdesk.money import ZERO, format_money

_MOST_REASONS = 3
_BESIDE_MONEY = (LedgerCode.PENALTY_INCOME, LedgerCode.REDUCTION)


@dataclass(frozen=True, slots=True)
class SeasonDue:
    """One bill, yuan; `reduced` and `paid` are ≥ 0 and of the fee, `frozen` is penalty in the books and unpaid."""

    season_id: int
    code: str
    due_on: date
    starts_on: date
    charged: Decimal
    reduced: Decimal
    paid: Decimal
    frozen: Decimal
    late: Late = ON_TIME
    discount: Discount | None = None

    @property
    def fee(self) -> Decimal:
        """What is open of the fee."""
        return self.charged - self.reduced - self.paid

    @property
    def penalty(self) -> Decimal:
        """What is open of the penalty on the day of the standing."""
        return self.frozen + self.late.accrued

    @property
    def owed(self) -> Decimal:
        return self.fee + self.penalty

    @property
    def less(self) -> Decimal:
        """What paying the whole bill on the day of the standing earns."""
        return ZERO if self.discount is None else self.discount.amount

    @property
    def due(self) -> Decimal:
        """What closes the bill on the day of the standing."""
        return self.owed - self.less

    @property
    def open(self) -> OpenBill:
        return OpenBill(self.season_id, self.fee, self.penalty, self.less, self.late.first)


@dataclass(frozen=True, slots=True)
class Standing:
    """The bills of an account on a day, oldest season first, and what it has paid ahead, yuan."""

    on: date
    bills: tuple[SeasonDue, ...]
    prepayment: Decimal

    @property
    def owed(self) -> Decimal:
        """Fees and penalties; discounts that could still be earned are not taken off."""
        return sum((bill.owed for bill in self.bills), ZERO)

    def chosen(self, season_ids: Collection[int]) -> list[SeasonDue]:
        return [bill for bill in self.bills if bill.season_id in season_ids]

    def due_of(self, season_ids: Collection[int]) -> Decimal:
        """What closes the ticked seasons."""
        return sum((bill.due for bill in self.chosen(season_ids)), ZERO)

    @property
    def digest(self) -> str:
        """Differs whenever a bill, its penalty, the prepayment or the day does."""
        return hashlib.sha256(repr((self.on, self.bills, self.prepayment)).encode()).hexdigest()[:16]


def of_account(account_id: int) -> Standing:
    """The standing as the database has it now, on the branch's open business day; lock the account first when money is
    to move.
    """
    return of_accounts([account_id])[account_id]


def of_accounts(account_ids: Sequence[int]) -> dict[int, Standing]:
    """As `of_account`, in the same handful of queries for many."""
    bills: dict[int, list[SeasonDue]] = defaultdict(list)
    rows = db.session.execute(
        select(
            Bill.account_id,
            Season.id,
            Season.code,
            Season.due_on,
            Season.starts_on,
            Bill.charged,
            Bill.reduced,
            Bill.paid,
            Bill.penalty,
        )
        .join(Bill, Bill.season_id == Season.id)
        .where(Bill.account_id.in_(account_ids))
        .order_by(Season.starts_on, Season.id)
    )
    for row in rows:
        bills[row.account_id].append(SeasonDue(*row[1:]))
    heads = _heads(account_ids)
    days = {account_id: day for account_id, (day, _prepayment) in heads.items()}
    complete = _with_days(bills, days)
    return {
        account_id: Standing(day, tuple(complete.get(account_id, ())), prepayment)
        for account_id, (day, prepayment) in heads.items()
    }


def _heads(account_ids: Sequence[int]) -> dict[int, tuple[date, Decimal]]:
    """The day on which each account stands, and what it has paid ahead."""
    open_day = and_(BusinessDay.branch_id == Account.branch_id, BusinessDay.state == DayState.OPEN)
    rows = db.session.execute(
        select(Account.id, BusinessDay.day, Prepayment.balance)
        .outerjoin(BusinessDay, open_day)
        .outerjoin(Prepayment, Prepayment.account_id == Account.id)
        .where(Account.id.in_(account_ids))
    )
    return {row.id: (row.day or today(), row.balance or ZERO) for row in rows}


def _with_days(bills: dict[int, list[SeasonDue]], days: dict[int, date]) -> dict[int, list[SeasonDue]]:
    """The bills with what their dates make of them: penalty after the due date, discount before its own."""
    seasons = {bill.season_id: bill.starts_on for found in bills.values() for bill in found}
    rules = SeasonRules(list(bills), seasons.items()) if bills else None
    if rules is None or not rules.has_any:
        return bills
    late = late_payment.of_bills(
        [
            LateBill((account_id, bill.season_id), bill.due_on, days[account_id])
            for account_id, found in bills.items()
            for bill in found
            if bill.due_on < days[account_id]
        ],
        rules,
    )
    offers = discounts.offered(
        [
            OpenFee((account_id, bill.season_id), bill.starts_on, bill.charged, bill.reduced, bill.fee)
            for account_id, found in bills.items()
            for bill in found
            if bill.fee
        ],
        days,
        rules,
    )
    return {
        account_id: [
            replace(
                bill,
                late=late.get((account_id, bill.season_id), ON_TIME),
                discount=offers.get((account_id, bill.season_id)),
            )
            for bill in found
        ]
        for account_id, found in bills.items()
    }


def token(account_id: int, standing: Standing) -> str:
    """What a page carries of the standing it shows: the newest entry it has seen, the day, and the digest."""
    newest = db.session.scalar(select(func.max(Entry.id)).where(Entry.account_id == account_id))
    return f"{newest or 0}.{standing.on}.{standing.digest}"


def still_seen(seen: str, standing: Standing) -> bool:
    """Whether a page that carries `seen` shows this standing."""
    return seen.rpartition(".")[2] == standing.digest


def what_changed(account_id: int, seen: str, standing: Standing) -> str:
    """What was booked on the account since the page that carries `seen` was drawn, newest first, in one sentence."""
    newest, _dot, rest = seen.partition(".")
    since = int(newest) if newest.isascii() and newest.isdigit() and len(newest) < 19 else None
    if since is None:
        return _("the books have changed since this page was opened")
    if rest.partition(".")[0] != str(standing.on):
        return _("a new business day has begun since this page was opened")
    # The penalty that a payment froze and the discount that it earned are no part of what was paid.
    beside = or_(Entry.debit.in_(_BESIDE_MONEY), Entry.credit.in_(_BESIDE_MONEY))
    paying = Journal.kind.in_((JournalKind.PAYMENT, JournalKind.PAYMENT_VOID))
    money = case((and_(paying, beside), ZERO), else_=Entry.amount)
    credited = [
        case((Entry.credit == code, money), (Entry.debit == code, -money), else_=ZERO)
        for code in (LedgerCode.RECEIVABLE, LedgerCode.PENALTY_RECEIVABLE, LedgerCode.PREPAYMENT)
    ]
    rows = db.session.execute(
        select(
            Journal.kind,
            Journal.recorded_at,
            Staff.name,
            func.sum(credited[0] + credited[1] + credited[2]),
        )
        .join(Journal, Journal.id == Entry.journal_id)
        .join(Staff, Staff.id == Journal.actor_id)
        .where(Entry.account_id == account_id, Entry.id > since)
        .group_by(Journal.id, Staff.name)
        .order_by(Journal.id.desc())
        .limit(_MOST_REASONS)
    )
    reasons = [
        _reason(kind, name=name, amount=format_money(abs(amount)), time=at.astimezone(ZONE).strftime("%H:%M"))
        for kind, at, name, amount in rows
    ]
    return "; ".join(reasons) or _("the books have changed since this page was opened")


def _reason(kind: JournalKind, **values: str) -> str:
    match kind:
        case JournalKind.PAYMENT:
            return _("%(name)s took ¥%(amount)s at %(time)s", **values)
        case JournalKind.PAYMENT_VOID:
            return _("%(name)s voided a payment of ¥%(amount)s at %(time)s", **values)
        case JournalKind.PENALTY_WAIVER:
            return _("%(name)s waived ¥%(amount)s of penalty at %(time)s", **values)
        case JournalKind.SEASON_CHARGE | JournalKind.ASSESSMENT:
            return _("the bill was assessed anew by ¥%(amount)s at %(time)s", **values)
    return _("%(name)s booked ¥%(amount)s at %(time)s", **values)
