"""Counting a tariff trial: what each household pays now and would pay, by the plans of the season run."""

import json
from bisect import bisect_left
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from heatdesk.billing.models import Charge, Season, TariffTrial, TrialShard
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.rules.workflow import TrialBasis, TrialState
from heatdesk.billing.services import supply_facts, tariffs
from heatdesk.billing.services.season_plans import PartRows, Planner, TermRow
from heatdesk.billing.services.season_rows import TRIED, Range, write
from heatdesk.db import db
from heatdesk.errors import Refusal

LIMITS = tuple(100 * yuan for yuan in (20, 50, 100, 200, 500, 1000, 2000, 5000))
"""Where the steps of the distribution end, in fen, upwards and downwards alike; a limit belongs to the step nearer to
zero, and those for whom nothing changes are a step of their own.
"""
UNCHANGED = len(LIMITS) + 1
"""The number of the step of those for whom nothing changes; the first one is 0."""
LAST_STEP = 2 * UNCHANGED


class Worker:
    """What stays the same from shard to shard: season, both sets of tariffs, the plans made so far."""

    table = TrialShard

    def __init__(self, trial: TariffTrial) -> None:
        season = db.session.get_one(Season, trial.season_id)
        self.trial_id, self.by, self.season_id = trial.id, trial.started_by, season.id
        self.mine = TrialShard.trial_id == trial.id
        self.facts = supply_facts.season_facts(season)
        in_force = tariffs.in_force(season)
        drafts = [Tariff.from_parameters(one["parameters"]) for one in trial.drafts]
        tried = {draft.use_class for draft in drafts}
        others = [tariff for tariff in in_force if tariff.use_class not in tried]
        self.before = None if trial.basis is TrialBasis.CHARGED else Planner(self.facts, in_force, _no_basis)
        self.after = Planner(
            self.facts, [*others, *(tariffs.taken_at(draft, season) for draft in drafts)], _no_basis
        )

    def is_wanted(self) -> bool:
        """Holds the trial, so that it is not removed while a shard of it is counted."""
        query = select(TariffTrial.state).where(TariffTrial.id == self.trial_id)
        return db.session.scalar(query.with_for_update(read=True, key_share=True)) == TrialState.RUNNING

    def do(self, shard: TrialShard) -> None:
        rows = Range(self.facts, shard.first_account_id, shard.last_account_id)
        terms_of, parts = rows.terms(), rows.parts()
        charged = self._charged(shard) if self.before is None else {}
        tally = _Tally()
        lines = []
        for account in rows.accounts(None):
            terms = terms_of.get(account.id)
            if terms is None:
                tally.untermed += 1
                continue
            kind = account.building_type
            after, refusal = _due(self.after, terms, parts, kind)
            if self.before is None:
                before: int | None = charged.get(int(account.id), 0)
            else:
                before, hindrance = _due(self.before, terms, parts, kind)
                refusal = refusal or hindrance
            use_class = terms[-1].facts.partition("\t")[0]
            place = (account.branch, use_class, account.office, account.community)
            tally.add(place, int(terms[-1].building), before, after)
            message, values = ("\\N", "{}") if refusal is None else _words(refusal)
            lines.append(
                f"{self.trial_id}\t{account.id}\t{account.branch}\t{account.office}\t{account.community}\t{use_class}"
                f"\t{_yuan(before)}\t{_yuan(after)}\t{message}\t{values}\n"
            )
        write(TRIED, "trial_flat", lines)
        shard.totals = tally.as_json()

    def _charged(self, shard: TrialShard) -> dict[int, int]:
        """Account → fen charged in the season."""
        rows = db.session.execute(
            select(Charge.account_id, func.sum(Charge.amount))
            .where(
                Charge.season_id == self.season_id,
                Charge.account_id.between(shard.first_account_id, shard.last_account_id),
            )
            .group_by(Charge.account_id)
        )
        return {account: int(amount.scaleb(2)) for account, amount in rows}


class _Tally:
    """Sums of one shard."""

    def __init__(self) -> None:
        self.untermed = 0
        self.groups: dict[tuple[str, str, str, str], list[int]] = {}
        self.steps: dict[tuple[str, str, int], list[int]] = {}

    def add(self, place: tuple[str, str, str, str], area: int, before: int | None, after: int | None) -> None:
        group = self.groups.get(place)
        if group is None:
            group = self.groups[place] = [0] * len(GROUP)
        if before is None or after is None:
            group[6] += 1
            return
        difference = after - before
        group[0] += 1
        group[1] += area
        group[2] += before
        group[3] += after
        if difference:
            group[4 if difference > 0 else 5] += 1
        key = (place[0], place[1], step_of(difference))
        step = self.steps.get(key)
        if step is None:
            step = self.steps[key] = [0, 0]
        step[0] += 1
        step[1] += difference

    def as_json(self) -> dict[str, Any]:
        return {
            "untermed": self.untermed,
            "groups": [[*key, *numbers] for key, numbers in self.groups.items()],
            "steps": [[*key, *numbers] for key, numbers in self.steps.items()],
        }


GROUP = ("flats", "area", "before", "after", "rises", "falls", "refused")
"""What is counted per branch, use class, office and community; area in 0.01 m², sums in fen."""


def step_of(difference: int) -> int:
    """The number of the step that a difference in fen belongs to, from the largest fall to the largest rise."""
    if difference == 0:
        return UNCHANGED
    distance = 1 + bisect_left(LIMITS, abs(difference))
    return UNCHANGED + distance if difference > 0 else UNCHANGED - distance


def limits_of(step: int) -> tuple[Decimal | None, Decimal | None]:
    """The least and the greatest difference of a step in yuan, both included; None where it is open."""
    distance = abs(step - UNCHANGED)
    if distance == 0:
        return Decimal(0), Decimal(0)
    least = Decimal((LIMITS[distance - 2] if distance > 1 else 0) + 1).scaleb(-2)
    most = Decimal(LIMITS[distance - 1]).scaleb(-2) if distance <= len(LIMITS) else None
    return (least, most) if step > UNCHANGED else (None if most is None else -most, -least)


def added_up(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The totals of all shards, shaped like those of one."""
    untermed = 0
    sums: dict[str, dict[str, list[int]]] = {"groups": {}, "steps": {}}
    keys = {"groups": 4, "steps": 3}
    for part in parts:
        untermed += part["untermed"]
        for name, size in keys.items():
            for row in part[name]:
                key = json.dumps(row[:size])
                known = sums[name].get(key)
                sums[name][key] = (
                    row[size:]
                    if known is None
                    else [one + other for one, other in zip(known, row[size:], strict=True)]
                )
    rows = {
        name: [[*json.loads(key), *numbers] for key, numbers in sorted(found.items())]
        for name, found in sums.items()
    }
    return {"untermed": untermed, **rows}


def _due(
    planner: Planner, terms: list[TermRow], parts: dict[str, PartRows], building_type: str
) -> tuple[int | None, Refusal | None]:
    """What a household owes in fen, or why the rules cannot say."""
    try:
        charges, _plan = planner.charge(terms, parts, building_type)
    except Refusal as refusal:
        return None, refusal
    fen = 0
    for charge in charges:
        fen += charge.amount
    return fen, None


def _no_basis(_basis: dict[str, Any]) -> int:
    """A trial explains nothing for later, so it keeps no explanations."""
    return 0


def _yuan(fen: int | None) -> str:
    return "\\N" if fen is None else f"{fen // 100}.{fen % 100:02}"


def _words(refusal: Refusal) -> tuple[str, str]:
    """A refusal as two fields of COPY."""
    values = json.dumps({name: str(value) for name, value in refusal.values.items()}, ensure_ascii=False)
    return _copied(refusal.message), _copied(values)


def _copied(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
