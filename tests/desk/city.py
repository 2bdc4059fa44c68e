"""One branch with one of everything that is listed anywhere, and the same people in another branch."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from heatdesk.approvals import kinds
from heatdesk.approvals.models import ChangeRequest, Delegation
from heatdesk.approvals.services import requests
from heatdesk.audit import AuditEntry
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import (
    Account,
    ConnectionAgreement,
    ImportBatch,
    Meter,
    NumberBook,
    PayerShare,
    RunException,
    Season,
    SeasonRun,
)
from heatdesk.billing.rules.states import SupplyMode, Unit
from heatdesk.billing.rules.workflow import ExceptionKind, ImportState, RunState
from heatdesk.billing.views.import_pages import PLACES
from heatdesk.db import db
from heatdesk.jobs import Job
from heatdesk.network.models import Branch, Premises
from heatdesk.people.models import Customer
from heatdesk.web.app import HeatdeskApp
from tests import factories
from tests.billing.drawers import make_hall
from tests.conftest import Person


@dataclass
class City:
    """A branch with one of everything that is listed, its people, and the same people of another branch."""

    people: dict[Role, Person]
    strangers: dict[Role, Person]
    words: dict[str, Any]


def make_city(app: HeatdeskApp, branch: Branch, *, customer: str, staff: str = "") -> City:
    """`customer` is the name of the household that owes and has paid, `staff` goes before everybody's name."""
    roles = list(Role)
    people = {
        role: Person(app, factories.make_staff(role, branch, name=f"{staff}员工{role}")) for role in roles
    }
    other = factories.make_branch()
    strangers = {role: Person(app, factories.make_staff(role, other)) for role in roles}
    clerk, supervisor = people[Role.BILLING_CLERK].staff, people[Role.SUPERVISOR].staff
    hall = make_hall(branch, people[Role.CASHIER].staff, supervisor)
    receipt = hall.pay(cash="100.00")
    account = db.session.get_one(Account, hall.account.id)
    db.session.get_one(Customer, account.customer_id).name = customer
    run = SeasonRun(season_id=hall.season.id, state=RunState.TRIAL_DONE, started_by=clerk.id)
    batch = ImportBatch(
        file_name=f"{branch.name}.xlsx",
        file_hash="0" * 64,
        effective_on=date(2026, 11, 1),
        state=ImportState.APPLIED,
        report=applied_report(account.id),
        created_by=clerk.id,
    )
    db.session.add_all([run, batch])
    db.session.flush()
    db.session.add_all(
        [
            RunException(
                run_id=run.id, account_id=account.id, kind=ExceptionKind.NO_AREA, message="No area."
            ),
            Delegation(
                from_id=supervisor.id,
                to_id=clerk.id,
                valid_from=date(2026, 11, 1),
                valid_to=date(2099, 1, 1),
                granted_by=supervisor.id,
            ),
            AuditEntry(verb="lock", actor_id=clerk.id, subject_table="account", subject_id=str(account.id)),
            Job(
                kind="test",
                title="Trial run of season %(code)s",
                title_values={"code": "2026-2027"},
                arguments={},
                created_by=clerk.id,
            ),
        ]
    )
    db.session.commit()
    made = ask(clerk, account)
    db.session.commit()
    payer = answer_for(account, made, hall.season)
    metered = put_meter_in(branch)
    premises = db.session.get_one(Premises, account.premises_id)
    book = db.session.scalars(select(NumberBook).where(NumberBook.branch_id == branch.id)).one()
    return City(
        people,
        strangers,
        {
            "account_id": account.id,
            "card_no": account.card_no,
            "branch_id": branch.id,
            "branch": branch.name,
            "batch_id": batch.id,
            "file": batch.file_name,
            "book_id": book.id,
            "book": book.written(book.first_number),
            "building_id": premises.building_id,
            "clerk": clerk.name,
            "supervisor": supervisor.name,
            "receipt": receipt.written,
            "request": made.number,
            "agreement": f"合同{account.card_no}",
            "payer": payer.card_no,
            "payer_id": payer.id,
            "meter": f"M{metered.card_no}",
            "metered": metered.card_no,
            "season_id": hall.season.id,
            "run_id": run.id,
            "noun": "premises",
        },
    )


def answer_for(account: Account, request: ChangeRequest, season: Season) -> Account:
    """An organisation pays half for the account, which is also being connected."""
    payer = factories.make_account(db.session.get_one(Branch, account.branch_id), term=None)
    share = PayerShare(
        account_id=account.id,
        payer_account_id=payer.id,
        share=Decimal("0.5"),
        season_id=season.id,
        change_request_id=request.id,
    )
    agreement = ConnectionAgreement(
        account_id=account.id,
        document_no=f"合同{account.card_no}",
        signed_on=date(2026, 9, 1),
        agreed_m2=Decimal("80.00"),
        price=Decimal(60),
        instalments=[{"due_on": "2026-10-01", "share": "1"}],
        change_request_id=request.id,
    )
    db.session.add_all([share, agreement])
    db.session.commit()
    return payer


def put_meter_in(branch: Branch) -> Account:
    """A flat charged by its meter."""
    account = factories.make_account(branch, term={"mode": SupplyMode.METERED})
    serial = f"M{account.card_no}"
    db.session.add(
        Meter(account_id=account.id, serial_no=serial, unit=Unit.KWH, installed_on=date(2026, 10, 1))
    )
    db.session.commit()
    return account


def applied_report(account_id: int) -> dict[str, Any]:
    """As little of an import's report as its page reads."""
    return {
        "file": {"rows": 1},
        "counts": dict.fromkeys(
            ("new", "unchanged", "different", "left_out", "twice", "phones", "errors", "warnings"), 0
        ),
        "totals": {"rows": 0, "area": "0.00", "arrears": {}, "prepayments": "0.00"},
        "applied": {
            "accounts": 0,
            "places": dict.fromkeys(PLACES, 0),
            "first_account_id": account_id,
            "last_account_id": account_id,
        },
    }


def ask(clerk: Staff, account: Account) -> ChangeRequest:
    """A draft of an area adjustment."""
    areas = {"building_area_m2": "92.30", "inner_area_m2": None, "usable_area_m2": None}
    payload = {"account_id": account.id, "starts_on": "2026-11-01", **areas}
    return requests.create(kinds.get("area"), payload, "量错了", by=clerk, uploads=[])
