"""Lists of seasons and of what a run points at."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from heatdesk.auth.models import Staff
from heatdesk.billing.models import Account, BuildingSeason, RunException, Season, SeasonRun
from heatdesk.billing.rules.states import SeasonKind
from heatdesk.billing.rules.workflow import ExceptionKind, SeasonState
from heatdesk.db import db
from heatdesk.money import ZERO
from heatdesk.network.models import Office, Premises
from heatdesk.people.models import Customer


def select_seasons(state: str | None, branch_id: int | None) -> Select[Any]:
    """Seasons, newest first, with bills, charged and owed of the reader's branch (None: of all)."""
    sums = _sums(branch_id).group_by(BuildingSeason.season_id).subquery()
    query: Any = select(
        Season,
        func.coalesce(sums.c.bills, 0).label("bills"),
        func.coalesce(sums.c.charged, ZERO).label("charged"),
        func.coalesce(sums.c.owed, ZERO).label("owed"),
    ).outerjoin(sums, sums.c.season_id == Season.id)
    if state in set(SeasonState):
        query = query.where(Season.state == state)
    ordered: Select[Any] = query.order_by(Season.starts_on.desc())
    return ordered


def figures(season: Season, branch_id: int | None) -> Any:
    """Bills, charged, paid and owed of one season."""
    sums = (
        _sums(branch_id)
        .where(BuildingSeason.season_id == season.id)
        .group_by(BuildingSeason.season_id)
        .subquery()
    )
    query: Any = select(
        func.coalesce(func.sum(sums.c.bills), 0).label("bills"),
        func.coalesce(func.sum(sums.c.charged), ZERO).label("charged"),
        func.coalesce(func.sum(sums.c.paid), ZERO).label("paid"),
        func.coalesce(func.sum(sums.c.owed), ZERO).label("owed"),
    )
    return db.session.execute(query).one()


def next_season() -> dict[str, Any]:
    """What a new season probably looks like: the newest one, a year later."""
    heating = select(Season).where(Season.kind == SeasonKind.HEATING)
    last = db.session.scalar(heating.order_by(Season.starts_on.desc()).limit(1))
    if last is None:
        return {}
    first_year = last.starts_on.year + 1
    return {
        "code": f"{first_year}-{first_year + 1}",
        "starts_on": _year_later(last.starts_on),
        "ends_on": _year_later(last.ends_on),
        "statutory_days": (_year_later(last.ends_on) - _year_later(last.starts_on)).days + 1,
        "due_on": _year_later(last.due_on),
    }


def names_of_people(season_id: int) -> dict[int, str]:
    """Who started and released the season's runs."""
    people = select(SeasonRun.started_by).where(SeasonRun.season_id == season_id)
    releasers = select(SeasonRun.released_by).where(SeasonRun.season_id == season_id)
    rows = db.session.execute(
        select(Staff.id, Staff.name).where(Staff.id.in_(people) | Staff.id.in_(releasers))
    )
    return {row.id: row.name for row in rows}


def names_of_staff(ids: Sequence[int]) -> dict[int, str]:
    """What these members of staff are called."""
    rows = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {row.id: row.name for row in rows}


def select_exceptions(run_id: int, kind: str | None, *scope: Any) -> Select[Any]:
    """Flats that a run points at: exception, card number, name, address, account id; `scope` keeps to a branch."""
    query: Any = (
        select(RunException, Account.card_no, Customer.name, Premises.address)
        .join(Account, Account.id == RunException.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
        .where(RunException.run_id == run_id, *scope)
    )
    if kind in set(ExceptionKind):
        query = query.where(RunException.kind == kind)
    ordered: Select[Any] = query.order_by(RunException.kind, Account.card_no)
    return ordered


def count_exceptions(run_id: int, *scope: Any) -> dict[str, int]:
    """How many flats of each kind a run points at."""
    rows = db.session.execute(
        select(RunException.kind, func.count())
        .join(Account, Account.id == RunException.account_id)
        .where(RunException.run_id == run_id, *scope)
        .group_by(RunException.kind)
    )
    return {kind: count for kind, count in rows}  # noqa: C416 (a row is more than a pair)


def office_names() -> dict[str, str]:
    """Office id, as text, → name; totals keep ids."""
    return {str(row.id): row.name for row in db.session.execute(select(Office.id, Office.name))}


def _sums(branch_id: int | None) -> Select[Any]:
    kept = BuildingSeason
    query: Any = select(
        kept.season_id,
        func.sum(kept.bills).label("bills"),
        func.sum(kept.charged).label("charged"),
        func.sum(kept.paid).label("paid"),
        func.sum(kept.charged - kept.reduced - kept.paid).label("owed"),
    )
    sums: Select[Any] = query if branch_id is None else query.where(kept.branch_id == branch_id)
    return sums


def _year_later(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
