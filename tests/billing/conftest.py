"""A household at an open counter."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Account, Payment, Season, TillShift
from heatdesk.billing.services import business_days, standings
from heatdesk.db import db
from heatdesk.network.models import Branch
from tests import factories
from tests.billing.drawers import close_drawer


@dataclass
class Window:
    """A cashier with an open till and a household that owes 2,327.36 for this season and 1,000.00 for the one before."""

    cashier: Any
    shift: TillShift
    account: Account
    season: Season
    before: Season

    @property
    def page(self) -> str:
        return f"/billing/counter/{self.account.id}"

    def standing(self) -> standings.Standing:
        db.session.expire_all()
        return standings.of_account(self.account.id)

    def form(self, *seasons: Season, **typed: str) -> dict[str, Any]:
        """What the page would post now: these seasons ticked (none given: all), tenders by method."""
        ticked = {season.id for season in seasons or (self.season, self.before)}
        standing = self.standing()
        marks = {
            name: value for name, value in typed.items() if name in {"part", "surplus", "shown_due", "seen"}
        }
        tenders = {f"tender-{name}": value for name, value in typed.items() if name not in marks}
        return {
            "season": [str(one) for one in sorted(ticked)],
            "shown_due": str(standing.due_of(ticked)),
            "seen": standings.token(self.account.id, standing),
            **tenders,
            **marks,
        }

    def pay(self, *seasons: Season, who: Any = None, **typed: str) -> Any:
        return (who or self.cashier).post(f"{self.page}/pay", self.form(*seasons, **typed))

    def close_till(self) -> None:
        close_drawer(self.shift, self.cashier.staff, "0", "counted")
        db.session.commit()

    def close_day(self) -> None:
        """Close the till and the day, and open the next one."""
        self.close_till()
        branch = db.session.get_one(Branch, self.account.branch_id)
        supervisor = factories.make_staff(Role.SUPERVISOR, branch)
        business_days.close_day(branch.id, factories.TODAY, by=supervisor)
        factories.open_day(branch, factories.TODAY + timedelta(days=1))
        db.session.commit()


@pytest.fixture
def window(app: Any, branch: Any, cashier: Any) -> Window:
    return make_window(branch, cashier)


def make_window(branch: Any, cashier: Any) -> Window:
    factories.open_day(branch)
    factories.round_cash(branch, "jiao")
    account = factories.make_account(branch)
    before, season = factories.make_season(2025), factories.make_season(2026)
    factories.owe(account, before, "1000.00", cashier.staff)
    factories.owe(account, season, "2327.36", cashier.staff)
    assert Decimal("3327.36") == standings.of_account(account.id).owed
    shift = factories.open_till(cashier.staff, branch)
    # A refused request rolls back: what stands before it must be committed.
    db.session.commit()
    return Window(cashier, shift, account, season, before)


def payments_taken() -> int:
    return db.session.scalar(select(func.count()).select_from(Payment)) or 0


def fault_of(answer: Any) -> str:
    found = re.search(r"data-fault[^>]*>([^<]*)<", answer.get_data(as_text=True))
    assert found is not None
    return found.group(1)
