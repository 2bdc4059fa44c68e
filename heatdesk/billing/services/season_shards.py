"""Shards of a season run: a range of accounts, one transaction, claimed by whichever worker is free.

A shard's rows and its mark "done" are committed together, so a killed worker leaves either a whole shard or none, and
whoever goes on takes the shards that are left.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text

from heatdesk.billing.models import RunShard, Season, SeasonRun
from heatdesk.billing.rules.workflow import RunPhase, RunState, ShardState
from heatdesk.billing.services import seasons, supply_facts, tariffs
from heatdesk.billing.services.charge_bases import basis_id
from heatdesk.billing.services.season_plans import Planner
from heatdesk.billing.services.season_posting import post_bulk, post_difference
from heatdesk.billing.services.season_tally import Tally
from heatdesk.billing.services.season_trial import count
from heatdesk.dates import now
from heatdesk.db import db, transaction

Report = Callable[[int, int], None]
"""Told `(shards done, shards)` inside the transaction of each shard."""

PHASE_OF = {RunState.TRIAL_RUNNING: RunPhase.TRIAL, RunState.RELEASED: RunPhase.POST}

ACCOUNTS_PER_SHARD = 20_000


def cut(run: SeasonRun, phase: RunPhase) -> None:
    """Divide all accounts into shards of about equal size."""
    db.session.execute(
        text(
            "insert into run_shard (run_id, phase, number, first_account_id, last_account_id)"
            " select :run, :phase, (place - 1) / :size + 1, min(id), max(id)"
            "   from (select id, row_number() over (order by id) as place from account) numbered"
            "  group by (place - 1) / :size"
        ),
        {"run": run.id, "phase": phase, "size": ACCOUNTS_PER_SHARD},
    )


def work(run_id: int, report: Report) -> None:
    """Do shards of the run's present phase until none is left, waiting at the end for those that others hold.

    Safe to call from several processes and again after a kill. The caller then closes the phase.
    """
    with transaction():
        run = db.session.get_one(SeasonRun, run_id)
        phase = PHASE_OF.get(run.state)
        if phase is None:
            return
        worker = _Worker(run, phase)
    for is_patient in (False, True):
        while _one_shard(worker, report, is_patient=is_patient):
            pass


class _Worker:
    """What stays the same from shard to shard: the season, the prices, the plans made so far."""

    def __init__(self, run: SeasonRun, phase: RunPhase) -> None:
        season = db.session.get_one(Season, run.season_id)
        before = seasons.previous(season)
        self.run_id, self.phase, self.is_bulk = run.id, phase, run.is_bulk
        self.season_id = season.id
        self.by = run.released_by or run.started_by
        self.previous_id = before.id if before is not None and phase is RunPhase.TRIAL else None
        self.journal_ids = {str(branch): int(journal) for branch, journal in run.journal_ids.items()}
        self.facts = supply_facts.season_facts(season)
        self.planner = Planner(self.facts, tariffs.in_force(season), _store_basis)


def _store_basis(basis: dict[str, Any]) -> int:
    with db.engine.begin() as connection:
        return basis_id(connection, basis)


def _one_shard(worker: _Worker, report: Report, *, is_patient: bool) -> bool:
    """Claim and do one shard; False when none is left (to take at once, or at all when patient)."""
    with transaction(worker.by):
        query = (
            select(RunShard)
            .where(
                RunShard.run_id == worker.run_id,
                RunShard.phase == worker.phase,
                RunShard.state == ShardState.WAITING,
            )
            .order_by(RunShard.number)
            .limit(1)
            .with_for_update(skip_locked=not is_patient)
        )
        if is_patient:
            db.session.execute(text("set local lock_timeout = 0"))
        shard = db.session.scalar(query)
        if shard is None:
            return is_patient and _is_unfinished(worker)
        tally = Tally()
        if worker.phase is RunPhase.TRIAL:
            count(worker, shard, tally)
        elif worker.is_bulk:
            post_bulk(worker, shard, tally)
        else:
            post_difference(worker, shard, tally)
        tally.keep_exceptions(worker.run_id, shard, worker.phase)
        _finish(shard, tally)
        report(*_progress(worker))
    return True


def _is_unfinished(worker: _Worker) -> bool:
    """A patient claim finds nothing when the shard it waited for was done meanwhile; others may still wait."""
    return bool(
        db.session.scalar(
            select(func.count())
            .select_from(RunShard)
            .where(
                RunShard.run_id == worker.run_id,
                RunShard.phase == worker.phase,
                RunShard.state == ShardState.WAITING,
            )
        )
    )


def _finish(shard: RunShard, tally: Tally) -> None:
    shard.state, shard.done_at = ShardState.DONE, now()
    shard.accounts, shard.changed = tally.accounts, tally.changed
    shard.amount = Decimal(tally.fen).scaleb(-2)
    shard.totals = tally.as_json()
    db.session.flush()


def _progress(worker: _Worker) -> tuple[int, int]:
    done, total = db.session.execute(
        select(func.count().filter(RunShard.state == ShardState.DONE), func.count()).where(
            RunShard.run_id == worker.run_id, RunShard.phase == worker.phase
        )
    ).one()
    return done, total
