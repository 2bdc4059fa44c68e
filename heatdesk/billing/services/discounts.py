"""Early payment: what paying the whole season today earns, granted with the payment and undone with it.

A granted discount is a fact: `assess` neither reckons it nor takes it back, so a bill that is reckoned anew keeps what
was earned on the day (decision 0132).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select

from heatdesk.billing.models import Charge
from heatdesk.billing.rules.discounts import EarlyOffer, early_offer
from heatdesk.billing.rules.ledger import LedgerCode, Movement
from heatdesk.billing.rules.settlements import Share
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.steps import Step
from heatdesk.billing.services.season_rules import SeasonRules
from heatdesk.db import db
from heatdesk.money import ZERO

Discount = EarlyOffer


@dataclass(frozen=True, slots=True)
class OpenFee:
    """A bill of which something is open: `fee` yuan. `key` is account and season."""

    key: tuple[int, int]
    starts_on: date
    charged: Decimal
    reduced: Decimal
    fee: Decimal


def offered(
    bills: Sequence[OpenFee], days: Mapping[int, date], rules: SeasonRules
) -> dict[tuple[int, int], Discount]:
    """What closing each bill on its account's day earns beyond what it was granted before."""
    ruled = {bill.key: rule for bill in bills if (rule := rules.discount(*bill.key)) is not None}
    if not ruled:
        return {}
    granted = _granted(ruled)
    found = {}
    for bill in bills:
        rule, day = ruled.get(bill.key), days[bill.key[0]]
        before = granted.get(bill.key, ZERO)
        offer = rule and early_offer(rule, bill.starts_on, bill.charged - bill.reduced + before, day)
        # A discount closes the bill together with money; one that would close it alone gives nothing back.
        if offer and ZERO < offer.amount - before < bill.fee:
            found[bill.key] = replace(offer, amount=offer.amount - before)
    return found


def movements(account_id: int, shares: Iterable[Share]) -> list[Movement]:
    """The entries that grant what these shares have earned."""
    return [
        Movement(
            LedgerCode.REDUCTION,
            LedgerCode.RECEIVABLE,
            share.discount,
            share.season_id,
            account_id,
            Item.DISCOUNT,
        )
        for share in shares
        if share.discount
    ]


def record(account_id: int, shares: Iterable[Share], offers: Mapping[int, Discount], journal_id: int) -> None:
    """The charges behind `movements`, with their explanation."""
    for share in shares:
        if share.discount:
            _write(account_id, share.season_id, -share.discount, journal_id, offers[share.season_id].step)


def take_back(journal_id: int, mirror_id: int) -> None:
    """Undo the charges of a journal whose exact mirror has been booked."""
    undone = select(Charge).where(Charge.journal_id == journal_id, Charge.item == Item.DISCOUNT)
    for charge in db.session.scalars(undone):
        step = Step("discount_taken_back", {"amount": f"{-charge.amount:f}"})
        _write(charge.account_id, charge.season_id, -charge.amount, mirror_id, step)


def _write(account_id: int, season_id: int, amount: Decimal, journal_id: int, step: Step) -> None:
    last = db.session.execute(
        select(Charge.revision, Charge.target)
        .where(Charge.season_id == season_id, Charge.account_id == account_id, Charge.item == Item.DISCOUNT)
        .order_by(Charge.revision.desc())
        .limit(1)
    ).first()
    revision, target = (0, ZERO) if last is None else last
    db.session.execute(
        insert(Charge).values(
            season_id=season_id,
            account_id=account_id,
            item=Item.DISCOUNT,
            revision=revision + 1,
            journal_id=journal_id,
            amount=amount,
            target=target + amount,
            explanation={"lines": [_explained(amount, step)]},
        )
    )


def _explained(amount: Decimal, step: Step) -> dict[str, Any]:
    """The charge as the explanation of one line: it counts nothing but yuan."""
    return {
        "item": Item.DISCOUNT.value,
        "quantity": "1",
        "amount": f"{amount:f}",
        "document_no": step.document_no,
        "steps": [asdict(step)],
    }


def _granted(keys: Mapping[tuple[int, int], Any]) -> dict[tuple[int, int], Decimal]:
    """What each bill has been granted so far, yuan ≥ 0."""
    rows = db.session.execute(
        select(Charge.account_id, Charge.season_id, -func.sum(Charge.amount))
        .where(
            Charge.account_id.in_({account_id for account_id, _season in keys}),
            Charge.season_id.in_({season_id for _account, season_id in keys}),
            Charge.item == Item.DISCOUNT,
        )
        .group_by(Charge.account_id, Charge.season_id)
    )
    return {(account_id, season_id): amount for account_id, season_id, amount in rows}
