"""A tariff trial of the whole register beside the trial of the season run (docs/performance.md).

Both work the same plans over the same rows in one process; the tariff trial works them twice, before and after, and
keeps a row of every flat. Afterwards its files are written and its rows removed.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from statistics import median
from time import perf_counter

from flask import current_app
from flask_babel import Babel
from sqlalchemy import Engine, func, select, text

from heatdesk.bench.measuring import Figures, seconds
from heatdesk.bench.season import city
from heatdesk.bench.season_data import DISCARD
from heatdesk.billing.models import Charge, Entry, Journal, Season, Tariff, TariffTrial
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.rules.workflow import TrialBasis
from heatdesk.billing.services import season_runs, tariff_trials, tariffs, trial_files, trial_lists
from heatdesk.db import db, transaction

TARGETS = {"a million flats at this pace": "≤ 5 min"}


def run(rows: int = 1_000_000, rounds: int = 3) -> Figures:
    """A draft two yuan dearer, tried on `rows` flats of which one in eleven keeps its tariff."""
    with city(rows) as engine:
        Babel(current_app)
        draft, before = _draft(), _books()
        season, trial, trial_ids = [], [], []
        for _round_no in range(rounds):
            season.append(_season_trial(engine))
            trial_ids.append(_begin(draft))
            trial.append(seconds(partial(tariff_trials.carry_out, trial_ids[-1], _quiet)))
            for earlier in trial_ids[:-1]:
                _remove(earlier)
            del trial_ids[:-1]
        tried, ratio = median(trial), median(b / a for a, b in zip(season, trial, strict=True))
        return {
            f"tariff trial of {rows:,} flats": f"{tried:.1f} s",
            f"trial of the season run, {rows:,} flats": f"{median(season):.1f} s",
            "tariff trial / trial of the season run": f"{ratio:.2f}",
            "a million flats at this pace": f"{tried * 1_000_000 / rows / 60:.1f} min",
            "rows in the books before and after": f"{before} and {_books()}",
            **_reading(trial_ids[-1]),
        }


def _reading(trial_id: int) -> Figures:
    """What comes after the counting: the page's slowest lists, the files, and the end."""
    row = db.session.get_one(TariffTrial, trial_id)
    wanted = {"use": "residential", "least": Decimal("0.01")}
    rows_behind = trial_lists.select_flats(trial_id, wanted).limit(50)
    figures = {
        "largest rises and falls": _milliseconds(
            lambda: [trial_lists.top(trial_id, rises=up) for up in (True, False)]
        ),
        "rows behind a figure, first page": _milliseconds(lambda: db.session.execute(rows_behind).all()),
        "sums and largest differences as a workbook": _milliseconds(lambda: trial_files.workbook(row, None)),
        "every flat as a text table": _milliseconds(
            lambda: sum(map(len, trial_files.table(trial_id, [], _Same())))
        ),
    }
    return {**figures, "removing it": _milliseconds(lambda: _remove(trial_id))}


class _Same(dict[str, str]):
    """Words that are their own translation."""

    def __missing__(self, key: str) -> str:
        return key


def _draft() -> int:
    with transaction():
        row = db.session.scalars(select(Tariff).where(Tariff.use_class == "residential")).one()
        rules = TariffRules.from_parameters(row.parameters)
        return tariffs.draft(replace(rules, price=rules.price + 2), by=row.drafted_by).id


def _begin(draft: int) -> int:
    with transaction():
        season = db.session.scalars(select(Season)).one()
        by = db.session.get_one(Tariff, draft).drafted_by
        return tariff_trials.start(season.id, [draft], TrialBasis.APPROVED, by=by).id


def _remove(trial_id: int) -> None:
    with transaction():
        tariff_trials.remove(trial_id)


def _season_trial(engine: Engine) -> float:
    # What the session has read it holds, and the tables it has read are about to be dropped.
    db.session.rollback()
    with engine.begin() as connection:
        for statement in DISCARD:
            connection.execute(text(statement))
    with transaction():
        season = db.session.scalars(select(Season)).one()
        run_id = season_runs.start(season.id, by=1).id
    start = perf_counter()
    season_runs.carry_out(run_id, _quiet)
    return perf_counter() - start


def _books() -> int:
    counts = [select(func.count()).select_from(table).scalar_subquery() for table in (Journal, Charge, Entry)]
    return sum(db.session.execute(select(*counts)).one())


def _milliseconds(work: Callable[[], object]) -> str:
    return f"{1000 * seconds(work):,.0f} ms"


def _quiet(_done: int, _total: int) -> None:
    """Nobody watches the bar."""
