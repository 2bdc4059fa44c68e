"""Deciding: one function, under the row lock, for every kind; the last approval and the effect are one transaction."""

from dataclasses import dataclass

from sqlalchemy import select

from heatdesk.approvals import kinds
from heatdesk.approvals.errors import (
    EffectChanged,
    NotWaiting,
    ReasonMissing,
    RequestExpired,
    StaleRequest,
)
from heatdesk.approvals.models import ChangeRequest, Decision
from heatdesk.approvals.rules.eligibility import Mandate, Matter, Person, refuse_unless_allowed
from heatdesk.approvals.rules.hashing import digest
from heatdesk.approvals.rules.levels import Level
from heatdesk.approvals.rules.states import EXPIRES_AFTER_DAYS, RequestState, Verdict
from heatdesk.approvals.services import effects, files, people, requests
from heatdesk.auth.models import Department, Staff
from heatdesk.auth.permissions import ROLE_LABELS, Role
from heatdesk.dates import now, today
from heatdesk.db import db
from heatdesk.errors import NotAllowed, Refusal
from heatdesk.money import format_money


@dataclass(frozen=True)
class Seen:
    """What the page showed: the request as it stood, and what it would change. Both go back with the verdict."""

    request: str
    effect: str


@dataclass(frozen=True)
class Ballot:
    """A verdict as it comes from the page; `on_behalf_of` a principal, or None for oneself."""

    verdict: Verdict
    seen: Seen
    reason: str = ""
    on_behalf_of: int | None = None


def seen_now(request: ChangeRequest) -> Seen:
    """What a page shown now has to send back; raises what the preview refuses."""
    preview = kinds.get(request.kind).preview(request.payload)
    return Seen(request=seen_request(request), effect=digest(preview.to_json()))


def seen_request(request: ChangeRequest) -> str:
    return digest([request.payload_hash, request.revision, request.current_level, request.state])


def decide(request_id: int, ballot: Ballot, by: Staff) -> ChangeRequest:
    """Carry out a verdict; with the last approval the effect happens here and now.

    Raises `NotWaiting`, `RequestExpired`, `StaleRequest`, `ReasonMissing`, `EffectChanged`, what
    `rules.eligibility` refuses, and whatever keeps the effect from happening: then nothing was decided.
    """
    request = requests.find(request_id, by, lock=True)
    if request.state != RequestState.SUBMITTED or request.expires_at is None:
        raise NotWaiting
    if request.expires_at < now():
        raise RequestExpired(days=EXPIRES_AFTER_DAYS)
    if ballot.seen.request != seen_request(request):
        raise StaleRequest
    if requests.fingerprint(request, files.fingerprints(request)) != request.payload_hash:
        raise StaleRequest
    mandate = _allowed(request, by, ballot.on_behalf_of)
    if ballot.verdict != Verdict.APPROVE and not ballot.reason.strip():
        raise ReasonMissing
    if ballot.verdict == Verdict.APPROVE:
        _refuse_changed_effect(request, ballot.seen)
    _write(request, ballot, by, mandate)
    _follow(request, ballot.verdict, by)
    return request


def identities(request: ChangeRequest, reader: Staff) -> list[tuple[Person, Mandate | None]]:
    """In whose names the reader may decide on this request now, his own first; empty when he may not."""
    if request.state != RequestState.SUBMITTED:
        return []
    me = people.person(reader)
    candidates: list[tuple[Person, Mandate | None]] = [(me, None)]
    candidates += [
        (people.person(staff), mandate) for mandate, staff in people.mandates_of_deputy(reader.id, today())
    ]
    matter = matter_of(request)
    allowed: list[tuple[Person, Mandate | None]] = []
    for principal, mandate in candidates:
        known = {one.id for one, _mandate in allowed}
        if principal.id not in known and why_not(matter, me, principal, mandate) is None:
            allowed.append((principal, mandate))
    return allowed


def why_not(matter: Matter, by: Person, principal: Person, mandate: Mandate | None) -> Refusal | None:
    """The refusal that `decide` would raise, for the page that explains it."""
    try:
        refuse_unless_allowed(matter, by, principal, mandate, today())
    except Refusal as refusal:
        return refusal
    return None


def matter_of(request: ChangeRequest) -> Matter:
    """What the rules need to know about a waiting request."""
    level = current_level(request)
    department = db.session.get(Department, level.department_id)
    return Matter(
        kind=request.kind,
        branch_id=request.branch_id,
        amount=request.level_amount,
        level=level,
        applicants=frozenset(requests.editors_of(request)),
        took_part=frozenset(request.took_part),
        decided=_decided(request),
        deciders=(ROLE_LABELS[Role(level.role)], department.label if department else ""),
    )


def current_level(request: ChangeRequest) -> Level:
    return next(one for one in requests.levels_of(request) if one.level == request.current_level)


def _allowed(request: ChangeRequest, by: Staff, on_behalf_of: int | None) -> Mandate | None:
    """The delegation used, or None for oneself; raises what the rules refuse. People are read anew and held."""
    me = people.fresh_person(by.id)
    matter = matter_of(request)
    if on_behalf_of is None or on_behalf_of == by.id:
        refuse_unless_allowed(matter, me, me, None, today())
        return None
    if not me.may_decide:
        raise NotAllowed
    principal = people.fresh_person(on_behalf_of)
    mandates = people.mandates_between(principal.id, me.id)
    for mandate in mandates:
        if why_not(matter, me, principal, mandate) is None:
            return mandate
    refuse_unless_allowed(matter, me, principal, mandates[0] if mandates else None, today())
    raise AssertionError("what is allowed was found above")


def _decided(request: ChangeRequest) -> frozenset[int]:
    rows = db.session.execute(
        select(Decision.decided_by, Decision.on_behalf_of).where(
            Decision.change_request_id == request.id, Decision.revision == request.revision
        )
    )
    return frozenset(person for row in rows for person in row if person is not None)


def _refuse_changed_effect(request: ChangeRequest, seen: Seen) -> None:
    """Approved is what was seen (rule 5), and it moves what it was submitted with: the level depends on it."""
    kind = kinds.get(request.kind)
    preview = kind.preview(request.payload)
    amount = kind.amount(request.payload, preview)
    if amount != request.amount:
        raise EffectChanged(was=format_money(request.amount), now=format_money(amount))
    if digest(preview.to_json()) != seen.effect:
        raise StaleRequest
    request.preview = preview.to_json()


def _write(request: ChangeRequest, ballot: Ballot, by: Staff, mandate: Mandate | None) -> None:
    db.session.add(
        Decision(
            change_request_id=request.id,
            revision=request.revision,
            level=request.current_level,
            decided_by=by.id,
            on_behalf_of=None if mandate is None else mandate.from_id,
            delegation_id=None if mandate is None else mandate.id,
            verdict=ballot.verdict,
            payload_hash=request.payload_hash,
            reason=ballot.reason.strip(),
        )
    )
    db.session.flush()


def _follow(request: ChangeRequest, verdict: Verdict, by: Staff) -> None:
    if verdict == Verdict.RETURN:
        requests.end(request, RequestState.RETURNED)
        return
    if verdict == Verdict.REJECT:
        requests.end(request, RequestState.REJECTED)
        return
    levels = requests.levels_of(request)
    following = [one for one in levels if one.level > (request.current_level or 0)]
    if following:
        requests.move_to_level(request, following[0])
        db.session.flush()
        return
    effects.carry_out(request, by)
    requests.end(request, RequestState.APPLIED)
