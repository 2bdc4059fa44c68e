"""What was granted, agreed or read before a season was billed reaches its bills as the last phase of the run.

A run plans area fees alone. Once its bills are out, the accounts with adjustments, with an organisation that pays for
them or with meters read meanwhile are assessed, shard by shard: a killed worker leaves whole shards, and whoever goes
on takes the rest.
"""

from typing import Any

from sqlalchemy import Select, insert, or_, select, update

from heatdesk.billing.models import (
    Adjustment,
    Meter,
    MeterReading,
    PayerShare,
    RunException,
    RunShard,
    Season,
    SeasonRun,
)
from heatdesk.billing.rules.workflow import ExceptionKind, RunPhase, RunState, ShardState
from heatdesk.billing.services import assessments
from heatdesk.dates import now
from heatdesk.db import db, transaction
from heatdesk.money import ZERO

MEMO = "Season run %s: what was granted before"


def cut(run: SeasonRun) -> None:
    """The shards of posting that have such an account, once more; in the transaction that makes the bills visible, so
    that whatever is granted later finds them.
    """
    touched = _touched(run.season_id, RunShard.first_account_id, RunShard.last_account_id)
    shards = db.session.execute(
        select(RunShard.number, RunShard.first_account_id, RunShard.last_account_id).where(
            RunShard.run_id == run.id,
            RunShard.phase == RunPhase.POST,
            or_(*(accounts.exists() for accounts in touched)),
        )
    ).all()
    if shards:
        rows = [{"run_id": run.id, "phase": RunPhase.ADJUST, **shard._mapping} for shard in shards]
        db.session.execute(insert(RunShard), rows)


def _touched(season_id: int, first: Any, last: Any) -> list[Select[Any]]:
    """Accounts from `first` to `last` whose bill is more than the area fee that a run plans."""
    granted = select(Adjustment.account_id).where(
        Adjustment.season_id == season_id,
        Adjustment.withdrawn_by.is_(None),
        Adjustment.account_id.between(first, last),
    )
    shared = select(PayerShare.account_id).where(PayerShare.account_id.between(first, last))
    season = db.session.get_one(Season, season_id)
    metered = (
        select(Meter.account_id)
        .join(MeterReading, MeterReading.meter_id == Meter.id)
        .where(Meter.account_id.between(first, last), MeterReading.read_on > season.starts_on)
    )
    return [granted, shared, metered]


def is_unfinished(run: SeasonRun) -> bool:
    """Whether bills are out that do not yet say what was granted."""
    query = select(RunShard.number).where(
        RunShard.run_id == run.id, RunShard.phase == RunPhase.ADJUST, RunShard.state == ShardState.WAITING
    )
    return run.state == RunState.POSTED and db.session.scalar(query.limit(1)) is not None


def work(run_id: int) -> None:
    """Do what shards are left; several processes may share them, each shard is one transaction."""
    while _one_shard(run_id):
        pass


def _one_shard(run_id: int) -> bool:
    with transaction():
        run = db.session.get_one(SeasonRun, run_id)
        shard = db.session.scalar(
            select(RunShard)
            .where(
                RunShard.run_id == run_id,
                RunShard.phase == RunPhase.ADJUST,
                RunShard.state == ShardState.WAITING,
            )
            .order_by(RunShard.number)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if shard is None or run.state != RunState.POSTED:
            return False
        by = run.released_by or run.started_by
        touched = _touched(run.season_id, shard.first_account_id, shard.last_account_id)
        accounts = sorted({account_id for query in touched for account_id in db.session.scalars(query)})
        done = assessments.assess_many(accounts, run.season_id, by=by, reason=MEMO % run_id)
        _list(run_id, done)
        db.session.execute(
            update(RunShard)
            .where(
                RunShard.run_id == run_id, RunShard.phase == RunPhase.ADJUST, RunShard.number == shard.number
            )
            .values(
                state=ShardState.DONE,
                done_at=now(),
                accounts=len(accounts),
                changed=len(done.differences),
                amount=sum(done.differences.values(), ZERO),
            )
        )
    return True


def _list(run_id: int, done: assessments.Done) -> None:
    """Households whose bill stands without what was granted, with the reason, on the run's list."""
    rows = [
        {
            "run_id": run_id,
            "account_id": account_id,
            "kind": ExceptionKind.NOT_ADJUSTED,
            "message": refusal.message,
            "values": {name: str(value) for name, value in refusal.values.items()},
        }
        for account_id, refusal in done.refusals.items()
    ]
    if rows:
        db.session.execute(insert(RunException), rows)
