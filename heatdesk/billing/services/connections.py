"""Connections (入网): the agreement of an account, its fee in parts, what of it is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from heatdesk.billing.models import Account, Bill, ConnectionAgreement, Season
from heatdesk.billing.rules.connections import (
    ConnectionAgreement as Agreement,
    Instalment,
    connection_fee,
    instalments,
)
from heatdesk.billing.rules.lines import Assessment, yuan_line
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.states import Item, SeasonKind
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.db import db
from heatdesk.money import ZERO
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer

CODE = "入网费"
"""What the season of connection fees is called on every bill and receipt."""
_LONG_AGO = date(1990, 1, 1), date(1990, 12, 31)
"""Before any tariff, so that no late-payment rule of one applies: parts have due days of their own."""


def season() -> Season:
    """The one season that holds the bills of connection fees, made when the first is agreed."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("seasons"))))
    found = find_season()
    if found is None:
        first, last = _LONG_AGO
        found = Season(
            kind=SeasonKind.CONNECTION,
            code=CODE,
            starts_on=first,
            ends_on=last,
            statutory_days=365,
            due_on=last,
            state=SeasonState.BILLED,
        )
        db.session.add(found)
        db.session.flush()
        db.session.execute(select(func.open_season(found.id)))
    return found


def find_season() -> Season | None:
    return db.session.scalar(select(Season).where(Season.kind == SeasonKind.CONNECTION))


def agreements_of(account_ids: Sequence[int]) -> dict[int, ConnectionAgreement]:
    """The agreement that holds for each account that has one."""
    query = (
        select(ConnectionAgreement)
        .where(ConnectionAgreement.account_id.in_(account_ids))
        .ext(distinct_on(ConnectionAgreement.account_id))
        .order_by(ConnectionAgreement.account_id, ConnectionAgreement.id.desc())
    )
    return {row.account_id: row for row in db.session.scalars(query)}


def terms_of(row: ConnectionAgreement) -> Agreement:
    """The agreement as the rule takes it."""
    return Agreement(row.agreed_m2, row.price, row.measured_m2, row.adjustment, row.document_no)


def plan_of(row: ConnectionAgreement) -> tuple[Instalment, ...]:
    return tuple(
        Instalment(date.fromisoformat(part["due_on"]), Decimal(part["share"])) for part in row.instalments
    )


def bill_of(row: ConnectionAgreement | None, facts: SeasonFacts) -> Assessment:
    """The one line of a connection bill; without an agreement there is none."""
    if row is None:
        return Assessment(())
    amount, steps = connection_fee(terms_of(row))
    line = yuan_line(Item.CONNECTION, facts.period, amount, tuple(steps), document_no=row.document_no)
    return Assessment((line,))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the parts of an agreement stand on a day, yuan: `parts` (due day, amount, paid of it)."""

    fee: Decimal
    paid: Decimal
    parts: tuple[tuple[date, Decimal, Decimal], ...]

    def overdue(self, on: date) -> Decimal:
        return sum((amount - paid for due_on, amount, paid in self.parts if due_on < on), ZERO)

    @property
    def next_due(self) -> date | None:
        """The due day of the first part that is not paid."""
        return next((due_on for due_on, amount, paid in self.parts if paid < amount), None)


def standing(row: ConnectionAgreement, paid: Decimal) -> Standing:
    """What was paid covers the parts in the order of their days."""
    fee, _steps = connection_fee(terms_of(row))
    left, parts = paid, []
    for due_on, amount in instalments(fee, plan_of(row)):
        covered = min(left, amount)
        parts.append((due_on, amount, covered))
        left -= covered
    return Standing(fee, paid, tuple(parts))


def select_agreements(words: str, *conditions: Any) -> Select[Any]:
    """Rows (agreement, card number, customer, address, paid), the newest agreement of each account, newest first."""
    newest = select(func.max(ConnectionAgreement.id)).group_by(ConnectionAgreement.account_id)
    paid = func.coalesce(Bill.paid, ZERO).label("paid")
    columns: tuple[Any, ...] = (
        ConnectionAgreement,
        Account.card_no,
        Customer.name,
        Premises.address,
        paid,
    )
    query = (
        select(*columns)
        .join(Account, Account.id == ConnectionAgreement.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
        .outerjoin(Season, Season.kind == SeasonKind.CONNECTION)
        .outerjoin(Bill, and_(Bill.account_id == Account.id, Bill.season_id == Season.id))
        .where(ConnectionAgreement.id.in_(newest), *conditions)
        .order_by(ConnectionAgreement.id.desc())
    )
    if words:
        like = f"%{words}%"
        fits = (
            Account.card_no.like(like) | Customer.name.like(like) | ConnectionAgreement.document_no.like(like)
        )
        query = query.where(fits)
    return query
