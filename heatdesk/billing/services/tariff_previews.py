"""What a draft tariff would change: beside the version it follows, key by key, and the seasons it would price."""

from sqlalchemy import func, select

from heatdesk.billing.models import Season, Tariff
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.billing.services import tariff_differences
from heatdesk.billing.services.tariff_differences import Change
from heatdesk.billing.services.tariff_words import GROUPS
from heatdesk.db import db
from heatdesk.i18n import speaking


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


def differences(
    former: Tariff, draft: Tariff
) -> list[tuple[str, tuple[str, ...] | None, tuple[str, ...] | None]]:
    """Every figure that differs, in English: what it is called, before and after as words to be shown one by one."""
    with speaking("en"):
        return [_words(change) for change in tariff_differences.of_versions(former, draft)]


def _words(change: Change) -> tuple[str, tuple[str, ...] | None, tuple[str, ...] | None]:
    """A figure of a rule stands beside the rule's name: each word is one of the catalogue."""
    is_in_group = change.group in GROUPS
    name = (change.label,) if is_in_group else ()
    before, after = (None if one is None else (*name, one) for one in (change.before, change.after))
    return str(GROUPS[change.group]) if is_in_group else change.label, before, after
