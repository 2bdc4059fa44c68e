"""`heatdesk verify`: the invariants of the books, checked from outside the code that writes them (reliability.md §6).

It reports and never repairs. All checks read one snapshot.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from heatdesk.db import db

SHOWN = 20
"""Broken cases listed per invariant; the count is always whole."""


@dataclass(frozen=True)
class Invariant:
    """One statement about the books; `query` selects the cases that break it, as one text column and no more."""

    id: str
    statement: str
    query: str


@dataclass(frozen=True)
class Outcome:
    """What became of one invariant: how many cases break it, and some of them in words."""

    id: str
    statement: str
    broken: int
    cases: list[str]

    @property
    def holds(self) -> bool:
        return self.broken == 0


Check = Callable[[], list[str]]


def run(invariants: list[Invariant], checks: dict[tuple[str, str], Check]) -> list[Outcome]:
    """Check every invariant in one repeatable-read snapshot; database errors pass through (exit 2 of the command)."""
    db.session.rollback()
    db.session.execute(text("set transaction isolation level repeatable read, read only"))
    outcomes = [_ask(one) for one in invariants]
    for (identity, statement), check in checks.items():
        cases = check()
        outcomes.append(Outcome(identity, statement, len(cases), cases[:SHOWN]))
    db.session.rollback()
    return sorted(outcomes, key=lambda outcome: int(outcome.id[1:]))


def _ask(invariant: Invariant) -> Outcome:
    cases = [str(case) for case in db.session.scalars(text(invariant.query))]
    return Outcome(invariant.id, invariant.statement, len(cases), cases[:SHOWN])


def as_json(outcomes: list[Outcome]) -> dict[str, Any]:
    return {
        "holds": all(outcome.holds for outcome in outcomes),
        "invariants": [
            {
                "id": outcome.id,
                "statement": outcome.statement,
                "holds": outcome.holds,
                "broken": outcome.broken,
                "cases": outcome.cases,
            }
            for outcome in outcomes
        ],
    }
