"""Settlement: bills by meter and by quantity are moved to what the closing readings say, by difference as ever."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from heatdesk import jobs
from heatdesk.auth.models import Staff
from heatdesk.billing.models import Account, Season, SupplyTerm
from heatdesk.billing.rules.states import SeasonKind, SupplyMode
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments, meters
from heatdesk.billing.services.assessment_plans import Plan
from heatdesk.billing.services.charging import BY_QUANTITY
from heatdesk.billing.services.meters import CountedMeter
from heatdesk.billing.services.supply_facts import season_facts
from heatdesk.db import db, get_or_refuse, transaction
from heatdesk.errors import Refusal
from heatdesk.i18n import _
from heatdesk.money import ZERO
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer

JOB_KIND = "billing.settlement"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One account of a settlement: its meters, what it is charged and would be, or why it cannot be reckoned."""

    account_id: int
    card_no: str
    name: str
    address: str
    meters: Sequence[CountedMeter]
    before: Decimal
    after: Decimal
    refusal: str

    @property
    def is_read(self) -> bool:
        return bool(self.meters) and all(one.used is not None for one in self.meters)


def select_accounts(season: Season, *conditions: Any) -> Select[Any]:
    """Rows (account, customer, address) charged by meter or by quantity on some day of the season, by card."""
    modes = (SupplyMode.METERED,) if season.kind is SeasonKind.HEATING else BY_QUANTITY
    supplied = select(SupplyTerm.id).where(
        SupplyTerm.account_id == Account.id,
        SupplyTerm.mode.in_(modes),
        SupplyTerm.starts_on <= season.ends_on,
        SupplyTerm.ends_on.is_(None) | (SupplyTerm.ends_on >= season.starts_on),
    )
    columns: tuple[Any, ...] = (Account, Customer.name, Premises.address)
    return (
        select(*columns)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
        .where(supplied.exists(), *conditions)
        .order_by(Account.card_no)
    )


def rows_of(season: Season, found: Sequence[Any]) -> list[Row]:
    """What settling would do to each of these rows of `select_accounts`, in a handful of queries."""
    accounts = [row[0] for row in found]
    plan = Plan(season, accounts)
    counted = meters.counted([account.id for account in accounts], season_facts(season).period)
    return [_row(plan, row, counted.get(row[0].id, [])) for row in found]


def _row(plan: Plan, row: Any, counted: Sequence[CountedMeter]) -> Row:
    account, name, address = row
    before = after = ZERO
    refusal = ""
    try:
        changes = plan.changes(account.id)
    except Refusal as refused:
        refusal = _(refused.message, **refused.values)
    else:
        before = sum((change.before for change in changes), ZERO)
        after = sum((change.target for change in changes), ZERO)
    return Row(account.id, account.card_no, name, address, counted, before, after, refusal)


def start(season_id: int, *, by: Staff) -> jobs.Job:
    """Queue the settlement of the reader's branch, or of all; a period of its own is billed from now on."""
    season = get_or_refuse(Season, season_id, lock=True)
    assessments.open_season(season.id)
    if season.kind is SeasonKind.SETTLEMENT and season.state is SeasonState.PLANNED:
        season.state = SeasonState.BILLED
    return jobs.enqueue(
        JOB_KIND,
        {"season_id": season.id, "branch_id": by.branch_id},
        title=_("Settlement %(code)s", code=season.code),
        by=by.id,
        url=f"/billing/seasons/{season.id}/settlement",
    )


def carry_out(season_id: int, branch_id: int | None, by: int, report: Callable[[int, int], None]) -> None:
    """Settle in pieces, each a transaction; a repetition finds what was posted and posts no more."""
    with transaction():
        season = get_or_refuse(Season, season_id)
        scope = [] if branch_id is None else [Account.branch_id == branch_id]
        query = (
            select_accounts(season, *scope).with_only_columns(Account.id).order_by(None).order_by(Account.id)
        )
        ids = list(db.session.scalars(query))
    for first in range(0, len(ids), _AT_ONCE):
        with transaction(by):
            assessments.open_season(season_id)
            piece = ids[first : first + _AT_ONCE]
            assessments.assess_many(piece, season_id, by=by, reason=_MEMO)
        report(min(first + _AT_ONCE, len(ids)), len(ids))


_MEMO = "Settlement"


def count(season: Season, *conditions: Any) -> int:
    """How many accounts there are to settle."""
    query = select_accounts(season, *conditions).with_only_columns(Account.id).order_by(None)
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
