"""Carrying out: what an approved request changes, once, by exactly what was shown (rules 10 and 11)."""

from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import insert, select

from heatdesk.approvals import kinds
from heatdesk.approvals.errors import AlreadyApplied, EffectDiffers, NotApplied
from heatdesk.approvals.kinds import BatchKind, BatchRow, Effect
from heatdesk.approvals.models import ChangeRequest, RequestEffect
from heatdesk.approvals.rules.states import RequestState
from heatdesk.auth.models import Staff
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Refusal
from heatdesk.money import ZERO, format_money

WHOLE = "whole"
ROWS_AT_ONCE = 500
"""Rows of a batch that are carried out and recorded together."""


def carry_out(request: ChangeRequest, by: Staff) -> None:
    """Run the kind's effect with the frozen payload and record it part by part, in the caller's transaction.

    Raises `AlreadyApplied`, `EffectDiffers` and what the kind refuses; a batch leaves out what its rows refuse.
    """
    if db.session.scalar(
        select(RequestEffect.effect).where(RequestEffect.change_request_id == request.id).limit(1)
    ):
        raise AlreadyApplied
    kind = kinds.get(request.kind)
    effect = Effect(request_id=request.id, number=request.number, payload=request.payload, by=by.id)
    if isinstance(kind, BatchKind):
        _carry_out_rows(kind, effect)
        return
    shown = Decimal((request.preview or {}).get("difference", "0"))
    done = kind.apply(effect)
    if done != shown:
        raise EffectDiffers(done=format_money(done), shown=format_money(shown))
    _record(effect, [{"effect": WHOLE, "amount": done}])


def carry_out_later(request_id: int, name: str, deed: Callable[[Effect], Decimal], *, by: int) -> Decimal:
    """What an applied request brings about only now, when the field has carried it out; recorded under `name`, once.

    `deed` posts in parts of the effect and returns by how many yuan bills rose. Raises `NotApplied`, `AlreadyApplied`
    and what the deed refuses.
    """
    request = get_or_refuse(ChangeRequest, request_id, lock=True)
    if request.state != RequestState.APPLIED:
        raise NotApplied(number=request.number)
    if db.session.get(RequestEffect, (request_id, name)) is not None:
        raise AlreadyApplied
    effect = Effect(request_id=request.id, number=request.number, payload=request.payload, by=by)
    done = deed(effect)
    _record(effect, [{"effect": name, "amount": done, "is_later": True}])
    return done


def _carry_out_rows(kind: BatchKind, effect: Effect) -> None:
    rows = kind.rows(effect.payload)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        done = kind.apply_rows(effect, part)
        _record(effect, [_outcome(row, one) for row, one in zip(part, done, strict=True)])


def _outcome(row: BatchRow, done: Decimal | Refusal) -> dict[str, object]:
    if isinstance(done, Refusal):
        values = {name: str(value) for name, value in done.values.items()}
        return {"effect": row.key, "amount": ZERO, "left_out": done.message, "left_out_values": values}
    return {"effect": row.key, "amount": done, "left_out": None, "left_out_values": {}}


def _record(effect: Effect, outcomes: list[dict[str, object]]) -> None:
    values = [{"change_request_id": effect.request_id, **outcome} for outcome in outcomes]
    db.session.execute(insert(RequestEffect).values(values))
