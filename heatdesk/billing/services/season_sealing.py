"""Sealing: keys and indexes of a bulk run's tables, built side by side by the processes that share the run."""

import logging

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from heatdesk.billing.models import SeasonRun
from heatdesk.billing.rules.workflow import RunState
from heatdesk.db import db, transaction

log = logging.getLogger(__name__)

TABLES = ("entry", "charge", "bill")
"""The longest work first."""


def seal(run_id: int) -> None:
    """Seal what nobody else is at, then wait for the rest; repeatable after a kill. Only bulk runs have tables.

    Rows that break a key are left to the self-check, which finds them and holds the run.
    """
    for is_patient in (False, True):
        for name in TABLES:
            try:
                with transaction():
                    _seal(run_id, name, is_patient=is_patient)
            except IntegrityError as error:
                log.warning("run %s cannot be sealed: %s", run_id, error.orig)


def _seal(run_id: int, name: str, *, is_patient: bool) -> None:
    if not _is_posting_bulk(run_id):
        return
    if is_patient:
        wait_for_turn(run_id, name)
    elif not _takes_turn(run_id, name):
        return
    run = db.session.get_one(SeasonRun, run_id)
    db.session.execute(select(func.seal_season_run(run.season_id, name)))


def wait_for_turn(run_id: int, deed: str) -> None:
    """One process at a time does this deed of a run; the turn ends with the transaction."""
    db.session.execute(text("set local lock_timeout = 0"))
    db.session.execute(select(func.pg_advisory_xact_lock(_key(run_id, deed))))


def _takes_turn(run_id: int, deed: str) -> bool:
    return bool(db.session.scalar(select(func.pg_try_advisory_xact_lock(_key(run_id, deed)))))


def _key(run_id: int, deed: str) -> object:
    return func.hashtextextended(f"season run {run_id} {deed}", 0)


def _is_posting_bulk(run_id: int) -> bool:
    query = select(SeasonRun.is_bulk).where(SeasonRun.id == run_id, SeasonRun.state == RunState.RELEASED)
    return bool(db.session.scalar(query))
