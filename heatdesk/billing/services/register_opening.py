"""Opening balances of an import: old arrears and prepayments become entries against 3999 (posting 31)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Numeric, Select, Text, column, literal, null, select, table, text

from heatdesk.auth.models import Staff
from heatdesk.billing.errors import ArrearsDiffer, NoDayForOpening, PrepaymentsDiffer
from heatdesk.billing.models import BusinessDay, Season
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.register_totals import RegisterTotals
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.workflow import DayState
from heatdesk.billing.services import ledger
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.money import ZERO, format_money
from heatdesk.network.models import Branch

_fresh = table("fresh", column("row"), column("account_id", BigInteger), column("prepayment", Numeric(14, 2)))
_home = table("fresh_home", column("row"), column("branch_id", BigInteger))
_arrears = table("incoming_arrears", column("row"), column("season", Text), column("amount", Numeric(14, 2)))


@dataclass(frozen=True)
class ControlTotals:
    """What the clerk typed: arrears in yuan by season code, and prepayments."""

    arrears: Mapping[str, Decimal]
    prepayments: Decimal | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the arguments of a job; `totals_from` reads them back."""
        arrears = {season: str(amount) for season, amount in self.arrears.items()}
        return {"arrears": arrears, "prepayments": str(self.prepayments or ZERO)}


def totals_from(stored: Mapping[str, Any]) -> ControlTotals:
    arrears = {season: Decimal(amount) for season, amount in stored["arrears"].items()}
    return ControlTotals(arrears, Decimal(stored["prepayments"]))


@dataclass(frozen=True)
class Days:
    """Branches that bring money, by what becomes of their business day: `to_open` are new, `closed` must be opened."""

    to_open: list[str]
    closed: list[str]


def check_totals(typed: ControlTotals, booked: RegisterTotals) -> None:
    """Raises `ArrearsDiffer` or `PrepaymentsDiffer` with both figures; what was not typed counts as nothing."""
    for season in sorted({*booked.arrears, *typed.arrears}):
        ours, theirs = booked.arrears.get(season, ZERO), typed.arrears.get(season, ZERO)
        if ours != theirs:
            raise ArrearsDiffer(season=season, typed=format_money(theirs), booked=format_money(ours))
    theirs = typed.prepayments or ZERO
    if theirs != booked.prepayments:
        raise PrepaymentsDiffer(typed=format_money(theirs), booked=format_money(booked.prepayments))


def business_days(branches: set[str]) -> Days:
    """How the branches of this name stand: not there yet, without an open day, or ready (in neither list)."""
    is_open = (
        select(BusinessDay)
        .where(BusinessDay.branch_id == Branch.id, BusinessDay.state == DayState.OPEN)
        .exists()
    )
    known: dict[str, bool] = dict(
        db.session.execute(select(Branch.name, is_open).where(Branch.name.in_(branches))).all()
    )
    return Days(
        to_open=sorted(branches - known.keys()),
        closed=sorted(name for name, has_day in known.items() if not has_day),
    )


def refuse_closed(days: Days) -> None:
    """Raises `NoDayForOpening` naming the branches without an open day."""
    if days.closed:
        names = "、".join(days.closed)
        raise NoDayForOpening(branches=names)


def post(days: Days, *, by: Staff, memo: str) -> list[int]:
    """Book the balances of the accounts just written, one journal per branch; returns the journals' ids.

    A branch that the import itself made gets its first business day, on the date of the clock.
    """
    for branch_id in db.session.scalars(select(Branch.id).where(Branch.name.in_(days.to_open))):
        db.session.add(BusinessDay(branch_id=branch_id, day=today(), opened_by=by.id))
    db.session.flush()
    db.session.execute(
        text(
            "insert into bill (season_id, account_id) select season.id, fresh.account_id from incoming_arrears"
            " join season on season.code = incoming_arrears.season join fresh using (row) order by 1, 2"
        )
    )
    return [
        ledger.post_selected(
            JournalKind.OPENING, _movements(branch_id), branch_id=branch_id, by=by.id, memo=memo
        ).id
        for branch_id in _branches_with_money()
    ]


def _branches_with_money() -> list[int]:
    owes = select(_arrears).where(_arrears.c.row == _fresh.c.row).exists()
    query = (
        select(_home.c.branch_id)
        .join(_fresh, _fresh.c.row == _home.c.row)
        .where((_fresh.c.prepayment > 0) | owes)
        .distinct()
        .order_by(_home.c.branch_id)
    )
    return list(db.session.scalars(query))


def _movements(branch_id: int) -> Select[Any]:
    """Arrears as 1122 ← 3999 in their season, prepayments as 3999 → 2203, of one branch's new accounts."""
    mine = _home.c.branch_id == branch_id
    return _owed().where(mine).union_all(_held().where(mine)).subquery().select()


def _owed() -> Select[Any]:
    return (
        select(
            literal(LedgerCode.RECEIVABLE.value).label("debit"),
            literal(LedgerCode.MIGRATION.value).label("credit"),
            _arrears.c.amount.label("amount"),
            Season.id.label("season_id"),
            _fresh.c.account_id.label("account_id"),
            literal(Item.HEAT.value).label("item"),
        )
        .select_from(_arrears)
        .join(Season, Season.code == _arrears.c.season)
        .join(_fresh, _fresh.c.row == _arrears.c.row)
        .join(_home, _home.c.row == _fresh.c.row)
    )


def _held() -> Select[Any]:
    return (
        select(
            literal(LedgerCode.MIGRATION.value),
            literal(LedgerCode.PREPAYMENT.value),
            _fresh.c.prepayment,
            null(),
            _fresh.c.account_id,
            null(),
        )
        .select_from(_fresh)
        .join(_home, _home.c.row == _fresh.c.row)
        .where(_fresh.c.prepayment > 0)
    )
