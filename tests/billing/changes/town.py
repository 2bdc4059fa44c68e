"""A billed season with prices and households for the tests of kinds that change facts."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from heatdesk.billing.models import Bill, Prepayment
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve, make_office
from tests.billing.season_city import RESIDENTIAL
from tests.changes.scenarios import send


class Town:
    """One office, one season; every household is billed when it is made."""

    def __init__(self, season_tariffs=(RESIDENTIAL,)):
        self.office = make_office()
        for parameters in season_tariffs:
            factories.make_tariff(
                self.office.colleague,
                self.office.other_supervisor,
                parameters,
                use_class=parameters["use_class"],
            )
        self.season = factories.make_season()
        self.season.state = SeasonState.BILLED
        db.session.flush()

    def household(self, area="89.50", *, bill=True, **facts):
        term = {"building_area_m2": Decimal(area), **facts}
        account = factories.make_account(self.office.branch, term=term)
        if bill:
            self.assess(account)
        return account

    def assess(self, account):
        return assessments.assess(account.id, self.season.id, by=self.office.clerk.id, reason="test")

    def ask(self, kind, payload, *, by=None):
        return send(kind, payload, by=by or self.office.clerk)

    def carry_out(self, kind, payload, *deciders):
        request = self.ask(kind, payload)
        for one in deciders or (self.office.supervisor,):
            approve(request, one)
        db.session.refresh(request)
        return request


def charged(account):
    return _bill(account).charged


def due(account):
    return _bill(account).due


def ahead(account):
    balance = select(Prepayment.balance).where(Prepayment.account_id == account.id)
    return db.session.scalar(balance.execution_options(populate_existing=True)) or Decimal("0.00")


def _bill(account):
    query = select(Bill).where(Bill.account_id == account.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


@pytest.fixture
def town(app):
    return Town()
