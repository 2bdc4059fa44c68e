"""Tariff trials: drafts tried on the whole register for a season. Nothing is posted; the result is kept for a month."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from heatdesk.billing.errors import (
    NothingCharged,
    NothingToTry,
    TrialIsOver,
    TrialIsRunning,
    TrialUnderWay,
)
from heatdesk.billing.models import Season, Tariff, TariffTrial, TrialFlat, TrialShard
from heatdesk.billing.rules.workflow import ShardState, TariffState, TrialBasis, TrialState
from heatdesk.billing.services import season_shards, seasons, shards, tariffs, trial_counting
from heatdesk.billing.services.shards import Report
from heatdesk.dates import now
from heatdesk.db import db, get_or_refuse, transaction

JOB_KIND = "tariff_trial"
KEPT = timedelta(days=30)


def drafts() -> Sequence[Tariff]:
    """What can be tried: the drafts there are, at most one per class."""
    return db.session.scalars(
        select(Tariff).where(Tariff.state == TariffState.DRAFT).order_by(Tariff.use_class)
    ).all()


def start(season_id: int, tariff_ids: Sequence[int], basis: TrialBasis, *, by: int) -> TariffTrial:
    """A trial cut into shards that `carry_out` counts.

    Raises `NothingToTry`, `NothingCharged`, `TrialUnderWay`.
    """
    season = get_or_refuse(Season, season_id, lock=True)
    tried = [
        {"tariff_id": row.id, "version": row.version, "parameters": row.parameters}
        for row in drafts()
        if row.id in set(tariff_ids)
    ]
    if not tried:
        raise NothingToTry
    if basis is TrialBasis.CHARGED and not seasons.has_bills(season_id):
        raise NothingCharged(code=season.code)
    if any(one.drafts == tried and one.basis == basis for one in _running(season_id)):
        raise TrialUnderWay(code=season.code)
    trial = TariffTrial(
        season_id=season_id,
        basis=basis,
        drafts=tried,
        tariff_ids=[row.id for row in tariffs.rows_in_force(season)],
        state=TrialState.RUNNING,
        started_by=by,
    )
    db.session.add(trial)
    db.session.flush()
    shards.cut(TrialShard, season_shards.ACCOUNTS_PER_SHARD, trial_id=trial.id)
    return trial


def carry_out(trial_id: int, report: Report) -> None:
    """Count what is left of a trial and close it; repeatable after a kill, shared by as many as call it."""
    with transaction():
        trial = db.session.get(TariffTrial, trial_id)
        if trial is None or trial.state != TrialState.RUNNING:
            return
        worker = trial_counting.Worker(trial)
    shards.work_off(worker, report)
    with transaction(worker.by):
        _close(trial_id)


def stop(trial_id: int) -> TariffTrial:
    """End a trial under way; what it has counted so far is shown by nobody. Raises `TrialIsOver`."""
    trial = get_or_refuse(TariffTrial, trial_id)
    refuse_when_over(trial)
    # Not `for update`: workers hold the row shared as long as a shard takes, and stopping need not wait for them.
    db.session.execute(
        select(TariffTrial.id).where(TariffTrial.id == trial_id).with_for_update(key_share=True)
    )
    db.session.refresh(trial)
    refuse_when_over(trial)
    trial.state, trial.finished_at = TrialState.STOPPED, now()
    db.session.flush()
    return trial


def refuse_when_over(trial: TariffTrial) -> None:
    """Raises `TrialIsOver` unless the trial is running."""
    if trial.state != TrialState.RUNNING:
        raise TrialIsOver


def remove(trial_id: int) -> None:
    """Throw a trial and all its rows away. Raises `TrialIsRunning`."""
    trial = get_or_refuse(TariffTrial, trial_id, lock=True)
    if trial.state == TrialState.RUNNING:
        raise TrialIsRunning
    for table in (TrialFlat, TrialShard):
        db.session.execute(delete(table).where(table.trial_id == trial_id))
    db.session.delete(trial)
    db.session.flush()


def expire(at: datetime) -> int:
    """Remove what is older than thirty days, running or not; returns how many trials went."""
    old = db.session.scalars(select(TariffTrial).where(TariffTrial.started_at < at - KEPT)).all()
    for trial in old:
        trial.state = TrialState.STOPPED
        db.session.flush()
        remove(trial.id)
    return len(old)


def progress(trial: TariffTrial) -> tuple[int, int]:
    """Shards done and shards in all."""
    return shards.progress(TrialShard, TrialShard.trial_id == trial.id)


def changes_since(trial: TariffTrial) -> dict[str, list[str]]:
    """What the result no longer says: use classes of drafts that are worded differently now (`reworded`), are approved
    (`approved`) or gone (`withdrawn`); `compared` is not empty when other tariffs are in force by now.
    """
    found: dict[str, list[str]] = {"reworded": [], "approved": [], "withdrawn": [], "compared": []}
    ids = [one["tariff_id"] for one in trial.drafts]
    rows = {row.id: row for row in db.session.scalars(select(Tariff).where(Tariff.id.in_(ids)))}
    for one in trial.drafts:
        row, use_class = rows[one["tariff_id"]], one["parameters"]["use_class"]
        if row.parameters != one["parameters"]:
            found["reworded"].append(use_class)
        if row.state in (TariffState.APPROVED, TariffState.WITHDRAWN):
            found[row.state].append(use_class)
    in_force = tariffs.rows_in_force(db.session.get_one(Season, trial.season_id))
    others = {row.id for row in in_force} ^ set(trial.tariff_ids)
    found["compared"] = sorted(
        db.session.scalars(select(Tariff.use_class).where(Tariff.id.in_(others - set(ids))).distinct())
    )
    return found


def _running(season_id: int) -> Sequence[TariffTrial]:
    return db.session.scalars(
        select(TariffTrial).where(TariffTrial.season_id == season_id, TariffTrial.state == TrialState.RUNNING)
    ).all()


def _close(trial_id: int) -> None:
    """Add the shards up once all are done; one worker does it, the others find it done."""
    trial: Any = db.session.get(TariffTrial, trial_id, with_for_update=True, populate_existing=True)
    if trial is None or trial.state != TrialState.RUNNING:
        return
    waiting = select(func.count()).where(
        TrialShard.trial_id == trial_id, TrialShard.state == ShardState.WAITING
    )
    if db.session.scalar(waiting):
        return
    parts = db.session.scalars(select(TrialShard.totals).where(TrialShard.trial_id == trial_id))
    trial.totals = trial_counting.added_up(part for part in parts if part is not None)
    trial.state, trial.finished_at = TrialState.DONE, now()
    db.session.execute(select(func.gather_trial_statistics()))
