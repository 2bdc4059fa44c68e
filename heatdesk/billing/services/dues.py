"""Dues as the counter and the receipt show them: one row per season, with the reason of the amount in words."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from heatdesk.billing.models import Charge
from heatdesk.billing.services import adjustments, labels
from heatdesk.billing.services.explanations import sentences
from heatdesk.billing.services.standings import Standing
from heatdesk.db import db
from heatdesk.i18n import _
from heatdesk.money import ZERO


@dataclass(frozen=True, slots=True)
class DueRow:
    """A row of the counter's table, yuan ≥ 0."""

    season_id: int
    season_label: str
    item: str
    charged: Decimal
    reduced: Decimal
    paid: Decimal
    penalty: Decimal
    due: Decimal
    explanation: list[str]
    notes: list[str]


def rows_of(account_id: int, standing: Standing) -> list[DueRow]:
    """The bills of `standing`, newest season first."""
    seasons = [bill.season_id for bill in standing.bills]
    charges, notes = newest_charges(account_id, seasons), adjustments.notes_of(account_id, seasons)
    return [
        DueRow(
            season_id=bill.season_id,
            season_label=bill.code,
            item=item_label(charges[bill.season_id]),
            charged=bill.charged,
            reduced=bill.reduced,
            paid=bill.paid,
            penalty=ZERO,
            due=bill.due,
            explanation=explanation_of(charges[bill.season_id]),
            notes=notes[bill.season_id],
        )
        for bill in reversed(standing.bills)
    ]


def newest_charges(account_id: int, season_ids: Collection[int]) -> defaultdict[int, list[Charge]]:
    """The last revision of every item charged in these seasons, by season: first what the supply
    costs, then what was granted. Items that came to nothing are left out.
    """
    found: defaultdict[int, list[Charge]] = defaultdict(list)
    query = (
        select(Charge)
        .where(Charge.account_id == account_id, Charge.season_id.in_(season_ids))
        .ext(distinct_on(Charge.season_id, Charge.item))
        .order_by(Charge.season_id, Charge.item, Charge.revision.desc())
    )
    for charge in db.session.scalars(query):
        if charge.target:
            found[charge.season_id].append(charge)
    for charges in found.values():
        charges.sort(key=lambda charge: adjustments.is_adjustment(charge.item))
    return found


def item_label(charges: Collection[Charge]) -> str:
    """What a bill is for; without charges it was taken over from the old books."""
    if not charges:
        return _("Opening balance")
    named = [charge for charge in charges if not adjustments.is_adjustment(charge.item)] or charges
    return " + ".join(labels.item_label(charge.item) for charge in named)


def explanation_of(charges: Collection[Charge]) -> list[str]:
    """Why the bill is what it is, item after item, the formula of each first."""
    return [sentence for charge in charges for sentence in sentences(charge)]
