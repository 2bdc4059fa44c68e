"""What a draft tariff would change: beside the version it follows, key by key, and the seasons it would price."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from sqlalchemy import func, select

from heatdesk.billing.models import Season, Tariff
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.billing.services import tariff_lists
from heatdesk.db import db


def drafts() -> Sequence[Tariff]:
    """All drafts, by class: at most one each."""
    query = select(Tariff).where(Tariff.state == TariffState.DRAFT)
    return db.session.scalars(query.order_by(Tariff.use_class)).all()


def predecessor(draft: Tariff) -> Tariff | None:
    """The approved version in force when the draft would begin."""
    query = select(Tariff).where(
        Tariff.use_class == draft.use_class,
        Tariff.state == TariffState.APPROVED,
        Tariff.valid_from <= draft.valid_from,
    )
    return db.session.scalar(query.order_by(Tariff.valid_from.desc()).limit(1))


def seasons_priced(draft: Tariff) -> list[str]:
    """The codes of the seasons that begin under the draft, up to a version approved for later."""
    later = select(func.min(Tariff.valid_from)).where(
        Tariff.use_class == draft.use_class,
        Tariff.state == TariffState.APPROVED,
        Tariff.valid_from > draft.valid_from,
    )
    end = db.session.scalar(later)
    query = select(Season.code).where(Season.starts_on >= draft.valid_from)
    if end is not None:
        query = query.where(Season.starts_on < end)
    return list(db.session.scalars(query.order_by(Season.starts_on)))


def differences(draft: Tariff) -> list[tuple[str, str | None, str | None]]:
    """Every parameter that differs from the version before: path, before, after."""
    former = predecessor(draft)
    before = dict(tariff_lists.told(former.parameters)) if former else {}
    after = dict(tariff_lists.told(draft.parameters))
    paths = [*after, *(path for path in before if path not in after)]
    changed = [
        path for path in paths if _number_or_text(before.get(path)) != _number_or_text(after.get(path))
    ]
    return [(path, before.get(path), after.get(path)) for path in changed]


def _number_or_text(value: str | None) -> object:
    """0.2 and 0.20 are one share."""
    try:
        return Decimal(value or "")
    except InvalidOperation:
        return value
