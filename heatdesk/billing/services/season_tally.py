"""What a shard counts: totals by use class, state and office, and the flats it has to point at."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert

from heatdesk.billing.models import RunException, RunShard
from heatdesk.billing.rules.workflow import ExceptionKind, RunPhase
from heatdesk.billing.services.season_rows import AccountRow
from heatdesk.db import db
from heatdesk.errors import Refusal, msgid

NO_TERM = msgid("No supply term touches the season, so nothing says how this flat was heated. Enter one.")
NO_AREA = msgid("The chargeable area is 0 m², so nothing is charged. Check the areas.")
OUTLIER = msgid("%(amount)s yuan, last season %(previous)s yuan: more than 30 %% apart.")


class Tally:
    """Counts of one shard, or of many added up."""

    def __init__(self) -> None:
        self.accounts = 0
        """Eligible accounts seen."""
        self.charged = 0
        """Accounts with something due."""
        self.free = 0
        """Accounts by the rules with nothing due (cut, demolished)."""
        self.changed = 0
        """Accounts whose bill moves."""
        self.fen = 0
        """What the bills move by."""
        self.groups: dict[tuple[tuple[str, str], str], list[int]] = {}
        """(use class, state), office → accounts, area in 0.01 m², fen due."""
        self.exceptions: list[dict[str, Any]] = []

    def group(self, label: tuple[str, str], office: str) -> list[int]:
        found = self.groups.get((label, office))
        if found is None:
            found = self.groups[label, office] = [0, 0, 0]
        return found

    def point_at(
        self, account: AccountRow, kind: ExceptionKind, message: str, values: dict[str, Any]
    ) -> None:
        self.exceptions.append(
            {
                "account_id": int(account.id),
                "kind": kind,
                "message": message,
                "values": {name: str(value) for name, value in values.items()},
                "amount": None,
                "previous_amount": None,
            }
        )

    def refuse(self, account: AccountRow, refusal: Refusal) -> None:
        """A rule refused this flat; its words are kept for the list."""
        kind = ExceptionKind.NO_TARIFF if refusal.message.startswith("No tariff") else ExceptionKind.REFUSED
        self.point_at(account, kind, refusal.message, refusal.values)

    def outlier(self, account: AccountRow, fen: int) -> None:
        """Point at a flat whose charge is more than 30 % away from last season's."""
        before = int(account.previous)
        if 10 * abs(fen - before) <= 3 * before:
            return
        amount, previous = Decimal(fen).scaleb(-2), Decimal(before).scaleb(-2)
        self.point_at(
            account, ExceptionKind.OUTLIER, OUTLIER, {"amount": f"{amount:,}", "previous": f"{previous:,}"}
        )
        self.exceptions[-1] |= {"amount": amount, "previous_amount": previous}

    def keep_exceptions(self, run_id: int, shard: RunShard, phase: RunPhase) -> None:
        """Write the shard's exceptions; posting replaces what the trial said, except for the outliers."""
        if phase is RunPhase.POST:
            db.session.execute(
                delete(RunException).where(
                    RunException.run_id == run_id,
                    RunException.account_id.between(shard.first_account_id, shard.last_account_id),
                    RunException.kind != ExceptionKind.OUTLIER,
                )
            )
        if self.exceptions:
            db.session.execute(insert(RunException), [{"run_id": run_id, **row} for row in self.exceptions])

    def as_json(self) -> dict[str, Any]:
        """JSON that `added_up` reads; money in fen, areas in 0.01 m²."""
        groups = [[*label, office, *numbers] for (label, office), numbers in self.groups.items()]
        return {
            "accounts": self.accounts,
            "charged": self.charged,
            "free": self.free,
            "changed": self.changed,
            "fen": self.fen,
            "exceptions": len([row for row in self.exceptions if row["kind"] != ExceptionKind.OUTLIER]),
            "groups": groups,
        }


def added_up(shards: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The totals of a run: counts, and by use class, state and office accounts, area (0.01 m²) and fen."""
    sums = dict.fromkeys(("accounts", "charged", "free", "changed", "fen", "exceptions"), 0)
    groups: dict[str, list[int]] = {}
    for shard in shards:
        for name in sums:
            sums[name] += shard[name]
        for use_class, state, office, *numbers in shard["groups"]:
            key = json.dumps([use_class, state, office])
            before = groups.get(key, [0, 0, 0])
            groups[key] = [one + other for one, other in zip(before, numbers, strict=True)]
    return {**sums, "groups": [[*json.loads(key), *numbers] for key, numbers in sorted(groups.items())]}
