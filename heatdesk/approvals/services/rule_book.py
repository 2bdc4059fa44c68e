"""Approval rules as dated data: which set holds for a kind in a branch on a day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from heatdesk.approvals.errors import NoRuleInForce
from heatdesk.approvals.models import ApprovalRule
from heatdesk.approvals.rules.levels import Level, RuleSet, in_force, needed
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.network.models import Branch


def sets_of(kind: str | None = None) -> dict[str, list[RuleSet]]:
    """Every rule set ever, by kind, the oldest first."""
    query = select(ApprovalRule).order_by(ApprovalRule.kind, ApprovalRule.valid_from, ApprovalRule.level)
    if kind is not None:
        query = query.where(ApprovalRule.kind == kind)
    grouped: dict[tuple[str, int | None, date], list[Level]] = defaultdict(list)
    for rule in db.session.scalars(query):
        level = Level(rule.level, rule.min_amount, rule.role, rule.department_id)
        grouped[rule.kind, rule.branch_id, rule.valid_from].append(level)
    sets: dict[str, list[RuleSet]] = defaultdict(list)
    for (name, branch_id, valid_from), levels in grouped.items():
        sets[name].append(RuleSet(branch_id, valid_from, tuple(levels)))
    return sets


def levels_for(kind: str, branch_id: int | None, amount: Decimal, day: date) -> list[Level]:
    """The levels that a request counting as `amount` yuan passes; raises `NoRuleInForce`."""
    levels = needed(set_for(kind, branch_id, day), amount)
    if not levels:
        raise NoRuleInForce
    return levels


def set_for(kind: str, branch_id: int | None, day: date) -> Sequence[Level]:
    """All levels of the set in force, whatever the amount; empty when there is none."""
    found = in_force(sets_of(kind).get(kind, ()), branch_id, day)
    return found.levels if found else ()


def listing(branch_id: int | None) -> list[tuple[str, RuleSet, bool]]:
    """(kind, set, whether it holds today) of a branch, of all for head office: what holds and what is to come."""
    found = []
    sets = sets_of()
    for kind in KIND_TITLES:
        newest_first = sorted(sets.get(kind, ()), key=lambda one: one.valid_from, reverse=True)
        begun: set[int | None] = set()
        for one in newest_first:
            holds = one.valid_from <= today() and one.branch_id not in begun
            if holds:
                begun.add(one.branch_id)
            if (holds or one.valid_from > today()) and (
                branch_id is None or one.branch_id in (None, branch_id)
            ):
                found.append((kind, one, holds))
    return found


def branch_names() -> dict[int, str]:
    return dict(db.session.execute(select(Branch.id, Branch.name)).all())
