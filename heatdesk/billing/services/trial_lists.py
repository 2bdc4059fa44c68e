"""What came of a tariff trial, as its page and its files show it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from heatdesk.auth.models import Staff
from heatdesk.billing.models import Account, Season, TariffTrial, TrialFlat
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.services.trial_counting import LAST_STEP, limits_of
from heatdesk.db import db
from heatdesk.network.models import Community, District, Office, Premises
from heatdesk.people.models import Customer

TOP = 50
"""How many of the largest rises and falls are shown."""
CHUNK = 5_000


@dataclass(frozen=True)
class Group:
    """Sums of one class, office or community; `key` is what its rows are found by."""

    key: str
    flats: int = 0
    area_m2: Decimal = Decimal(0)
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    rises: int = 0
    falls: int = 0
    refused: int = 0

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def everyone(self) -> int:
        """Those that cannot be charged included: as many as there are rows."""
        return self.flats + self.refused

    @property
    def unchanged(self) -> int:
        return self.flats - self.rises - self.falls


@dataclass(frozen=True)
class Step:
    """One bar of the distribution; `share` of the longest bar is its length."""

    least: Decimal | None
    most: Decimal | None
    flats: int
    difference: Decimal
    share: Decimal


def select_trials() -> Select[Any]:
    """Trials with season code and who started them, newest first."""
    query: Any = (
        select(TariffTrial, Season.code, Staff.name)
        .join(Season, Season.id == TariffTrial.season_id)
        .join(Staff, Staff.id == TariffTrial.started_by)
    )
    ordered: Select[Any] = query.order_by(TariffTrial.id.desc())
    return ordered


def seasons() -> Sequence[Season]:
    """The seasons a trial can be made on, the newest first."""
    return db.session.scalars(select(Season).order_by(Season.starts_on.desc())).all()


def whole(trial: TariffTrial, branch_id: int | None) -> Group:
    """The sums over everything the reader may see."""
    found = grouped(trial, None, branch_id)
    return found[0] if found else Group("")


def grouped(trial: TariffTrial, column: int | None, branch_id: int | None) -> list[Group]:
    """Sums by class (1), office (2) or community (3), the greatest difference first; by nothing for None."""
    sums: dict[str, list[int]] = {}
    for row in (trial.totals or {}).get("groups", ()):
        if branch_id is None or row[0] == str(branch_id):
            key = "" if column is None else row[column]
            known = sums.get(key)
            numbers = row[4:]
            sums[key] = numbers if known is None else [a + b for a, b in zip(known, numbers, strict=True)]
    groups = [_group(key, numbers) for key, numbers in sums.items()]
    return sorted(groups, key=lambda group: (-abs(group.difference), group.key))


def _group(key: str, numbers: list[int]) -> Group:
    flats, area, before, after, rises, falls, refused = numbers
    area_m2, paid, due = (Decimal(one).scaleb(-2) for one in (area, before, after))
    return Group(key, flats, area_m2, paid, due, rises, falls, refused)


def steps(trial: TariffTrial, branch_id: int | None) -> list[Step]:
    """The distribution of the difference, from the largest fall to the largest rise, without empty ends."""
    counted = {number: [0, 0] for number in range(LAST_STEP + 1)}
    for branch, _use_class, number, flats, fen in (trial.totals or {}).get("steps", ()):
        if branch_id is None or branch == str(branch_id):
            counted[number][0] += flats
            counted[number][1] += fen
    filled = [number for number, (flats, _fen) in counted.items() if flats]
    if not filled:
        return []
    longest = max(flats for flats, _fen in counted.values())
    return [
        Step(
            *limits_of(number),
            counted[number][0],
            Decimal(counted[number][1]).scaleb(-2),
            Decimal(counted[number][0]) / longest,
        )
        for number in range(filled[0], filled[-1] + 1)
    ]


def names(column: int) -> dict[str, str]:
    """What offices (2) and communities (3) are called, by the id that totals keep as text."""
    if column == 2:
        rows = db.session.execute(select(Office.id, Office.name))
        return {str(row.id): row.name for row in rows}
    query = select(Community.id, Community.name, District.name.label("district"))
    rows = db.session.execute(query.join(District, District.id == Community.district_id))
    return {str(row.id): f"{row.name} ({row.district})" for row in rows}


def select_flats(trial_id: int, wanted: dict[str, Any], *scope: Any) -> Select[Any]:
    """The rows behind a figure: flat, card number, name, address; what cannot be charged comes first, then the greatest
    difference, or for falls alone the least one. These are the orders that the index has.

    `wanted`: use, office, community, least and most (differences, both included), refused.
    """
    conditions: list[Any] = [TrialFlat.trial_id == trial_id, *scope]
    for name, column in (
        ("office", TrialFlat.office_id),
        ("community", TrialFlat.community_id),
    ):
        if wanted.get(name) is not None:
            conditions.append(column == wanted[name])
    if wanted.get("use") in set(UseClass):
        conditions.append(TrialFlat.use_class == wanted["use"])
    if wanted.get("least") is not None:
        conditions.append(TrialFlat.difference >= wanted["least"])
    if wanted.get("most") is not None:
        conditions.append(TrialFlat.difference <= wanted["most"])
    order: tuple[Any, ...] = (TrialFlat.difference.desc(), TrialFlat.account_id.desc())
    if wanted.get("refused"):
        conditions.append(TrialFlat.message.is_not(None))
        order = (TrialFlat.account_id,)
    elif wanted.get("least") is None and wanted.get("most") is not None and wanted["most"] <= 0:
        order = (TrialFlat.difference, TrialFlat.account_id)
    query: Any = (
        select(TrialFlat, Account.card_no, Customer.name, Premises.address)
        .join(Account, Account.id == TrialFlat.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
    )
    ordered: Select[Any] = query.where(*conditions).order_by(*order)
    return ordered


def top(trial_id: int, *scope: Any, rises: bool) -> Sequence[Any]:
    """The fifty largest rises, or falls."""
    wanted = {"least": Decimal("0.01")} if rises else {"most": Decimal("-0.01")}
    return db.session.execute(select_flats(trial_id, wanted, *scope).limit(TOP)).all()


def every_flat(trial_id: int, *scope: Any) -> Iterator[Sequence[Any]]:
    """Chunks of all flats with their household, by account; a million of them are never in memory at once."""
    last = 0
    while rows := db.session.execute(_chunk(trial_id, last, *scope)).all():
        yield rows
        last = rows[-1].account_id


def _chunk(trial_id: int, last: int, *scope: Any) -> Any:
    """The flats after `last`, found before anything is joined: nobody gathers statistics of a table that new."""
    found = select(TrialFlat).where(TrialFlat.trial_id == trial_id, TrialFlat.account_id > last, *scope)
    flat = found.order_by(TrialFlat.account_id).limit(CHUNK).subquery()
    return (
        select(
            *(flat.c.account_id, Account.card_no, Customer.name, Premises.address),
            *(flat.c.use_class, Office.name.label("office"), Community.name.label("community")),
            *(flat.c.before, flat.c.after, flat.c.difference, flat.c.message, flat.c["values"]),
        )
        .join(Account, Account.id == flat.c.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
        .join(Office, Office.id == flat.c.office_id)
        .join(Community, Community.id == flat.c.community_id)
        .order_by(flat.c.account_id)
    )


def classes_of(trials: Iterable[TariffTrial]) -> dict[int, list[str]]:
    """Trial id → the classes its drafts are for."""
    return {trial.id: [one["parameters"]["use_class"] for one in trial.drafts] for trial in trials}
