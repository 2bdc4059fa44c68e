"""Levels: who has to agree, by kind, amount and branch; frozen in a request when it is submitted."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Level:
    """One step: from `min_amount` yuan on, a person of this role in this department has to agree."""

    level: int
    min_amount: Decimal
    role: str
    department_id: int

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "min_amount": str(self.min_amount)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Level":
        return cls(data["level"], Decimal(data["min_amount"]), data["role"], data["department_id"])


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All levels of one kind that start on one day; `branch_id` None holds for branches without a set of their own."""

    branch_id: int | None
    valid_from: date
    levels: tuple[Level, ...]


def in_force(sets: Iterable[RuleSet], branch_id: int | None, day: date) -> RuleSet | None:
    """The set for a branch on a day: its own newest one, else the newest for all branches, else None."""
    begun = [one for one in sets if one.valid_from <= day and one.branch_id in (branch_id, None)]
    return max(begun, key=lambda one: (one.branch_id is not None, one.valid_from), default=None)


def needed(levels: Sequence[Level], amount: Decimal) -> list[Level]:
    """The levels that a request counting as `amount` yuan ≥ 0 passes through, in order; a threshold is included."""
    return sorted((one for one in levels if one.min_amount <= amount), key=lambda one: one.level)


def are_complete(levels: Sequence[Level]) -> bool:
    """Whether the levels run 1, 2, … without a gap, the first from zero, the amounts never falling."""
    amounts = [one.min_amount for one in levels]
    return (
        bool(levels)
        and [one.level for one in levels] == list(range(1, len(levels) + 1))
        and amounts[0] == 0
        and amounts == sorted(amounts)
    )
