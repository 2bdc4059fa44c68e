"""What one version of a tariff changes in the one before, figure by figure."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_type_hints

from sqlalchemy import select

from heatdesk.billing.models import Tariff
from heatdesk.billing.rules.parameters import Share
from heatdesk.billing.rules.steps import figure
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.billing.services.tariff_words import FAMILIES, GROUPS, WORDS, label_of, said_key
from heatdesk.db import db
from heatdesk.i18n import _


@dataclass(frozen=True)
class Change:
    """One figure; None where a version has none."""

    group: str
    label: str
    before: str | None
    after: str | None


def before(row: Tariff) -> Tariff | None:
    """The version that this one follows: the last approved one entered before it."""
    return db.session.scalar(
        select(Tariff)
        .where(
            Tariff.use_class == row.use_class,
            Tariff.state == TariffState.APPROVED,
            Tariff.version < row.version,
        )
        .order_by(Tariff.version.desc())
        .limit(1)
    )


def of_versions(old: Tariff, new: Tariff) -> list[Change]:
    """As `changes`, of two stored versions."""
    return changes(TariffRules.from_parameters(old.parameters), TariffRules.from_parameters(new.parameters))


def changes(old: TariffRules, new: TariffRules) -> list[Change]:
    """Every figure that is not the same in both, in the order of the form."""
    was, becomes = dict(_figures(old, "", "")), dict(_figures(new, "", ""))
    return [
        Change(*place, was.get(place), becomes.get(place))
        for place in dict.fromkeys((*was, *becomes))
        if was.get(place) != becomes.get(place)
    ]


def _figures(rule: Any, path: str, row: str) -> Iterator[tuple[tuple[str, str], str]]:
    """((group, label), value) of every figure; `row` numbers the rows a figure stands in."""
    hints = get_type_hints(type(rule), include_extras=True)
    for one in fields(rule):
        value = getattr(rule, one.name)
        inner = f"{path}.{one.name}" if path else one.name
        if value is None or value in ("", ()) or inner == "use_class":
            continue
        if isinstance(value, tuple) and is_dataclass(value[0]):
            for number, entry in enumerate(value, 1):
                yield from _figures(entry, inner, f"{row} {number}")
        elif is_dataclass(value) and not _is_day(value):
            family = getattr(value, "family", None)
            if family is not None:
                yield (inner, str(label_of(f"{inner}.family"))), str(FAMILIES[family])
                inner = f"{inner}.{family}"
            yield from _figures(value, inner, row)
        else:
            group = inner.partition(".")[0] if path else ""
            share = hints[one.name] in (Share, Share | None)
            label = f"{label_of(inner)}{f' ({row.strip()})' if row else ''}"
            yield (group, label), _said(value, inner, is_share=share)


def _is_day(value: Any) -> bool:
    return hasattr(value, "around")


def _said(value: Any, path: str, *, is_share: bool) -> str:
    if isinstance(value, tuple):
        return ", ".join(said_key(one) if path == "assumed" else str(WORDS[type(one)][one]) for one in value)
    if isinstance(value, StrEnum):
        return str(WORDS[type(value)][value])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        per = 1000 if path == "penalty.share_per_day" else 100
        return figure(value * per if is_share else value)
    return str(value)


def title_of(change: Change) -> str:
    """The group and the figure, as one reads them."""
    return f"{GROUPS[change.group]}: {change.label}" if change.group in GROUPS else change.label
