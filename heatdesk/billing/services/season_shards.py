"""Shards of a season run: what is done with each range of accounts, in the trial and when posting."""

from decimal import Decimal
from typing import Any

from heatdesk.billing.models import RunShard, Season, SeasonRun
from heatdesk.billing.rules.workflow import RunPhase, RunState
from heatdesk.billing.services import seasons, shards, supply_facts, tariffs
from heatdesk.billing.services.charge_bases import basis_id
from heatdesk.billing.services.season_plans import Planner
from heatdesk.billing.services.season_posting import post_bulk, post_difference
from heatdesk.billing.services.season_tally import Tally
from heatdesk.billing.services.season_trial import count
from heatdesk.billing.services.shards import Report
from heatdesk.db import db, transaction

PHASE_OF = {RunState.TRIAL_RUNNING: RunPhase.TRIAL, RunState.RELEASED: RunPhase.POST}

ACCOUNTS_PER_SHARD = 20_000


def cut(run: SeasonRun, phase: RunPhase) -> None:
    """Divide all accounts into shards of about equal size."""
    shards.cut(RunShard, ACCOUNTS_PER_SHARD, run_id=run.id, phase=phase.value)


def work(run_id: int, report: Report) -> None:
    """Do shards of the run's present phase until none is left. The caller then closes the phase."""
    with transaction():
        run = db.session.get_one(SeasonRun, run_id)
        phase = PHASE_OF.get(run.state)
        if phase is None:
            return
        worker = _Worker(run, phase)
    shards.work_off(worker, report)


class _Worker:
    """What stays the same from shard to shard: the season, the prices, the plans made so far."""

    table = RunShard

    def __init__(self, run: SeasonRun, phase: RunPhase) -> None:
        season = db.session.get_one(Season, run.season_id)
        before = seasons.previous(season)
        self.run_id, self.phase, self.is_bulk = run.id, phase, run.is_bulk
        self.mine = (RunShard.run_id == run.id) & (RunShard.phase == phase)
        self.season_id = season.id
        self.by = run.released_by or run.started_by
        self.previous_id = before.id if before is not None and phase is RunPhase.TRIAL else None
        self.journal_ids = {str(branch): int(journal) for branch, journal in run.journal_ids.items()}
        self.facts = supply_facts.season_facts(season)
        self.planner = Planner(self.facts, tariffs.in_force(season), _store_basis)

    def is_wanted(self) -> bool:
        """A run given up keeps its shards: closing it sees to that."""
        return True

    def do(self, shard: RunShard) -> None:
        tally = Tally()
        if self.phase is RunPhase.TRIAL:
            count(self, shard, tally)
        elif self.is_bulk:
            post_bulk(self, shard, tally)
        else:
            post_difference(self, shard, tally)
        tally.keep_exceptions(self.run_id, shard, self.phase)
        shard.accounts, shard.changed = tally.accounts, tally.changed
        shard.amount = Decimal(tally.fen).scaleb(-2)
        shard.totals = tally.as_json()


def _store_basis(basis: dict[str, Any]) -> int:
    with db.engine.begin() as connection:
        return basis_id(connection, basis)
