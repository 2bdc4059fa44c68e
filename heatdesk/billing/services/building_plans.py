"""The flats of a building with how each stands, read in one query whatever the building's size."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from heatdesk.billing.models import Account, Bill, SupplyTerm
from heatdesk.billing.rules.building_plan import FlatState, Plan, plan, spot_of, state_of
from heatdesk.billing.services.place_figures import current_term
from heatdesk.db import db
from heatdesk.i18n import lazy
from heatdesk.money import ZERO
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer

STATES: dict[FlatState, tuple[Any, str]] = {
    FlatState.PAID: (lazy("paid up"), "check2"),
    FlatState.PART_PAID: (lazy("paid in part"), "circle-half"),
    FlatState.OWES: (lazy("not paid"), "exclamation-lg"),
    FlatState.SUSPENDED: (lazy("suspended"), "pause-fill"),
    FlatState.CUT: (lazy("cut off"), "x-octagon-fill"),
    FlatState.DEMOLISHED: (lazy("demolished"), "building-x"),
    FlatState.EMPTY: (lazy("no open account"), "dash"),
}
"""What the picture calls a state, and its sign: colour is never all there is."""


@dataclass(frozen=True, slots=True)
class Flat:
    """A flat of the picture; without an open account `account_id` is None. `owed` is yuan over all seasons."""

    premises_id: int
    account_id: int | None
    unit: str
    room: str
    holder: str
    card_no: str
    owed: Decimal
    state: FlatState


@dataclass(frozen=True, slots=True)
class Picture:
    """A building's flats, and the plan that names them by their place in the list."""

    flats: list[Flat]
    plan: Plan

    @property
    def counts(self) -> dict[FlatState, int]:
        """How many flats stand in each state, those that none stands in left out."""
        found = {state: sum(flat.state is state for flat in self.flats) for state in FlatState}
        return {state: number for state, number in found.items() if number}

    @property
    def owed(self) -> Decimal:
        return sum((flat.owed for flat in self.flats), ZERO)


def of(building_id: int, branch_id: int | None) -> Picture:
    """The picture of a building; accounts of other branches than `branch_id` (None: any) count as none."""
    rows = db.session.execute(_flats(building_id, branch_id)).all()
    flats = [
        Flat(
            premises_id=row.id,
            account_id=row.account_id,
            unit=row.unit,
            room=row.room,
            holder=row.holder or "",
            card_no=row.card_no or "",
            owed=row.owed or ZERO,
            state=state_of(
                has_account=row.account_id is not None,
                supply=row.state,
                owed=row.owed or ZERO,
                paid=row.paid or ZERO,
            ),
        )
        for row in rows
    ]
    return Picture(flats, plan([(spot_of(row.unit, row.room, row.floor), row.room) for row in rows]))


def _flats(building_id: int, branch_id: int | None) -> Select[Any]:
    """Every premises with its open account, the term that holds today, and the sums of the bills still open."""
    due = Bill.charged - Bill.reduced - Bill.paid
    debts = (
        select(Bill.account_id, func.sum(due).label("owed"), func.sum(Bill.paid).label("paid"))
        .join(Account, Account.id == Bill.account_id)
        .join(Premises, Premises.id == Account.premises_id)
        .where(Premises.building_id == building_id, due > 0)
        .group_by(Bill.account_id)
        .subquery()
    )
    held = (Account.premises_id == Premises.id) & Account.closed_on.is_(None)
    if branch_id is not None:
        held &= Account.branch_id == branch_id
    return (
        select(
            Premises.id,
            Premises.unit,
            Premises.room,
            Premises.floor,
            Account.id.label("account_id"),
            Account.card_no,
            Customer.name.label("holder"),
            SupplyTerm.state,
            debts.c.owed,
            debts.c.paid,
        )
        .outerjoin(Account, held)
        .outerjoin(Customer, Customer.id == Account.customer_id)
        .outerjoin(SupplyTerm, current_term())
        .outerjoin(debts, debts.c.account_id == Account.id)
        .where(Premises.building_id == building_id)
        .order_by(Premises.id)
    )
