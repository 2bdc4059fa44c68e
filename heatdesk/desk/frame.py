"""The frame around every page: the rooms a role may enter, the till, the business day, the languages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import Flask, g, request, url_for
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy import func, select

from heatdesk.approvals.services import lists as request_lists
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission
from heatdesk.auth.views.login import LANGUAGES
from heatdesk.billing.models import BusinessDay, Payment, PaymentVoid, TillShift
from heatdesk.billing.rules.workflow import DayState, ShiftState
from heatdesk.billing.services import refunds
from heatdesk.db import db
from heatdesk.i18n import _, lazy


@dataclass(frozen=True)
class Room:
    """One entry of the list on the left; `wing` is the heading it stands under."""

    endpoint: str
    label: str
    icon: str
    url: str
    active: bool
    wing: str
    count: int | None = None


@dataclass(frozen=True)
class Till:
    """The cashier's drawer as the top bar shows it: how many payments, never how much, for the count is blind."""

    label: str
    receipts: int
    is_counting: bool
    url: str


@dataclass(frozen=True)
class Day:
    """The branch's business day; `is_open` is false between the close of one and the opening of the next."""

    date: date
    state: str
    is_open: bool


Entry = tuple[str, object, str, Permission]

WINGS: tuple[tuple[object, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            ("home.index", lazy("Start"), "house", Permission.OWN),
            ("approvals.index", lazy("Approvals"), "check2-square", Permission.REQUEST_DECIDE),
            ("requests.index", lazy("Requests"), "file-earmark-text", Permission.REQUEST_CREATE),
        ),
    ),
    (
        lazy("Money"),
        (
            ("counter.index", lazy("Counter"), "cash-coin", Permission.COUNTER),
            ("payments.index", lazy("Payments"), "receipt", Permission.PAYMENT_VIEW),
            ("refunds.index", lazy("Refunds"), "arrow-counterclockwise", Permission.REFUND_PAY),
            ("tills.index", lazy("Tills"), "cash-stack", Permission.TILL_VIEW),
            ("days.index", lazy("Day close"), "calendar-check", Permission.LEDGER_VIEW),
            ("number_books.index", lazy("Number books"), "journal-text", Permission.NUMBER_BOOK),
        ),
    ),
    (
        lazy("Register"),
        (
            ("accounts.index", lazy("Accounts"), "people", Permission.REGISTER_VIEW),
            ("customers.index", lazy("Customers"), "person-vcard", Permission.REGISTER_VIEW),
            ("network.index", lazy("Network"), "diagram-3", Permission.REGISTER_VIEW),
            ("meters.index", lazy("Meters"), "speedometer2", Permission.LEDGER_VIEW),
            ("valve_jobs.index", lazy("Valve jobs"), "wrench", Permission.TICKET_VIEW),
            ("imports.index", lazy("Import"), "box-arrow-in-down", Permission.REGISTER_IMPORT),
        ),
    ),
    (
        lazy("Charging"),
        (
            ("quotes.index", lazy("Fee calculator"), "calculator", Permission.QUOTE),
            ("seasons.index", lazy("Seasons"), "snow", Permission.SEASON_VIEW),
            ("tariffs.index", lazy("Tariffs"), "tags", Permission.SEASON_VIEW),
            ("connections.index", lazy("Connections"), "plug", Permission.LEDGER_VIEW),
            ("payer_shares.index", lazy("Organisations that pay"), "building", Permission.LEDGER_VIEW),
            ("subsidies.index", lazy("Subsidies"), "bank", Permission.SUBSIDY_VIEW),
            ("written_off.index", lazy("Written-off debts"), "journal-x", Permission.DEBT_VIEW),
        ),
    ),
    (
        lazy("System"),
        (
            ("jobs.index", lazy("Jobs"), "gear-wide-connected", Permission.JOB_VIEW),
            ("staff.index", lazy("Staff"), "person-badge", Permission.STAFF_EDIT),
            ("audit_trail.index", lazy("Audit trail"), "clock-history", Permission.AUDIT_VIEW),
        ),
    ),
)
"""The rooms by what they are for: endpoint, label, icon, who may enter."""

COUNTS: dict[str, Callable[[Staff], int]] = {
    "refunds.index": refunds.count_waiting,
    "approvals.index": request_lists.count_waiting,
    "requests.index": request_lists.count_returned,
}
"""What waits in a room for the reader."""


class Frame:
    """Read lazily by the layout, at most once a request."""

    @property
    def rooms(self) -> list[Room]:
        here = (request.endpoint or "").split(".")[0]
        return [
            Room(
                endpoint=endpoint,
                label=str(label),
                icon=icon,
                url=url_for(endpoint),
                active=endpoint.split(".")[0] == here,
                wing=str(wing),
                count=COUNTS[endpoint](current_user) if endpoint in COUNTS else None,
            )
            for wing, entries in WINGS
            for endpoint, label, icon, permission in entries
            if current_user.may(permission)
        ]

    title = "heatdesk"

    @property
    def language(self) -> str:
        return str(get_locale().language)

    @property
    def home_url(self) -> str:
        return url_for("home.index")

    @property
    def search_url(self) -> str:
        return url_for("search.index")

    @property
    def sign_out_url(self) -> str:
        return url_for("login.end")

    @property
    def till(self) -> Till | None:
        if "frame_till" not in g:
            g.frame_till = _open_till(current_user.id)
        return g.frame_till  # type: ignore[no-any-return]

    @property
    def business_day(self) -> Day | None:
        if current_user.branch_id is None:
            return None
        if "frame_day" not in g:
            g.frame_day = _newest_day(current_user.branch_id)
        return g.frame_day  # type: ignore[no-any-return]

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        here = request.full_path if request.method == "GET" else None
        return [
            (code, label, url_for("login.language", code=code, next=here))
            for code, label in LANGUAGES.items()
        ]


def _newest_day(branch_id: int) -> Day | None:
    newest = db.session.execute(
        select(BusinessDay.day, BusinessDay.state)
        .where(BusinessDay.branch_id == branch_id)
        .order_by(BusinessDay.day.desc())
        .limit(1)
    ).first()
    if newest is None:
        return None
    is_open = newest.state == DayState.OPEN
    return Day(date=newest.day, state=_("open") if is_open else _("closed"), is_open=is_open)


def _open_till(staff_id: int) -> Till | None:
    voided = select(PaymentVoid).where(PaymentVoid.payment_id == Payment.id).exists()
    row = db.session.execute(
        select(TillShift.till_name, func.count(Payment.id), TillShift.state)
        .outerjoin(Payment, (Payment.till_shift_id == TillShift.id) & ~voided)
        .where(TillShift.staff_id == staff_id, TillShift.state != ShiftState.CLOSED)
        .group_by(TillShift.id)
    ).first()
    if row is None:
        return None
    is_counting = row.state is ShiftState.COUNTING
    return Till(label=row.till_name, receipts=row[1], is_counting=is_counting, url=url_for("tills.index"))


def install(app: Flask) -> None:
    app.jinja_env.globals.update(frame=Frame())
