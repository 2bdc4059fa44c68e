"""`verify()`: every invariant of the books that applies so far."""

from heatdesk.billing.services.verification import (
    balances,
    books,
    days,
    guards,
    papers,
    penalties,
    refunds,
    report,
    requests,
)
from heatdesk.billing.services.verification.report import Invariant, Outcome

INVARIANTS = [
    *books.INVARIANTS,
    *balances.INVARIANTS,
    *penalties.INVARIANTS,
    *papers.INVARIANTS,
    *refunds.INVARIANTS,
    *requests.INVARIANTS,
    *guards.INVARIANTS,
]


def include(*invariants: Invariant) -> None:
    """Add what others, who know more than billing, have to check with it."""
    INVARIANTS.extend(invariants)


def verify() -> list[Outcome]:
    """The outcome of each invariant, read from one snapshot of the database."""
    return report.run(INVARIANTS, {**days.CHECKS, **requests.CHECKS})
