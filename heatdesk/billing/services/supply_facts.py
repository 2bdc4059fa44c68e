"""The dated facts of accounts as the rules want them: supply terms cut to the season, areas, parts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from heatdesk.billing.models import Account, AreaPart, Season, SupplyTerm
from heatdesk.billing.rules.areas import Areas, Part
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.terms import Term
from heatdesk.db import db
from heatdesk.network.models import Building, Premises


def season_facts(season: Season) -> SeasonFacts:
    """The season as the rules take it."""
    return SeasonFacts(season.code, season.starts_on, season.ends_on, season.statutory_days, season.due_on)


def terms_of(account_ids: Sequence[int], season: SeasonFacts) -> dict[int, list[Term]]:
    """The terms of each account that touch the season, cut to it, in order of date."""
    terms: dict[int, list[Term]] = defaultdict(list)
    rows = db.session.execute(
        select(SupplyTerm, Building.building_type)
        .join(Account, Account.id == SupplyTerm.account_id)
        .join(Premises, Premises.id == Account.premises_id)
        .join(Building, Building.id == Premises.building_id)
        .where(
            SupplyTerm.account_id.in_(account_ids),
            SupplyTerm.starts_on <= season.ends_on,
            (SupplyTerm.ends_on.is_(None)) | (SupplyTerm.ends_on >= season.starts_on),
        )
        .order_by(SupplyTerm.account_id, SupplyTerm.starts_on)
        .execution_options(populate_existing=True)
    ).all()
    parts = _parts_of([term.id for term, _building_type in rows])
    for term, building_type in rows:
        terms[term.account_id].append(_term(term, building_type, parts[term.id], season))
    return terms


def _term(term: SupplyTerm, building_type: str | None, parts: list[Part], season: SeasonFacts) -> Term:
    return Term(
        first=max(term.starts_on, season.starts_on),
        last=min(term.ends_on or date.max, season.ends_on),
        use_class=term.use_class,
        state=term.state,
        mode=term.mode,
        areas=Areas(term.building_area_m2, term.inner_area_m2, term.usable_area_m2),
        parts=tuple(parts),
        storey_height_m=term.storey_height_m,
        building_type=building_type,
    )


def _parts_of(term_ids: Sequence[int]) -> dict[int, list[Part]]:
    parts: dict[int, list[Part]] = defaultdict(list)
    rows = db.session.scalars(
        select(AreaPart).where(AreaPart.supply_term_id.in_(term_ids)).order_by(AreaPart.id)
    )
    for row in rows:
        parts[row.supply_term_id].append(Part(row.kind, row.area_m2, row.net_height_m, heated=row.heated))
    return parts
