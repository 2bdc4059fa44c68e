"""Shards of work over all accounts: a range of ids, one transaction, claimed by whichever worker is free.

A shard's rows and its mark "done" are committed together, so a killed worker leaves either a whole shard or none, and
whoever goes on takes the shards that are left.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import func, insert, literal, select, text

from heatdesk.billing.models import Account, RunShard, TrialShard
from heatdesk.billing.rules.workflow import ShardState
from heatdesk.dates import now
from heatdesk.db import db, transaction

Report = Callable[[int, int], None]
"""Told `(shards done, shards)` inside the transaction of each shard."""

Table = type[RunShard] | type[TrialShard]


class Work(Protocol):
    """What is done shard by shard."""

    by: int
    mine: Any
    """The condition that finds the shards of this work."""

    @property
    def table(self) -> Table:
        """Where its shards are kept."""

    def is_wanted(self) -> bool:
        """Asked in the transaction of each shard before one is claimed; False ends the work."""

    def do(self, shard: Any) -> None:
        """Fill the shard in; the caller marks it as done."""


def cut(table: Table, size: int, **own: Any) -> None:
    """Divide all accounts into shards of about `size`; `own` says whose shards they are."""
    numbered = select(Account.id, func.row_number().over(order_by=Account.id).label("place")).subquery()
    number = (numbered.c.place - 1) // size + 1
    ranges = select(
        *(literal(value) for value in own.values()),
        number,
        func.min(numbered.c.id),
        func.max(numbered.c.id),
    ).group_by(number)
    db.session.execute(
        insert(table).from_select([*own, "number", "first_account_id", "last_account_id"], ranges)
    )


def work_off(work: Work, report: Report) -> None:
    """Do shards until none is left, waiting at the end for those that others hold.

    Safe to call from several processes and again after a kill.
    """
    for is_patient in (False, True):
        while _one_shard(work, report, is_patient=is_patient):
            pass


def progress(table: Table, mine: Any) -> tuple[int, int]:
    """Shards done and shards in all."""
    done, total = db.session.execute(
        select(func.count().filter(table.state == ShardState.DONE), func.count())
        .select_from(table)
        .where(mine)
    ).one()
    return done, total


def _one_shard(work: Work, report: Report, *, is_patient: bool) -> bool:
    """Claim and do one shard; False when none is left (to take at once, or at all when patient)."""
    with transaction(work.by):
        if not work.is_wanted():
            return False
        query: Any = (
            select(work.table)
            .where(work.mine, work.table.state == ShardState.WAITING)
            .order_by(work.table.number)
            .limit(1)
            .with_for_update(skip_locked=not is_patient)
        )
        if is_patient:
            db.session.execute(text("set local lock_timeout = 0"))
        shard = db.session.scalar(query)
        if shard is None:
            return is_patient and _is_unfinished(work)
        with _uncollected():
            work.do(shard)
        shard.state, shard.done_at = ShardState.DONE, now()
        db.session.flush()
        report(*progress(work.table, work.mine))
    return True


def _is_unfinished(work: Work) -> bool:
    """A patient claim finds nothing when the shard it waited for was done meanwhile; others may still wait."""
    waiting = select(func.count()).select_from(work.table)
    return bool(db.session.scalar(waiting.where(work.mine, work.table.state == ShardState.WAITING)))


@contextmanager
def _uncollected() -> Iterator[None]:
    """A shard makes a hundred thousand rows and no cycles; the collector would walk them again and again for a
    quarter of the time (docs/performance.md, season).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
