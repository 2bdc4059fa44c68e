"""What the kinds about supply may change: bills, supply terms and the valve jobs that are open."""

from datetime import date

from sqlalchemy import select

from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments, supply_states, supply_terms
from heatdesk.billing.services.supply_states import StateChange
from heatdesk.db import db
from heatdesk.service.models import Ticket
from heatdesk.service.rules.states import OPEN
from tests import factories
from tests.changes.pictures import bills


def supply(world):
    """Bills, the terms of the account by what they say, and its open jobs."""
    terms = [(one.starts_on, one.ends_on, one.state) for one in supply_terms.timeline(world.account.id)]
    jobs = db.session.execute(
        select(Ticket.account_id, Ticket.type, Ticket.cause).where(Ticket.state.in_(OPEN)).order_by(Ticket.id)
    )
    return bills(world), terms, tuple(map(tuple, jobs))


def asks(world, day="2026-12-01", **more):
    return {"account_id": world.account.id, "starts_on": day, **more}


def applies(world, day="2026-12-01"):
    return asks(world, day, applied_on="2026-11-20", obstacles=[])


def owe_for_last_season(world, amount="500.00"):
    """An overdue bill, for which the supply may be cut off."""
    last = factories.make_season(2025, state=SeasonState.BILLED)
    factories.owe(world.account, last, amount, world.clerk)


def suspend(world):
    """The valve was closed before the season began."""
    change = StateChange(SupplyState.SUSPENDED, date(2026, 11, 1), date(2027, 3, 31))
    supply_states.carry_out(world.account, change, reason="before", by=world.clerk.id)
    assessments.assess(world.account.id, world.season.id, by=world.clerk.id, reason="before")
