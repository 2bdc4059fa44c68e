"""Supply terms: the dated facts of an account, added, corrected and removed so that they never overlap."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import selectinload

from heatdesk import audit
from heatdesk.billing.errors import OnlyTerm, OpenedAfter, TermOverlaps, TermStartsThatDay
from heatdesk.billing.models import Account, AreaPart, SupplyTerm
from heatdesk.billing.rules.states import AreaPartKind, SupplyMode, SupplyState, UseClass
from heatdesk.db import db
from heatdesk.errors import BadInput, Missing

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PartFacts:
    """A balcony, attic or basement as written: m² and metres."""

    kind: AreaPartKind
    area_m2: Decimal
    net_height_m: Decimal | None
    heated: bool


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything a supply term says; areas in m², heights in metres, both days included."""

    starts_on: date
    ends_on: date | None
    mode: SupplyMode
    use_class: UseClass
    state: SupplyState
    building_area_m2: Decimal
    inner_area_m2: Decimal | None = None
    usable_area_m2: Decimal | None = None
    storey_height_m: Decimal | None = None
    reason: str = ""
    parts: tuple[PartFacts, ...] = field(default=())

    @property
    def columns(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "parts"}


def timeline(account_id: int) -> Sequence[SupplyTerm]:
    """All terms with their parts, the newest first."""
    query = (
        select(SupplyTerm).where(SupplyTerm.account_id == account_id).options(selectinload(SupplyTerm.parts))
    )
    query = query.order_by(SupplyTerm.starts_on.desc()).execution_options(populate_existing=True)
    return db.session.scalars(query).all()


def get(account: Account, term_id: int) -> SupplyTerm:
    """The account's term; raises `Missing`."""
    for term in timeline(account.id):
        if term.id == term_id:
            return term
    raise Missing


def add(account: Account, facts: Facts, *, by: int, resume: bool = False) -> SupplyTerm:
    """A new term; the one that ran ends the day before. With `resume` that one goes on after the new term's end.

    Raises `TermStartsThatDay`, `TermOverlaps`, `OpenedAfter` and `BadInput`. The account row is locked by the caller.
    """
    _check_days(account, facts)
    running = _covering(account.id, facts.starts_on)
    ended = running.ends_on if running else None
    if running is not None:
        if running.starts_on == facts.starts_on:
            raise TermStartsThatDay(day=facts.starts_on)
        running.ends_on = facts.starts_on - _DAY
        db.session.flush()
    _refuse_overlap(account.id, facts.starts_on, facts.ends_on)
    term = _write(SupplyTerm(account_id=account.id), facts, by)
    _record("add_term", account, facts, by)
    if (
        resume
        and running is not None
        and facts.ends_on is not None
        and (ended is None or ended > facts.ends_on)
    ):
        _write(
            SupplyTerm(account_id=account.id),
            facts_of(running, starts_on=facts.ends_on + _DAY, ends_on=ended, reason=facts.reason),
            by,
        )
    return term


def correct(account: Account, term: SupplyTerm, facts: Facts, *, by: int) -> None:
    """Change a term; neighbours that touched it move with its days. Raises as `add` does.

    Neighbours give way first and follow last, so that at no moment two terms overlap.
    """
    _check_days(account, facts)
    before, after = _neighbours(account.id, term)
    until = facts.starts_on - _DAY if _follows(before, term) and before.starts_on < facts.starts_on else None
    begin = facts.ends_on + _DAY if _follows(term, after) and facts.ends_on is not None else None
    if begin is not None and after.ends_on is not None and begin > after.ends_on:
        begin = None
    if until is not None:
        before.ends_on = min(before.ends_on, until)
    if begin is not None:
        after.starts_on = max(after.starts_on, begin)
    db.session.flush()
    _refuse_overlap(account.id, facts.starts_on, facts.ends_on, besides=term.id)
    _write(term, facts, by)
    if until is not None:
        before.ends_on = until
    if begin is not None:
        after.starts_on = begin
    db.session.flush()


def remove_last(account: Account, *, by: int) -> None:
    """Delete the newest term; the one before it, if it touched, runs on in its place. Raises `OnlyTerm`."""
    terms = timeline(account.id)
    if len(terms) < 2:
        raise OnlyTerm
    last, former = terms[0], terms[1]
    ended, touched = last.ends_on, _follows(former, last)
    _record("remove_term", account, facts_of(last), by)
    _delete(last)
    if touched:
        former.ends_on = ended
    db.session.flush()


def end_all(account: Account, on: date) -> None:
    """The account closes: the running term ends that day, later ones are dropped."""
    for term in timeline(account.id):
        if term.starts_on > on:
            _delete(term)
        elif term.ends_on is None or term.ends_on > on:
            term.ends_on = on
    db.session.flush()


def facts_of(
    term: SupplyTerm, *, starts_on: date | None = None, ends_on: date | None = None, reason: str | None = None
) -> Facts:
    """What a term says, with other days if given (`ends_on` counts only together with `starts_on`)."""
    return Facts(
        starts_on=starts_on or term.starts_on,
        ends_on=ends_on if starts_on else term.ends_on,
        mode=term.mode,
        use_class=term.use_class,
        state=term.state,
        building_area_m2=term.building_area_m2,
        inner_area_m2=term.inner_area_m2,
        usable_area_m2=term.usable_area_m2,
        storey_height_m=term.storey_height_m,
        reason=term.reason if reason is None else reason,
        parts=tuple(
            PartFacts(part.kind, part.area_m2, part.net_height_m, part.heated) for part in _parts(term)
        ),
    )


def _parts(term: SupplyTerm) -> Sequence[AreaPart]:
    return db.session.scalars(
        select(AreaPart).where(AreaPart.supply_term_id == term.id).order_by(AreaPart.id)
    ).all()


def _write(term: SupplyTerm, facts: Facts, by: int) -> SupplyTerm:
    known = facts_of(term).parts if inspect(term).persistent else ()
    for name, value in facts.columns.items():
        setattr(term, name, value)
    db.session.add(term)
    db.session.flush()
    if known != facts.parts:
        audit.record(
            "change_parts",
            actor_id=by,
            subject_table="supply_term",
            subject_id=term.id,
            after={
                "parts": [{name: _plain(value) for name, value in vars(part).items()} for part in facts.parts]
            },
        )
        db.session.execute(delete(AreaPart).where(AreaPart.supply_term_id == term.id))
        db.session.add_all([AreaPart(supply_term_id=term.id, **vars(part)) for part in facts.parts])
        db.session.flush()
        db.session.expire(term, ["parts"])
    return term


def _check_days(account: Account, facts: Facts) -> None:
    if facts.ends_on is not None and facts.ends_on < facts.starts_on:
        raise BadInput("The last day is before the first. Change one of them.")
    if facts.starts_on < account.opened_on:
        raise OpenedAfter(day=account.opened_on)


def _covering(account_id: int, day: date) -> SupplyTerm | None:
    return db.session.scalar(
        select(SupplyTerm).where(
            SupplyTerm.account_id == account_id,
            SupplyTerm.starts_on <= day,
            SupplyTerm.ends_on.is_(None) | (SupplyTerm.ends_on >= day),
        )
    )


def _refuse_overlap(account_id: int, first: date, last: date | None, besides: int = 0) -> None:
    """What the exclusion constraint would refuse, in words."""
    query = select(SupplyTerm).where(
        SupplyTerm.account_id == account_id,
        SupplyTerm.id != besides,
        SupplyTerm.ends_on.is_(None) | (SupplyTerm.ends_on >= first),
    )
    if last is not None:
        query = query.where(SupplyTerm.starts_on <= last)
    other = db.session.scalar(query.order_by(SupplyTerm.starts_on).limit(1))
    if other is not None:
        raise TermOverlaps(
            first=first, last=last or "…", other_first=other.starts_on, other_last=other.ends_on or "…"
        )


def _neighbours(account_id: int, term: SupplyTerm) -> tuple[Any, Any]:
    """The terms before and after this one, None at the ends."""
    terms = list(reversed(timeline(account_id)))
    at = [one.id for one in terms].index(term.id)
    return (terms[at - 1] if at else None), (terms[at + 1] if at + 1 < len(terms) else None)


def _follows(earlier: SupplyTerm | None, later: SupplyTerm | None) -> bool:
    """Whether no day lies between the two."""
    return bool(earlier and later and earlier.ends_on and earlier.ends_on + _DAY == later.starts_on)


def _delete(term: SupplyTerm) -> None:
    """Its area parts go with it in the database."""
    db.session.execute(delete(SupplyTerm).where(SupplyTerm.id == term.id))


def _record(verb: str, account: Account, facts: Facts, by: int) -> None:
    """Terms that come and go are deeds of the account; what changes in a term is recorded by the database."""
    after = {name: _plain(value) for name, value in facts.columns.items() if value not in (None, "")}
    audit.record(verb, actor_id=by, subject_table="account", subject_id=account.id, after=after)


def _plain(value: object) -> object:
    return value if isinstance(value, bool) or value is None else str(value)
