"""A branch with an office and a field: flats in a season of 121 days, requests approved, valves turned."""

import io
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from PIL import Image
from sqlalchemy import select

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Account, Bill
from heatdesk.billing.rules.payments import Offer
from heatdesk.billing.rules.workflow import SeasonState, TenderMethod
from heatdesk.billing.services import assessments, payments, standings
from heatdesk.billing.services.payments import PaymentOrder
from heatdesk.db import db
from heatdesk.service.models import Ticket
from heatdesk.service.services import valve_jobs
from heatdesk.service.services.valve_jobs import Execution
from tests import factories
from tests.approvals.office import Office, approve, make_office
from tests.changes.scenarios import send

TIANJIN = {"share": "0.2", "cut_share": "0.2", "document_no": "TJ2"}
LATER = datetime(2027, 4, 10, 4, tzinfo=UTC)
"""When the tests of the field take place: the season is over, every day of it may have been worked on."""


def photo(size=(64, 48), kind="PNG", **options: Any) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, (120, 60, 30)).save(drawn, kind, **options)
    return drawn.getvalue()


@dataclass
class Field:
    office: Office
    season: Any
    account: Account
    technician: Staff
    dispatcher: Staff
    cashier: Staff
    accounts: list[Account] = field(default_factory=list)

    def ask(
        self, kind: str, first: str, *, account: Account | None = None, decider: str = "", **more: Any
    ) -> Any:
        """An approved request from a day on."""
        payload: dict[str, Any] = {"account_id": (account or self.account).id, "starts_on": first, **more}
        if kind == "suspension":
            payload = {"applied_on": "2026-10-01", "obstacles": [], **payload}
        request = send(kind, payload, by=self.office.clerk)
        supervised = kind in ("cut_off", "demolition", "reconnection", "supply_list")
        approve(request, getattr(self.office, decider or ("supervisor" if supervised else "colleague")))
        return request

    def job(self, account: Account | None = None) -> Ticket:
        """The newest job of a flat."""
        query = select(Ticket).where(Ticket.account_id == (account or self.account).id)
        query = query.order_by(Ticket.id.desc()).limit(1).execution_options(populate_existing=True)
        return db.session.scalars(query).one()

    def turn(self, day: str, *, job: Ticket | None = None, by: Staff | None = None, **more: Any) -> Ticket:
        """The technician turns the valve, seals it, takes a photo."""
        job = job or self.job()
        values: dict[str, Any] = {
            "seen": job.version,
            "executed_on": date.fromisoformat(day),
            "executed_by": self.technician.id,
            "seal_number": "0417",
            "photos": [("seal.png", photo())],
            **more,
        }
        return valve_jobs.execute(job.id, Execution(**values), by=by or self.technician)

    def charged(self, account: Account | None = None) -> Decimal:
        keys = (self.season.id, (account or self.account).id)
        return db.session.get_one(Bill, keys, populate_existing=True).charged

    def pay(self, amount: str, *, by: Staff | None = None, surplus: bool = False, account_id: int = 0) -> Any:
        account_id = account_id or self.account.id
        standing = standings.of_account(account_id)
        seasons = frozenset(bill.season_id for bill in standing.bills if bill.due)
        order = PaymentOrder(
            season_ids=seasons,
            offers=(Offer(TenderMethod.WECHAT, Decimal(amount)),),
            shown_due=standing.due_of(seasons),
            seen=standings.token(account_id, standing),
            part=Decimal(amount) < standing.owed,
            keep_surplus=surplus,
        )
        return payments.take(account_id, order, by=by or self.cashier, request_id=uuid.uuid4())


def make_field(
    suspension: dict[str, Any] = TIANJIN, *, flats: int = 0, term: Any = None, **tariff: Any
) -> Field:
    """100 m² at 25 yuan, 15 November to 15 March, billed; the bills of last season are due and unpaid."""
    office = make_office()
    parameters = {
        "use_class": "residential",
        "document_no": "示例1号",
        "valid_from": "2024-11-01",
        "price": "25",
        "price_unit": "season",
        "area": {"base": "building"},
        "suspension": suspension,
        **tariff,
    }
    factories.make_tariff(office.colleague, office.other_supervisor, parameters)
    season = factories.make_season()
    season.starts_on, season.ends_on, season.statutory_days = date(2026, 11, 15), date(2027, 3, 15), 121
    season.state = SeasonState.BILLED
    building = factories.make_building(office.branch)
    shape = {"building_area_m2": Decimal(100), **(term or {})}
    accounts = [
        factories.make_account(office.branch, building=building, term=shape) for _ in range(max(flats, 1))
    ]
    db.session.flush()
    assessments.assess_many([one.id for one in accounts], season.id, by=office.clerk.id, reason="first bill")
    people = [
        factories.make_staff(role, office.branch) for role in (Role.TECHNICIAN, Role.DISPATCHER, Role.CASHIER)
    ]
    factories.open_till(people[2], office.branch)
    return Field(office, season, accounts[0], *people, accounts=accounts)
