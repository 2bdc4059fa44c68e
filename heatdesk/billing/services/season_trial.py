"""Counting a shard: what every flat of it owes, without writing a bill."""

from collections.abc import Iterator
from typing import Protocol

from sqlalchemy import func, select

from heatdesk.billing.models import Charge, RunShard
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.states import Item, SupplyState
from heatdesk.billing.rules.workflow import ExceptionKind
from heatdesk.billing.services.season_plans import Plan, PlannedCharge, Planner
from heatdesk.billing.services.season_rows import AccountRow, Range
from heatdesk.billing.services.season_tally import NO_AREA, NO_TERM, Tally
from heatdesk.db import db
from heatdesk.errors import Refusal

PLANNED = (Item.HEAT, Item.BASIC_FEE)
"""What a run plans. All else on a bill (what was granted, settled, taken over) follows when it is assessed."""


class Worker(Protocol):
    """What a shard needs to know from the worker that does it."""

    run_id: int
    season_id: int
    by: int
    previous_id: int | None
    is_bulk: bool
    journal_ids: dict[str, int]
    facts: Season
    planner: Planner


def count(worker: Worker, shard: RunShard, tally: Tally) -> None:
    """Total the shard, point at odd flats, and count whose bill would move and by how much."""
    charged = {} if worker.is_bulk else charged_so_far(worker, shard)
    settled = set() if worker.is_bulk else _settled(worker, shard)
    for account, charges in charged_accounts(worker, shard, tally):
        if not worker.is_bulk:
            difference = difference_of(charges, charged.pop(int(account.id), {}))
            if difference is not None and int(account.id) not in settled:
                tally.changed += 1
                tally.fen += difference
        if account.previous:
            tally.outlier(account, sum(charge.amount for charge in charges))
    if worker.is_bulk:
        tally.changed, tally.fen = tally.charged, sum(numbers[2] for numbers in tally.groups.values())
    for before in gone(charged, tally).values():
        tally.changed += 1
        tally.fen -= sum(before.values())


def gone(charged: dict[int, dict[str, int]], tally: Tally) -> dict[int, dict[str, int]]:
    """Of the charges nobody answered for, those of accounts that are no longer eligible; listed flats keep theirs."""
    listed = {row["account_id"] for row in tally.exceptions}
    return {
        account: items for account, items in charged.items() if account not in listed and any(items.values())
    }


def charged_accounts(
    worker: Worker, shard: RunShard, tally: Tally
) -> Iterator[tuple[AccountRow, list[PlannedCharge]]]:
    """Every account of the shard that the rules can charge, with its charges; the others go on the list."""
    rows = Range(worker.facts, shard.first_account_id, shard.last_account_id)
    terms_of, parts = rows.terms(), rows.parts()
    charge = worker.planner.charge
    for account in rows.accounts(worker.previous_id):
        tally.accounts += 1
        terms = terms_of.get(account.id)
        if terms is None:
            tally.point_at(account, ExceptionKind.NO_TERM, NO_TERM, {})
            continue
        try:
            charges, plan = charge(terms, parts, account.building_type)
        except Refusal as refusal:
            tally.refuse(account, refusal)
            continue
        fen = 0
        for one in charges:
            fen += one.amount
        if fen == 0 and not _is_free(plan, charges):
            tally.point_at(account, ExceptionKind.NO_AREA, NO_AREA, {})
            continue
        group = tally.group(plan.label, account.office)
        group[0] += 1
        group[1] += int(terms[-1].building)
        group[2] += fen
        if fen:
            tally.charged += 1
        else:
            tally.free += 1
        yield account, charges


def _is_free(plan: Plan, charges: list[PlannedCharge]) -> bool:
    """Whether nothing is due because of the state, not because of an area of zero."""
    return plan.label[1] != SupplyState.SUPPLIED and all(charge.quantity != 0 for charge in charges)


def charged_so_far(worker: Worker, shard: RunShard) -> dict[int, dict[str, int]]:
    """Account → item → fen charged in this season, of what a run plans."""
    rows = db.session.execute(
        select(Charge.account_id, Charge.item, func.sum(Charge.amount))
        .where(
            Charge.season_id == worker.season_id,
            Charge.account_id.between(shard.first_account_id, shard.last_account_id),
            Charge.item.in_(PLANNED),
        )
        .group_by(Charge.account_id, Charge.item)
    )
    charged: dict[int, dict[str, int]] = {}
    for account_id, item, amount in rows:
        charged.setdefault(account_id, {})[item] = int(amount.scaleb(2))
    return charged


def _settled(worker: Worker, shard: RunShard) -> set[int]:
    """The accounts of the shard that pay by what their meters counted, no longer by area."""
    query = select(Charge.account_id).where(
        Charge.season_id == worker.season_id,
        Charge.account_id.between(shard.first_account_id, shard.last_account_id),
        Charge.item.in_((Item.METERED_BASE, Item.METERED_HEAT, Item.SETTLEMENT)),
    )
    return set(db.session.scalars(query))


def difference_of(charges: list[PlannedCharge], before: dict[str, int]) -> int | None:
    """By how many fen the bill moves; None when no item changes."""
    due = {charge.item: charge.amount for charge in charges if charge.amount}
    if due == {item: fen for item, fen in before.items() if fen}:
        return None
    return sum(due.values()) - sum(before.values())
