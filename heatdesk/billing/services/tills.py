"""Till shifts: one drawer, one cashier, one business day; from the float to the blind count."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from heatdesk import audit
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission
from heatdesk.billing.errors import (
    CountDiffers,
    NoBranch,
    NoOpenTill,
    NotBeingCounted,
    TillAlreadyOpen,
    TillBeingCounted,
    TillClosed,
    TillInOtherHands,
    TillMoved,
)
from heatdesk.billing.models import BusinessDay, Journal, TillShift
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.tills import (
    CountLine,
    DrawerCount,
    closing_movements,
    compare,
)
from heatdesk.billing.rules.workflow import DayState, ShiftState, TenderMethod
from heatdesk.billing.services import ledger, takings
from heatdesk.dates import now
from heatdesk.db import db, get_or_refuse
from heatdesk.money import ZERO


def current_shift(staff_id: int) -> TillShift:
    """The cashier's open shift, locked for share so that its closing waits; raises `NoOpenTill`, `TillBeingCounted`."""
    query = _open_shift(staff_id).with_for_update(read=True).execution_options(populate_existing=True)
    shift = db.session.scalar(query)
    if shift is None:
        raise NoOpenTill
    refuse_counting(shift)
    return shift


def find_open_shift(staff_id: int) -> TillShift | None:
    """The cashier's shift that is not counted yet, to look at, without waiting for anybody."""
    return db.session.scalar(_open_shift(staff_id))


def uncounted_of(reader: Staff) -> TillShift | None:
    """The reader's own till whose sums are kept from them until it is counted; None for who reads the books anyway."""
    return None if reader.may(Permission.LEDGER_VIEW) else find_open_shift(reader.id)


def find_last_shift(staff_id: int) -> TillShift | None:
    """What the next opening is likely to repeat: the same window, the same float."""
    query = select(TillShift).where(TillShift.staff_id == staff_id).order_by(TillShift.id.desc()).limit(1)
    return db.session.scalar(query)


def open_shift(cashier: Staff, till_name: str, float_amount: Decimal) -> TillShift:
    """Open a till on the branch's open day with `float_amount` yuan from the bank (1001 ← 1002) in it.

    Raises `NoBranch`, `DayNotOpen`, `TillAlreadyOpen`, `TillInOtherHands`.
    """
    if cashier.branch_id is None:
        raise NoBranch
    day = ledger.business_date(cashier.branch_id)
    held = find_open_shift(cashier.id)
    if held is not None:
        raise TillAlreadyOpen(till=held.till_name)
    _refuse_till_in_other_hands(cashier.branch_id, till_name)
    shift = TillShift(
        branch_id=cashier.branch_id,
        business_date=day,
        staff_id=cashier.id,
        till_name=till_name,
        float_amount=float_amount,
    )
    db.session.add(shift)
    db.session.flush()
    if float_amount:
        ledger.post(
            JournalKind.TILL_FLOAT,
            [ledger.movement(LedgerCode.CASH_IN_TILL, LedgerCode.BANK, float_amount)],
            branch_id=cashier.branch_id,
            by=cashier.id,
            till_shift_id=shift.id,
        )
    return shift


def get_locked(shift_id: int) -> TillShift:
    """The shift locked for its closing, after waiting for the payments under way on it; raises `Missing`."""
    return get_or_refuse(TillShift, shift_id, lock=True)


def begin_count(shift: TillShift, *, by: Staff) -> None:
    """From now on a locked shift takes no money and shows no sums; raises `TillClosed`. Twice is once."""
    refuse_closed(shift)
    if shift.state is ShiftState.OPEN:
        shift.state = ShiftState.COUNTING
        _note("count_begun", shift, by)
        db.session.flush()


def resume(shift: TillShift, *, by: Staff) -> None:
    """The count is laid aside and money is taken again; it leaves a trace. Raises `TillClosed`."""
    refuse_closed(shift)
    if shift.state is ShiftState.COUNTING:
        shift.state = ShiftState.OPEN
        _note("count_laid_aside", shift, by)
        db.session.flush()


def moves_on(shift: TillShift) -> int:
    """How many journals the shift has: a count made on an older figure was overtaken."""
    query = select(func.count()).select_from(Journal).where(*takings.journals_of_shift(shift))
    return db.session.scalar(query) or 0


def close_shift(
    shift: TillShift, count: DrawerCount, *, by: Staff, seen: int, reason: str = ""
) -> list[CountLine]:
    """Close a locked shift with what was counted; the difference in cash is booked, the drawer is left empty.

    A difference is never refused, but it wants a reason: `CountDiffers` without one. Raises `TillClosed`, and
    `TillMoved` when journals joined the shift after the count began (`seen` is `moves_on` of then).
    """
    refuse_closed(shift)
    if moves_on(shift) != seen:
        raise TillMoved
    lines = compare(count, takings.expected(shift))
    differs = [line.method.value for line in lines if line.over_short]
    if differs and not reason:
        methods = " ".join(differs)
        raise CountDiffers(methods=methods)
    cash = next(line for line in lines if line.method is TenderMethod.CASH)
    movements = closing_movements(cash.expected, cash.counted)
    if movements:
        ledger.post(
            JournalKind.TILL_CLOSE,
            movements,
            branch_id=shift.branch_id,
            by=by.id,
            till_shift_id=shift.id,
            memo=reason if differs else "",
        )
    counted = _frozen(count, lines, by)
    shift.state = ShiftState.CLOSED
    shift.closed_at = now()
    shift.counted = counted
    shift.expected_cash = cash.expected
    shift.over_short = cash.over_short
    shift.over_short_reason = reason if differs else ""
    db.session.flush()
    return lines


def refuse_counting(shift: TillShift) -> None:
    """Raise `TillBeingCounted` for a shift whose drawer lies on the table."""
    if shift.state is ShiftState.COUNTING:
        raise TillBeingCounted(till=shift.till_name)


def refuse_not_counting(shift: TillShift) -> None:
    """Raise `NotBeingCounted` for a count that was laid aside meanwhile, or never begun."""
    refuse_closed(shift)
    if shift.state is not ShiftState.COUNTING:
        raise NotBeingCounted


def _note(verb: str, shift: TillShift, by: Staff) -> None:
    audit.record(verb, actor_id=by.id, subject_table="till_shift", subject_id=shift.id)


def refuse_closed(shift: TillShift) -> None:
    """Raise `TillClosed` for a shift that was counted before."""
    if shift.state is ShiftState.CLOSED:
        raise TillClosed


def select_shifts(*conditions: Any) -> Select[Any]:
    """Rows (shift, cashier's name), newest first."""
    columns: tuple[Any, ...] = (TillShift, Staff.name)
    return (
        select(*columns)
        .join(Staff, Staff.id == TillShift.staff_id)
        .where(*conditions)
        .order_by(TillShift.id.desc())
    )


def cashier_name(shift: TillShift) -> str:
    """Whose till it is."""
    return get_or_refuse(Staff, shift.staff_id).name


def cashiers_with_shifts(*conditions: Any) -> Sequence[tuple[int, str]]:
    """(id, name) of everybody who ever held a till, for a filter."""
    query = select(Staff.id, Staff.name).join(TillShift, TillShift.staff_id == Staff.id).where(*conditions)
    return [(row.id, row.name) for row in db.session.execute(query.distinct().order_by(Staff.name))]


def day_is_open(branch_id: int | None) -> bool:
    """Whether a till could be opened now."""
    query = select(BusinessDay.day).where(
        BusinessDay.branch_id == branch_id, BusinessDay.state == DayState.OPEN
    )
    return db.session.scalar(query) is not None


def _open_shift(staff_id: int) -> Select[TillShift]:
    return select(TillShift).where(TillShift.staff_id == staff_id, TillShift.state != ShiftState.CLOSED)


def _refuse_till_in_other_hands(branch_id: int, till_name: str) -> None:
    holder = db.session.scalar(
        select(Staff.name)
        .join(TillShift, TillShift.staff_id == Staff.id)
        .where(
            TillShift.branch_id == branch_id,
            TillShift.till_name == till_name,
            TillShift.state != ShiftState.CLOSED,
        )
        .limit(1)
    )
    if holder is not None:
        raise TillInOtherHands(till=till_name, name=holder)


def _frozen(count: DrawerCount, lines: Sequence[CountLine], by: Staff) -> dict[str, Any]:
    return {
        "pieces": {str(value): number for value, number in count.pieces.items() if number},
        "other_cash": str(count.other_cash or ZERO),
        "methods": {
            line.method.value: {"expected": str(line.expected), "counted": str(line.counted)}
            for line in lines
        },
        "counted_by": by.id,
        "counted_by_name": by.name,
    }
