"""Late payment of many bills at once: what was frozen, and what the days since have come to by the dated facts.

The rule is pure (`rules/penalties.py`, decision 0103); this reads its facts in a handful of queries, however many
accounts are asked for, so that a list costs no query per row.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import aliased

from heatdesk.billing.models import Entry, Journal, LedgerAccount, Penalty
from heatdesk.billing.rules.ledger import BillTotal, LedgerCode
from heatdesk.billing.rules.penalties import (
    Allocation,
    DatedAmount,
    PenaltyLine,
    PenaltyRule,
    fee_standing,
    not_yet_frozen,
)
from heatdesk.billing.rules.steps import Step
from heatdesk.billing.services.season_rules import SeasonRules
from heatdesk.dates import DateRange
from heatdesk.db import db
from heatdesk.money import ZERO

BillKey = tuple[int, int]
"""(account, season)."""


@dataclass(frozen=True, slots=True)
class LateBill:
    """A bill whose due date has passed, and until when its days are counted."""

    key: BillKey
    due_on: date
    to: date


@dataclass(frozen=True, slots=True)
class Late:
    """The penalty lines of one bill: `frozen` stand in the books, `accruing` follow when money moves."""

    frozen: tuple[PenaltyLine, ...] = ()
    accruing: tuple[PenaltyLine, ...] = ()
    first: Allocation = Allocation.PENALTY_FIRST

    @property
    def accrued(self) -> Decimal:
        """What is not in the books yet, yuan."""
        return sum((line.amount for line in self.accruing), ZERO)


ON_TIME = Late()


@dataclass(slots=True)
class _History:
    """The dated amounts of one bill on 1122."""

    charges: list[DatedAmount]
    payments: list[DatedAmount]


def of_bills(bills: Sequence[LateBill], rules: SeasonRules) -> dict[BillKey, Late]:
    """The lines of each of these bills; bills whose tariff knows no penalty keep what was frozen."""
    keys = [bill.key for bill in bills]
    frozen = frozen_lines(keys)
    ruled = {bill.key: rule for bill in bills if (rule := rules.penalty(*bill.key)) is not None}
    histories = _histories(ruled)
    found: dict[BillKey, Late] = {}
    for bill in bills:
        rule = ruled.get(bill.key)
        lines = tuple(frozen.get(bill.key, ()))
        if rule is None:
            found[bill.key] = Late(lines)
            continue
        cut = rules.cut(bill.key[0])
        accruing = _accruing(rule, bill, histories.get(bill.key), lines, cut)
        found[bill.key] = Late(lines, accruing, rule.allocation)
    return found


def _accruing(
    rule: PenaltyRule,
    bill: LateBill,
    history: _History | None,
    frozen: tuple[PenaltyLine, ...],
    cut: Iterable[DateRange],
) -> tuple[PenaltyLine, ...]:
    if history is None:
        return ()
    frozen_on = [line.period.last for line in frozen]
    by_now = fee_standing(rule, bill.due_on, history.charges, history.payments, frozen_on, bill.to, cut)
    return not_yet_frozen(by_now.penalties, frozen)


def frozen_lines(keys: Collection[BillKey]) -> dict[BillKey, list[PenaltyLine]]:
    """The frozen lines that stand, in the order of their days."""
    query = (
        select(Penalty)
        .where(
            Penalty.account_id.in_({account_id for account_id, _season in keys}),
            Penalty.season_id.in_({season_id for _account, season_id in keys}),
            ~_reversed(Penalty.journal_id),
        )
        .order_by(Penalty.ends_on, Penalty.id)
    )
    found: dict[BillKey, list[PenaltyLine]] = defaultdict(list)
    for row in db.session.scalars(query):
        steps = tuple(Step(**step) for step in row.steps)
        line = PenaltyLine(DateRange(row.starts_on, row.ends_on), row.days, row.amount, steps)
        found[row.account_id, row.season_id].append(line)
    return found


def _histories(keys: Mapping[BillKey, Any]) -> dict[BillKey, _History]:
    """What was charged, reduced and paid on which day; a journal undone and the one that undid it are left out."""
    sign = case((Entry.debit == LedgerCode.RECEIVABLE, Entry.amount), else_=-Entry.amount)
    other = case((Entry.debit == LedgerCode.RECEIVABLE, Entry.credit), else_=Entry.debit)
    rows = db.session.execute(
        select(
            Entry.account_id, Entry.season_id, Journal.business_date, LedgerAccount.bill_total, func.sum(sign)
        )
        .join(Journal, Journal.id == Entry.journal_id)
        .join(LedgerAccount, LedgerAccount.code == other)
        .where(
            Entry.account_id.in_({account_id for account_id, _season in keys}),
            Entry.season_id.in_({season_id for _account, season_id in keys}),
            or_(Entry.debit == LedgerCode.RECEIVABLE, Entry.credit == LedgerCode.RECEIVABLE),
            Journal.reverses.is_(None),
            ~_reversed(Journal.id),
        )
        .group_by(Entry.account_id, Entry.season_id, Journal.business_date, LedgerAccount.bill_total)
    )
    found: dict[BillKey, _History] = defaultdict(lambda: _History([], []))
    for account_id, season_id, day, bill_total, amount in rows:
        history = found[account_id, season_id]
        if bill_total == BillTotal.PAID:
            history.payments.append(DatedAmount(day, -amount))
        else:
            history.charges.append(DatedAmount(day, amount))
    return found


def _reversed(journal_id: Any) -> Any:
    """Whether a later journal undid this one."""
    later = aliased(Journal)
    return select(later.id).where(later.reverses == journal_id).exists()
