"""Numbers without gaps: a counter row that is locked inside the caller's transaction."""

from sqlalchemy import select, text
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import Model, db


class Counter(Model):
    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    last_number: Mapped[int]


def last_number(series: str) -> int:
    """The number given last, 0 before the first."""
    return db.session.scalar(select(Counter.last_number).where(Counter.series == series)) or 0


def skip_to(series: str, number: int) -> None:
    """From now on the series goes on after `number`, unless it has gone further already."""
    db.session.execute(
        text(
            "insert into counter (series, last_number) values (:series, :number) on conflict (series) "
            "do update set last_number = greatest(counter.last_number, excluded.last_number)"
        ),
        {"series": series, "number": number},
    )


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
