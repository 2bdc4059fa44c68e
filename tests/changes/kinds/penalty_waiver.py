"""Penalty waiver: 20 days late at 1 ‰ of 2,327.00 are 46.54 yuan; 30.00 of it are waived."""

from datetime import date

from sqlalchemy import select

from heatdesk.billing.models import Bill
from heatdesk.billing.services import business_days, standings
from heatdesk.db import db
from tests import factories
from tests.billing.late import make_late_tariff
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario


def prepare(world):
    """An old debt, booked while the office's day is open, and twenty days later."""
    make_late_tariff()
    old = factories.make_season(2023)
    factories.owe(world.account, old, "2327.00", world.clerk)
    business_days.close_day(world.office.branch.id, factories.TODAY, by=world.office.supervisor)
    factories.open_day(world.office.branch, date(2026, 12, 11))
    world.more["old"] = old


def payload(world, amount="30.00"):
    return {"account_id": world.account.id, "season_id": world.more["old"].id, "amount": amount}


def state(world):
    """The bills, what of their penalty is in the books, and what is owed of it."""
    kept = db.session.execute(select(Bill.season_id, Bill.penalty).order_by(Bill.season_id))
    owed = [bill.penalty for bill in standings.of_account(world.account.id).bills]
    return bills(world), tuple(map(tuple, kept)), owed


SCENARIO = Scenario("penalty_waiver", payload, state, prepare=prepare)
