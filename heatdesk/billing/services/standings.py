"""How an account stands: its bills, its prepayment, and a token by which a page can tell that something changed."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import case, func, select

from heatdesk.auth.models import Staff
from heatdesk.billing.models import Bill, Entry, Journal, Prepayment, Season
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.dates import ZONE
from heatdesk.db import db
from heatdesk.i18n import _
from heatdesk.money import ZERO, format_money

_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class SeasonDue:
    """One bill, yuan; `reduced` and `paid` are ≥ 0."""

    season_id: int
    code: str
    due_on: date
    charged: Decimal
    reduced: Decimal
    paid: Decimal

    @property
    def due(self) -> Decimal:
        return self.charged - self.reduced - self.paid


@dataclass(frozen=True, slots=True)
class Standing:
    """The bills of an account, oldest season first, and what it has paid ahead, yuan."""

    bills: tuple[SeasonDue, ...]
    prepayment: Decimal

    @property
    def owed(self) -> Decimal:
        return sum((bill.due for bill in self.bills), ZERO)

    def due_of(self, season_ids: Collection[int]) -> Decimal:
        """What the ticked seasons come to."""
        return sum((bill.due for bill in self.bills if bill.season_id in season_ids), ZERO)

    @property
    def digest(self) -> str:
        """Differs whenever a bill or the prepayment does."""
        return hashlib.sha256(repr((self.bills, self.prepayment)).encode()).hexdigest()[:16]


def of_account(account_id: int) -> Standing:
    """The standing as the database has it now; lock the account first when money is to move."""
    rows = db.session.execute(
        select(Season.id, Season.code, Season.due_on, Bill.charged, Bill.reduced, Bill.paid)
        .join(Bill, Bill.season_id == Season.id)
        .where(Bill.account_id == account_id)
        .order_by(Season.starts_on)
    )
    balance = db.session.scalar(select(Prepayment.balance).where(Prepayment.account_id == account_id))
    return Standing(tuple(SeasonDue(*row) for row in rows), balance or ZERO)


def token(account_id: int, standing: Standing) -> str:
    """What a page carries of the standing it shows: the newest entry it has seen, and the digest."""
    newest = db.session.scalar(select(func.max(Entry.id)).where(Entry.account_id == account_id))
    return f"{newest or 0}.{standing.digest}"


def still_seen(seen: str, standing: Standing) -> bool:
    """Whether a page that carries `seen` shows this standing."""
    return seen.partition(".")[2] == standing.digest


def what_changed(account_id: int, seen: str) -> str:
    """What was booked on the account since the page that carries `seen` was drawn, newest first, in one sentence."""
    newest = seen.partition(".")[0]
    since = int(newest) if newest.isascii() and newest.isdigit() and len(newest) < 19 else None
    if since is None:
        return _("the books have changed since this page was opened")
    credited = [
        case((Entry.credit == code, Entry.amount), (Entry.debit == code, -Entry.amount), else_=ZERO)
        for code in (LedgerCode.RECEIVABLE, LedgerCode.PREPAYMENT)
    ]
    rows = db.session.execute(
        select(
            Journal.kind,
            Journal.recorded_at,
            Staff.name,
            func.sum(credited[0] + credited[1]),
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
        case JournalKind.SEASON_CHARGE | JournalKind.ASSESSMENT:
            return _("the bill was assessed anew by ¥%(amount)s at %(time)s", **values)
    return _("%(name)s booked ¥%(amount)s at %(time)s", **values)
