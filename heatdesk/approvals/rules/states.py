"""The states a change request passes through and what moves it (research: approvals §13.2)."""

from enum import StrEnum


class RequestState(StrEnum):
    """There is no «approved but not carried out»: the last approval and the effect are one transaction."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    APPLIED = "applied"


class Verdict(StrEnum):
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


MOVES = frozenset(
    {
        (RequestState.DRAFT, RequestState.SUBMITTED),
        (RequestState.DRAFT, RequestState.WITHDRAWN),
        (RequestState.SUBMITTED, RequestState.RETURNED),
        (RequestState.SUBMITTED, RequestState.REJECTED),
        (RequestState.SUBMITTED, RequestState.WITHDRAWN),
        (RequestState.SUBMITTED, RequestState.EXPIRED),
        (RequestState.SUBMITTED, RequestState.APPLIED),
        (RequestState.RETURNED, RequestState.DRAFT),
        (RequestState.RETURNED, RequestState.WITHDRAWN),
        (RequestState.RETURNED, RequestState.EXPIRED),
    }
)
"""(from, to): the trigger `request_moves` refuses every other move."""

EDITABLE = frozenset({RequestState.DRAFT, RequestState.RETURNED})
OPEN = frozenset({RequestState.SUBMITTED, RequestState.RETURNED})
"""Only one request of a kind about the same thing is in one of these states."""
WITHDRAWABLE = frozenset({RequestState.DRAFT, RequestState.SUBMITTED, RequestState.RETURNED})

EXPIRES_AFTER_DAYS = 30
"""A submitted or returned request that nobody moves for this long lapses."""
SPLITTING_DAYS = 30
"""Requests of one kind, customer and applicant within this time are added up for the level."""
