"""Numbers without gaps: a counter row that is locked inside the caller's transaction."""

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import Model, db


class Counter(Model):
    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    last_number: Mapped[int]


def next_number(series: str) -> int:
    """The next number of a series, from 1; a rollback gives the number back, so there is no gap."""
    number = db.session.scalar(
        text(
            "insert into counter (series, last_number) values (:series, 1) "
            "on conflict (series) do update set last_number = counter.last_number + 1 returning last_number"
        ),
        {"series": series},
    )
    return int(number or 0)
