"""Dues as the counter and the receipt show them: one row per season, with the reason of the amount in words."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from heatdesk.billing.models import Charge
from heatdesk.billing.rules.penalties import PenaltyLine
from heatdesk.billing.services import labels
from heatdesk.billing.services.explanations import said, sentences
from heatdesk.billing.services.standings import SeasonDue, Standing
from heatdesk.db import db
from heatdesk.i18n import _
from heatdesk.money import ZERO, format_money


@dataclass(frozen=True, slots=True)
class DueRow:
    """A row of the counter's table, yuan ≥ 0; `reduced` counts in what paying today earns, `less`."""

    season_id: int
    season_label: str
    item: str
    charged: Decimal
    reduced: Decimal
    paid: Decimal
    penalty: Decimal
    less: Decimal
    due: Decimal
    explanation: list[str]
    notes: list[str]


def rows_of(account_id: int, standing: Standing) -> list[DueRow]:
    """The bills of `standing`, newest season first."""
    charges = newest_charges(account_id, [bill.season_id for bill in standing.bills])
    return [
        DueRow(
            season_id=bill.season_id,
            season_label=bill.code,
            item=item_label(charges[bill.season_id]),
            charged=bill.charged,
            reduced=bill.reduced + bill.less,
            paid=bill.paid,
            penalty=bill.penalty,
            less=bill.less,
            due=bill.due,
            explanation=[*explanation_of(charges[bill.season_id]), *penalty_sentences(bill)],
            notes=_notes(bill),
        )
        for bill in reversed(standing.bills)
    ]


def _notes(bill: SeasonDue) -> list[str]:
    """What a cashier says with the sum: the discount that paying now earns."""
    if bill.discount is None:
        return []
    return [
        _(
            "If the whole season is paid by %(day)s: ¥%(amount)s less",
            day=bill.discount.paid_by,
            amount=format_money(bill.discount.amount),
        )
    ]


def penalty_sentences(bill: SeasonDue) -> list[str]:
    """Every penalty line of the bill with its days, base, rate and document, then what of them is settled."""
    found = [_frozen(line) for line in bill.late.frozen]
    found += [_accruing(line) for line in bill.late.accruing]
    settled = sum((line.amount for line in bill.late.frozen), ZERO) - bill.frozen
    if settled:
        found.append(_("Of the penalty ¥%(amount)s is paid or waived.", amount=format_money(settled)))
    return found


def newest_penalty(bill: SeasonDue) -> str:
    """The last line alone, as a receipt has room for."""
    if bill.late.accruing:
        return _accruing(bill.late.accruing[-1])
    return _frozen(bill.late.frozen[-1]) if bill.late.frozen else ""


def _frozen(line: PenaltyLine) -> str:
    return _line(line, _("Penalty frozen on %(day)s", day=line.period.last))


def _accruing(line: PenaltyLine) -> str:
    return _line(line, _("Penalty to %(day)s", day=line.period.last))


def _line(line: PenaltyLine, title: str) -> str:
    steps = [said(replace(step, document_no="")).rstrip(".。") for step in line.steps]
    sentence = _(
        "%(title)s: %(reckoned)s = %(amount)s",
        title=title,
        reckoned="; ".join(steps),
        amount=format_money(line.amount),
    )
    documents = dict.fromkeys(step.document_no for step in line.steps if step.document_no)
    return " ".join([sentence, *(f"[{one}]" for one in documents)])


def newest_charges(account_id: int, season_ids: Collection[int]) -> defaultdict[int, list[Charge]]:
    """The last revision of every item charged in these seasons, by season; items that came to nothing are left out."""
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
    return found


def item_label(charges: Collection[Charge]) -> str:
    """What a bill is for; without charges it was taken over from the old books."""
    named = earning(charges)
    if not named:
        return _("Opening balance")
    return " + ".join(labels.item_label(charge.item) for charge in named)


def earning(charges: Collection[Charge]) -> list[Charge]:
    """The charges without what reduces them."""
    return [charge for charge in charges if charge.target > 0]


def explanation_of(charges: Collection[Charge]) -> list[str]:
    """Why the bill is what it is, item after item, the formula of each first."""
    return [sentence for charge in charges for sentence in sentences(charge)]
