"""What the tariffs in force say about late and early payment, for the use class each account has in a season."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from heatdesk.billing.models import SupplyTerm, Tariff
from heatdesk.billing.rules.discounts import DiscountRule
from heatdesk.billing.rules.parameters import read
from heatdesk.billing.rules.penalties import PenaltyRule
from heatdesk.billing.rules.states import SupplyState, UseClass
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.dates import DateRange
from heatdesk.db import db


class _Version(NamedTuple):
    valid_from: date
    document_no: str
    penalty: dict[str, Any] | None
    discount: dict[str, Any] | None


class _Term(NamedTuple):
    starts_on: date
    ends_on: date | None
    use_class: UseClass
    state: SupplyState


class SeasonRules:
    """The rules for some accounts and the seasons they are asked about, read in two queries."""

    def __init__(self, account_ids: Sequence[int], seasons: Iterable[tuple[int, date]]) -> None:
        self._starts = dict(seasons)
        self._versions: dict[UseClass, list[_Version]] = defaultdict(list)
        rows = db.session.execute(
            select(
                Tariff.use_class,
                Tariff.valid_from,
                Tariff.document_no,
                Tariff.parameters["penalty"],
                Tariff.parameters["discount"],
            )
            .where(Tariff.state == TariffState.APPROVED)
            .order_by(Tariff.use_class, Tariff.valid_from)
        )
        for row in rows:
            self._versions[row.use_class].append(_Version(*row[1:]))
        self.has_any = any(
            one.penalty or one.discount for versions in self._versions.values() for one in versions
        )
        self._terms: dict[int, list[_Term]] = defaultdict(list)
        if self.has_any:
            self._read_terms(account_ids)

    def _read_terms(self, account_ids: Sequence[int]) -> None:
        columns = (SupplyTerm.starts_on, SupplyTerm.ends_on, SupplyTerm.use_class, SupplyTerm.state)
        rows = db.session.execute(
            select(SupplyTerm.account_id, *columns)
            .where(SupplyTerm.account_id.in_(account_ids))
            .order_by(SupplyTerm.account_id, SupplyTerm.starts_on)
        )
        for row in rows:
            self._terms[row.account_id].append(_Term(*row[1:]))

    def penalty(self, account_id: int, season_id: int) -> PenaltyRule | None:
        version = self._version(account_id, season_id)
        if version is None or not version.penalty:
            return None
        rule = read(PenaltyRule, version.penalty)
        return replace(rule, document_no=rule.document_no or version.document_no)

    def discount(self, account_id: int, season_id: int) -> DiscountRule | None:
        version = self._version(account_id, season_id)
        if version is None or not version.discount:
            return None
        rule = read(DiscountRule, version.discount)
        return replace(rule, document_no=rule.document_no or version.document_no)

    def cut(self, account_id: int) -> list[DateRange]:
        """When the account's supply was cut."""
        return [
            DateRange(term.starts_on, term.ends_on or date.max)
            for term in self._terms[account_id]
            if term.state is SupplyState.CUT
        ]

    def _version(self, account_id: int, season_id: int) -> _Version | None:
        """The version in force on the season's first day: one season has one tariff."""
        start = self._starts[season_id]
        versions = self._versions[self._use_class(account_id, start)]
        at = bisect_right([one.valid_from for one in versions], start)
        return versions[at - 1] if at else None

    def _use_class(self, account_id: int, start: date) -> UseClass:
        """What the premises were used for when the season began, else when supply began after it."""
        terms = self._terms[account_id]
        if not terms:
            return UseClass.RESIDENTIAL
        at = bisect_right([term.starts_on for term in terms], start)
        return terms[max(at - 1, 0)].use_class
