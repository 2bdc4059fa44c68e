"""Season runs: a trial that posts nothing, released by a second person, posted in shards, checked, then visible."""

import logging
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from psycopg.errors import DeadlockDetected
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import OperationalError

from heatdesk.billing.errors import (
    DaysNotOpen,
    RunIsLive,
    RunIsOver,
    RunNotReady,
    SeasonIsClosed,
    StarterReleases,
    TrialIsOld,
)
from heatdesk.billing.models import (
    Account,
    BusinessDay,
    Journal,
    RunShard,
    Season,
    SeasonRun,
    Tariff,
    journal_id_sequence,
)
from heatdesk.billing.rules.ledger import JournalKind
from heatdesk.billing.rules.workflow import (
    DayState,
    RunPhase,
    RunState,
    SeasonState,
    TariffState,
)
from heatdesk.billing.services import (
    season_adjusting,
    season_checks,
    season_sealing,
    season_shards,
    seasons,
    shards,
)
from heatdesk.billing.services.season_tally import added_up
from heatdesk.billing.services.shards import Report
from heatdesk.dates import now
from heatdesk.db import db, get_or_refuse, transaction
from heatdesk.network.models import Branch

JOB_KIND = "season_run"
_ATTEMPTS = 5

log = logging.getLogger(__name__)


def start(season_id: int, *, by: int) -> SeasonRun:
    """A trial run of the season, cut into shards that `carry_out` counts. Raises `RunIsLive`, `SeasonIsClosed`."""
    season = _lock_season(season_id)
    if season.state == SeasonState.CLOSED:
        raise SeasonIsClosed(code=season.code)
    if seasons.live_run(season_id) is not None:
        raise RunIsLive(code=season.code)
    run = SeasonRun(
        season_id=season_id,
        state=RunState.TRIAL_RUNNING,
        started_by=by,
        is_bulk=not seasons.has_bills(season_id),
        journal_ids={},
        totals={"tariffs": _tariff_ids(season)},
    )
    db.session.add(run)
    db.session.flush()
    season_shards.cut(run, RunPhase.TRIAL)
    return run


def release(run_id: int, *, by: int) -> SeasonRun:
    """A second person lets the trial be posted; the shards of `carry_out` then write the bills.

    Raises `StarterReleases`, `RunNotReady`, `TrialIsOld` and `DaysNotOpen`.
    """
    season = _lock_season(get_or_refuse(SeasonRun, run_id).season_id)
    run = get_or_refuse(SeasonRun, run_id, lock=True)
    if run.started_by == by:
        raise StarterReleases
    if run.state != RunState.TRIAL_DONE:
        raise RunNotReady
    has_moved_on = (run.totals or {})["tariffs"] != _tariff_ids(season)
    if has_moved_on or run.is_bulk == seasons.has_bills(season.id):
        raise TrialIsOld
    branches = _branches_with_accounts()
    _check_days_open(branches)
    run.state, run.released_by, run.released_at = RunState.RELEASED, by, now()
    if run.is_bulk:
        run.journal_ids = {
            str(branch): db.session.scalar(select(journal_id_sequence.next_value())) for branch in branches
        }
        db.session.execute(select(func.prepare_season_run(season.id)))
    season_shards.cut(run, RunPhase.POST)
    db.session.flush()
    return run


def withdraw(run_id: int) -> SeasonRun:
    """Give a trial or a held run up; nothing of it was ever visible. A released run is finished, not withdrawn."""
    run = get_or_refuse(SeasonRun, run_id, lock=True)
    if run.state not in (RunState.TRIAL_RUNNING, RunState.TRIAL_DONE, RunState.HELD):
        raise RunIsOver
    run.state = RunState.WITHDRAWN
    if run.is_bulk:
        db.session.execute(select(func.discard_season_run(run.season_id)))
    db.session.flush()
    return run


def refuse_to_go_on(run: SeasonRun) -> None:
    """Raises `RunIsOver` when no phase of the run is under way."""
    if run.state not in (RunState.TRIAL_RUNNING, RunState.RELEASED) and not season_adjusting.is_unfinished(
        run
    ):
        raise RunIsOver


def carry_out(run_id: int, report: Report) -> RunState:
    """Work on the run's present phase and close it when its last shard is done; returns the state after it.

    Opens its own transactions; repeatable after a kill and shared by as many processes as call it.
    """
    season_shards.work(run_id, report)
    season_sealing.seal(run_id)
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return _finish(run_id)
        except OperationalError as error:
            if not isinstance(error.orig, DeadlockDetected):
                raise
            log.warning("somebody and the publishing of run %s waited for each other; trying again", run_id)
    return _finish(run_id)


def _finish(run_id: int) -> RunState:
    state = _close(run_id)
    if state == RunState.POSTED:
        season_adjusting.work(run_id)
    return state


def _close(run_id: int) -> RunState:
    """Close the phase under way, one process at a time. Whoever waits here holds no lock that publishing needs."""
    with transaction():
        season_sealing.wait_for_turn(run_id, "close")
        run = get_or_refuse(SeasonRun, run_id)
        if run.state == RunState.TRIAL_RUNNING:
            _close_trial(get_or_refuse(SeasonRun, run_id, lock=True))
        elif run.state == RunState.RELEASED:
            _close_posting(run)
        return run.state


def _close_trial(run: SeasonRun) -> None:
    if run.state != RunState.TRIAL_RUNNING:
        return
    run.totals = {**(run.totals or {}), "trial": _totals(run, RunPhase.TRIAL)}
    run.state = RunState.TRIAL_DONE


def _close_posting(run: SeasonRun) -> None:
    """Self-check, then make everything visible at once; a run that fails its check is held."""
    season = get_or_refuse(Season, run.season_id)
    totals = _totals(run, RunPhase.POST)
    run.totals = {**(run.totals or {}), "post": totals}
    if run.is_bulk:
        checked = season_checks.check(season, totals, _eligible(run, season))
        if seasons.has_bills(season.id):
            checked["problems"].append("billed_meanwhile")
        run.self_check = checked
        if checked["problems"]:
            run.state = RunState.HELD
            return
        _write_journals(run)
        db.session.execute(text("set local lock_timeout = 0"))
        db.session.execute(select(func.publish_season_run(season.id)))
    season.state = SeasonState.BILLED
    run.state, run.posted_at = RunState.POSTED, now()
    season_adjusting.cut(run)


def _eligible(run: SeasonRun, season: Season) -> int:
    """The accounts the run had to answer for; who came later is for the next run."""
    last = db.session.scalar(select(func.max(RunShard.last_account_id)).where(RunShard.run_id == run.id))
    return season_checks.eligible_accounts(season, up_to=last or 0)


def _write_journals(run: SeasonRun) -> None:
    """One journal per branch under its reserved number, on the branch's open day."""
    used = [int(branch) for branch in run.journal_ids]
    days = _check_days_open(used)
    entry_table = f'"entry_season_{run.season_id}_run"'
    filled = set(db.session.scalars(text(f"select distinct journal_id from {entry_table}")))  # noqa: S608
    rows = [
        {
            "id": journal_id,
            "kind": JournalKind.SEASON_CHARGE,
            "branch_id": int(branch),
            "business_date": days[int(branch)],
            "actor_id": run.released_by,
            "memo": f"season run {run.id}",
        }
        for branch, journal_id in run.journal_ids.items()
        if journal_id in filled
    ]
    if rows:
        db.session.execute(insert(Journal), rows)


def progress(run: SeasonRun) -> tuple[int, int]:
    """Shards done and shards in all, of the phase the run is in."""
    phase = RunPhase.TRIAL if run.state in (RunState.TRIAL_RUNNING, RunState.TRIAL_DONE) else RunPhase.POST
    if season_adjusting.is_unfinished(run):
        phase = RunPhase.ADJUST
    return shards.progress(RunShard, (RunShard.run_id == run.id) & (RunShard.phase == phase))


def runs_of(season_id: int) -> Sequence[SeasonRun]:
    """The runs of a season, newest first."""
    return db.session.scalars(
        select(SeasonRun).where(SeasonRun.season_id == season_id).order_by(SeasonRun.id.desc())
    ).all()


def yuan(fen: int) -> Decimal:
    """Fen of a total as yuan."""
    return Decimal(fen).scaleb(-2)


def _totals(run: SeasonRun, phase: RunPhase) -> dict[str, Any]:
    rows = db.session.scalars(
        select(RunShard.totals).where(RunShard.run_id == run.id, RunShard.phase == phase)
    )
    return added_up(row for row in rows if row is not None)


def _lock_season(season_id: int) -> Season:
    """The season, so that no assessment of it is under way (assessments hold it for share)."""
    return get_or_refuse(Season, season_id, lock=True)


def _tariff_ids(season: Season) -> list[int]:
    query = select(Tariff.id).where(
        Tariff.state == TariffState.APPROVED, Tariff.valid_from <= season.starts_on
    )
    return list(db.session.scalars(query.order_by(Tariff.id)))


def _branches_with_accounts() -> list[int]:
    query = select(Branch.id).where(select(Account).where(Account.branch_id == Branch.id).exists())
    return list(db.session.scalars(query.order_by(Branch.id)))


def _check_days_open(branches: Sequence[int]) -> dict[int, Any]:
    """The open business day of each of these branches; raises `DaysNotOpen` naming those without one."""
    rows = db.session.execute(
        select(BusinessDay.branch_id, BusinessDay.day)
        .where(BusinessDay.branch_id.in_(branches), BusinessDay.state == DayState.OPEN)
        .with_for_update(read=True)
    )
    days = dict(rows.all())
    closed = [branch for branch in branches if branch not in days]
    if closed:
        names = db.session.scalars(select(Branch.name).where(Branch.id.in_(closed)).order_by(Branch.id))
        written = ", ".join(names)
        raise DaysNotOpen(branches=written)
    return days
