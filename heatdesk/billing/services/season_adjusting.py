"""What was granted before a season was billed comes off its bills as the last phase of the run.

A run plans area fees alone. Once its bills are out, the accounts with adjustments are assessed, shard by shard: a
killed worker leaves whole shards, and whoever goes on takes the rest.
"""

from sqlalchemy import insert, select, update

from heatdesk.billing.models import Adjustment, RunException, RunShard, SeasonRun
from heatdesk.billing.rules.workflow import ExceptionKind, RunPhase, RunState, ShardState
from heatdesk.billing.services import assessments
from heatdesk.dates import now
from heatdesk.db import db, transaction
from heatdesk.money import ZERO

MEMO = "Season run %s: what was granted before"


def cut(run: SeasonRun) -> None:
    """The shards of posting that have an account with something granted, once more; in the transaction that makes the
    bills visible, so that whatever is granted later finds them.
    """
    touched = (
        select(Adjustment.id)
        .where(
            Adjustment.season_id == run.season_id,
            Adjustment.withdrawn_by.is_(None),
            Adjustment.account_id.between(RunShard.first_account_id, RunShard.last_account_id),
        )
        .exists()
    )
    shards = db.session.execute(
        select(RunShard.number, RunShard.first_account_id, RunShard.last_account_id).where(
            RunShard.run_id == run.id, RunShard.phase == RunPhase.POST, touched
        )
    ).all()
    if shards:
        rows = [{"run_id": run.id, "phase": RunPhase.ADJUST, **shard._mapping} for shard in shards]
        db.session.execute(insert(RunShard), rows)


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
        accounts = db.session.scalars(
            select(Adjustment.account_id)
            .where(
                Adjustment.season_id == run.season_id,
                Adjustment.account_id.between(shard.first_account_id, shard.last_account_id),
            )
            .distinct()
        ).all()
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
