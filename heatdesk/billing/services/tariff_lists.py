"""Lists of tariffs."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from heatdesk.auth.models import Staff
from heatdesk.billing.models import Tariff
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.db import db


def select_tariffs(use_class: str | None, state: str | None) -> Select[Any]:
    """Versions with the names of author and approver, by class, newest first."""
    author, approver = aliased(Staff), aliased(Staff)
    query: Any = (
        select(Tariff, author.name.label("author"), approver.name.label("approver"))
        .join(author, author.id == Tariff.drafted_by)
        .outerjoin(approver, approver.id == Tariff.approved_by)
    )
    if use_class in set(UseClass):
        query = query.where(Tariff.use_class == use_class)
    if state in set(TariffState):
        query = query.where(Tariff.state == state)
    ordered: Select[Any] = query.order_by(Tariff.use_class, Tariff.version.desc())
    return ordered


def names(row: Tariff) -> dict[int, str]:
    """The author and the approver of a version."""
    people = [one for one in (row.drafted_by, row.approved_by) if one is not None]
    rows = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(people)))
    return {one.id: one.name for one in rows}
