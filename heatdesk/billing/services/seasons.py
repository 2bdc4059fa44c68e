"""Seasons: created with their partitions, edited while nothing is billed."""

from datetime import date

from sqlalchemy import func, select

from heatdesk.billing.errors import DaysDoNotFit, SeasonCodeTaken, SeasonIsBilled, SeasonOverlaps
from heatdesk.billing.models import Bill, Season, SeasonRun
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.states import SeasonKind
from heatdesk.billing.rules.workflow import RunState, SeasonState
from heatdesk.db import db, get_or_refuse
from heatdesk.web.versions import refuse_if_changed

LIVE = (RunState.TRIAL_RUNNING, RunState.TRIAL_DONE, RunState.RELEASED)
"""The states in which a run of a season keeps another from starting."""


def create(facts: SeasonFacts, kind: SeasonKind = SeasonKind.HEATING) -> Season:
    """A new season with room for its bills. Raises `DaysDoNotFit`, `SeasonCodeTaken`, `SeasonOverlaps`."""
    _check(facts, kind, other_than=None)
    season = Season(kind=kind, state=SeasonState.PLANNED, **_columns(facts))
    db.session.add(season)
    db.session.flush()
    db.session.execute(select(func.open_season(season.id)))
    return season


def edit(season_id: int, facts: SeasonFacts, *, seen: str | None) -> Season:
    """Change a season nobody has been charged for; `seen` is the version the form showed. Raises `SeasonIsBilled`."""
    season = get_or_refuse(Season, season_id, lock=True)
    refuse_if_changed(seen, season)
    if is_fixed(season):
        raise SeasonIsBilled(code=season.code)
    _check(facts, season.kind, other_than=season.id)
    for name, value in _columns(facts).items():
        setattr(season, name, value)
    db.session.flush()
    return season


def is_fixed(season: Season) -> bool:
    """Whether the season has bills or a run under way, so that its dates stay."""
    return season.state != SeasonState.PLANNED or has_bills(season.id) or live_run(season.id) is not None


def has_bills(season_id: int) -> bool:
    return bool(db.session.scalar(select(select(Bill).where(Bill.season_id == season_id).exists())))


def live_run(season_id: int) -> SeasonRun | None:
    """The season's run that is neither posted, held nor withdrawn."""
    return db.session.scalar(
        select(SeasonRun).where(SeasonRun.season_id == season_id, SeasonRun.state.in_(LIVE))
    )


def previous(season: Season) -> Season | None:
    """The season before, whose amounts tell an outlier."""
    return db.session.scalar(
        select(Season)
        .where(Season.kind == season.kind, Season.starts_on < season.starts_on)
        .order_by(Season.starts_on.desc())
        .limit(1)
    )


def _columns(facts: SeasonFacts | Season) -> dict[str, str | date | int]:
    return {
        "code": facts.code,
        "starts_on": facts.starts_on,
        "ends_on": facts.ends_on,
        "statutory_days": facts.statutory_days,
        "due_on": facts.due_on,
    }


def _check(facts: SeasonFacts, kind: SeasonKind, *, other_than: int | None) -> None:
    calendar_days = facts.period.days
    if abs(calendar_days - facts.statutory_days) > 2:
        raise DaysDoNotFit(
            first=facts.starts_on,
            last=facts.ends_on,
            days=calendar_days,
            statutory=facts.statutory_days,
        )
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("seasons"))))
    others = db.session.scalars(select(Season).where(Season.id != (other_than or 0)))
    for other in others:
        if other.code == facts.code:
            raise SeasonCodeTaken(code=facts.code)
        if other.kind == kind and other.starts_on <= facts.ends_on and facts.starts_on <= other.ends_on:
            raise SeasonOverlaps(code=other.code)
