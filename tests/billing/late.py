"""A household that pays late: tariffs with a penalty rule, days that pass, seasons long due."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import time_machine
from sqlalchemy import update

from heatdesk.auth.models import LoginSession
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import NumberBook, TillShift
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.workflow import NumberKind
from heatdesk.billing.services import business_days
from heatdesk.billing.services.standings import SeasonDue
from heatdesk.dates import now
from heatdesk.db import db
from heatdesk.network.models import Branch
from tests import factories
from tests.billing.conftest import Window
from tests.billing.drawers import close_drawer
from tests.billing.season_city import RESIDENTIAL
from tests.conftest import Person

DOCUMENT = "示例违约金文号"
PENALTY: dict[str, Any] = {
    "share_per_day": "0.001",
    "base": "unpaid",
    "allocation": "penalty_first",
    "document_no": DOCUMENT,
}


def make_late_tariff(*, discount: dict[str, Any] | None = None, **rule: Any) -> None:
    """Residential heat at 26 yuan whose late payment costs; `rule` changes 1 ‰ of what is unpaid, penalty first."""
    drafter, approver = (factories.make_staff(Role.SUPERVISOR, None) for _ in range(2))
    parameters = {**RESIDENTIAL, "penalty": {**PENALTY, **rule}}
    if discount:
        parameters["discount"] = discount
    factories.make_tariff(
        drafter, approver, parameters, use_class=UseClass.RESIDENTIAL, valid_from=date(2020, 1, 1)
    )


def make_late_window(
    branch: Any, cashier: Any, *, first: date, owed: str = "2327.00", year: int = 2024
) -> Window:
    """A household whose debt of an old season was booked on `first`; its `before` season owes nothing yet."""
    factories.open_day(branch, first)
    branch.cash_rounding = "fen"
    account = factories.make_account(branch)
    season, before = factories.make_season(year), factories.make_season(year - 1)
    if Decimal(owed):
        factories.owe(account, season, owed, cashier.staff)
    shift = factories.open_till(cashier.staff, branch)
    db.session.commit()
    return Window(cashier, shift, account, season, before)


@contextmanager
def go_to(window: Window, day: date) -> Iterator[None]:
    """Close the day and open this one with a new till; the calendar follows, and the cashier logs in anew."""
    close_day(window)
    branch = window.account.branch_id
    factories.open_day(db.session.get_one(Branch, branch), day)
    window.shift = TillShift(
        branch_id=branch,
        business_date=day,
        staff_id=window.cashier.id,
        till_name="3号窗口",
        float_amount=Decimal("200.00"),
    )
    db.session.add(window.shift)
    db.session.commit()
    with time_machine.travel(day_start(day)):
        log_in_anew(window)
        yield


def log_in_anew(window: Window) -> None:
    """The database's clock does not travel, so a session opened now looks old to the calendar that did."""
    window.cashier = Person(window.cashier.client.application, window.cashier.staff)
    db.session.execute(update(LoginSession).values(created_at=now(), seen_at=now()))
    db.session.commit()


def close_day(window: Window) -> None:
    """Count the till and close the branch's day."""
    close_drawer(window.shift, window.cashier.staff, "0", "counted")
    branch = db.session.get_one(Branch, window.account.branch_id)
    supervisor = factories.make_staff(Role.SUPERVISOR, branch)
    business_days.close_day(branch.id, window.shift.business_date, by=supervisor)
    db.session.commit()


def give_invoice_book(window: Window) -> None:
    """A hundred invoice numbers for the window's cashier."""
    db.session.add(
        NumberBook(
            branch_id=window.account.branch_id,
            kind=NumberKind.INVOICE,
            first_number=1,
            last_number=100,
            next_number=1,
            staff_id=window.cashier.id,
        )
    )
    db.session.commit()


def day_start(day: date) -> Any:
    """Noon in China on that day."""
    return f"{day.isoformat()}T04:00:00+00:00"


def bill(window: Window) -> SeasonDue:
    [found] = window.standing().chosen({window.season.id})
    return found


def after(day: date, days: int) -> date:
    return day + timedelta(days=days)
