"""Till shifts: one drawer, one cashier, one business day."""

from sqlalchemy import select

from heatdesk.billing.errors import NoOpenTill
from heatdesk.billing.models import TillShift
from heatdesk.billing.rules.workflow import ShiftState
from heatdesk.db import db


def current_shift(staff_id: int) -> TillShift:
    """The cashier's open shift, locked for share so that its closing waits; raises `NoOpenTill`."""
    shift = db.session.scalar(
        select(TillShift)
        .where(TillShift.staff_id == staff_id, TillShift.state == ShiftState.OPEN)
        .with_for_update(read=True)
    )
    if shift is None:
        raise NoOpenTill
    return shift
