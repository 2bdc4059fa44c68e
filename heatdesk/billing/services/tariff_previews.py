"""What a draft tariff would change: beside the version it follows, key by key, and the seasons it would price."""

from collections.abc import Sequence

from sqlalchemy import func, select

from heatdesk.billing.models import Season, Tariff
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.billing.services import tariff_differences
from heatdesk.billing.services.tariff_differences import Change
from heatdesk.billing.services.tariff_words import label_of
from heatdesk.db import db
from heatdesk.i18n import speaking


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


def differences(draft: Tariff) -> list[Change]:
    """Every figure that differs from the version before, in English words: a preview is translated when it is shown."""
    former = predecessor(draft)
    before = None if former is None else TariffRules.from_parameters(former.parameters)
    with speaking("en"):
        found = tariff_differences.changes(before, TariffRules.from_parameters(draft.parameters))
        named = {str(label_of(path)) for path in ("valid_from", "document_no")}
        return [one for one in found if one.group or one.label not in named]
