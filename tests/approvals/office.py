"""An office of eight people, and kinds of requests that really move money, for the tests of the engine alone."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import insert, select
from wtforms import DecimalField, StringField
from wtforms.validators import InputRequired

from heatdesk.approvals import kinds
from heatdesk.approvals.kinds import BatchKind, BatchRow, Change, Effect, Evidence, Kind, Preview, Target
from heatdesk.approvals.models import ApprovalRule, ChangeRequest, Delegation
from heatdesk.approvals.rules.states import Verdict
from heatdesk.approvals.services import deciding, people, requests
from heatdesk.approvals.services.deciding import Ballot, Seen
from heatdesk.approvals.services.files import Upload
from heatdesk.auth.models import Department, Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Account, Bill, Season
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.services import ledger
from heatdesk.dates import today
from heatdesk.db import db, lock_rows
from heatdesk.errors import RuleBroken
from tests import factories

PDF = b"%PDF-1.7 signed measuring record"
OWED = "50000.00"
"""What a household of the office owes unless a test says otherwise."""


class TooLittleOwed(RuleBroken):
    message = "Only %(due)s yuan are owed."


class ReductionForm(FlaskForm):
    card_no = StringField("Card number", [InputRequired()])
    amount = DecimalField("Amount", [InputRequired()])


class Reduction(Kind):
    """Takes an amount off an account's bill; refuses when less is owed."""

    name, title, department, form = "reduction", "Reduction", "billing", ReductionForm
    season_id = 0

    def read(self, form: Any) -> dict[str, Any]:
        account = db.session.scalars(select(Account).where(Account.card_no == form.card_no.data)).one()
        return {"account_id": account.id, "amount": f"{form.amount.data:.2f}"}

    def fill(self, payload: dict[str, Any]) -> dict[str, Any]:
        account = db.session.get_one(Account, payload["account_id"])
        return {"card_no": account.card_no, "amount": Decimal(payload["amount"])}

    def target(self, payload: dict[str, Any]) -> Target:
        account = db.session.get_one(Account, payload["account_id"])
        return Target(f"account:{account.id}", account.card_no, account.branch_id, account.customer_id)

    def preview(self, payload: dict[str, Any]) -> Preview:
        due, amount = self.bill(payload).due, Decimal(payload["amount"])
        if due < amount:
            raise TooLittleOwed(due=str(due))
        return Preview((Change("Owed", due, due - amount, "money"),), -amount)

    def took_part(self, payload: dict[str, Any]) -> frozenset[int]:
        return frozenset(payload.get("took_part", []))

    def apply(self, effect: Effect) -> Decimal:
        if effect.payload.get("breaks"):
            raise TooLittleOwed(due="0.00")
        with effect.part("whole"):
            self.post(effect.payload, Decimal(effect.payload["amount"]), effect.by)
        if effect.payload.get("lies"):
            return Decimal(-1)
        return -Decimal(effect.payload["amount"])

    def bill(self, payload: dict[str, Any]) -> Bill:
        keys = (payload["season_id"] if "season_id" in payload else open_season_id(), payload["account_id"])
        return db.session.get_one(Bill, keys, populate_existing=True)

    def post(self, payload: dict[str, Any], amount: Decimal, by: int) -> None:
        [account] = lock_rows(Account, Account.id == payload["account_id"], order_by=Account.id)
        bill = self.bill(payload)
        if bill.due < amount:
            raise TooLittleOwed(due=str(bill.due))
        moved = ledger.movement(
            LedgerCode.MIGRATION,
            LedgerCode.RECEIVABLE,
            amount,
            season_id=bill.season_id,
            account_id=account.id,
        )
        ledger.post(JournalKind.ASSESSMENT, [moved], branch_id=account.branch_id, by=by)


class ProvenReduction(Reduction):
    name = "proven_reduction"
    evidence = (Evidence("sheet", "Measuring sheet"), Evidence("photo", "Photo", least=0))


class ManyReductions(BatchKind):
    """One reduction per row; the payload names account and amount of each."""

    name, title, department, form = "many_reductions", "Many reductions", "billing", ReductionForm

    def read(self, form: Any) -> dict[str, Any]:
        raise NotImplementedError

    def fill(self, payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    def target(self, payload: dict[str, Any]) -> Target:
        return Target(payload["list"], payload["list"], payload["branch_id"])

    def rows(self, payload: dict[str, Any]) -> list[BatchRow]:
        return [
            BatchRow(f"account:{one['account_id']}", -Decimal(one["amount"]), one) for one in payload["rows"]
        ]

    def apply_row(self, effect: Effect, row: BatchRow) -> Decimal:
        Reduction().post(dict(row.facts), -row.amount, effect.by)
        return row.amount


def open_season_id() -> int:
    return db.session.scalars(select(Season.id).order_by(Season.id).limit(1)).one()


@dataclass
class Office:
    """The people of one branch, by what they do, and something to ask for."""

    branch: Any
    clerk: Staff
    colleague: Staff
    supervisor: Staff
    other_supervisor: Staff
    finance: Staff
    other_finance: Staff
    manager: Staff
    administrator: Staff

    @property
    def everybody(self) -> list[Staff]:
        return [one for one in vars(self).values() if isinstance(one, Staff)]

    def account(self, owed: str = OWED, **values: Any) -> Account:
        account = factories.make_account(self.branch, **values)
        factories.owe(account, db.session.get_one(Season, open_season_id()), owed, self.clerk)
        return account

    def ask(
        self, amount: str = "100.00", *, by: Staff | None = None, account: Account | None = None,
        kind: str = "reduction", uploads: tuple[Upload, ...] = (), submitted: bool = True, **more: Any,
    ) -> ChangeRequest:  # fmt: skip
        """A submitted reduction for an account of its own."""
        account = account or self.account()
        by = by or self.clerk
        payload = {"account_id": account.id, "amount": amount, **more}
        request = requests.create(kinds.get(kind), payload, "the flat was cold", by=by, uploads=uploads)
        if submitted:
            requests.submit(request, by=by)
        return request


def approve(request: ChangeRequest, by: Staff, on_behalf_of: Staff | None = None) -> ChangeRequest:
    return vote(request, by, Verdict.APPROVE, on_behalf_of=on_behalf_of)


def vote(
    request: ChangeRequest, by: Staff, verdict: Verdict, reason: str = "", on_behalf_of: Staff | None = None,
    seen: Seen | None = None,
) -> ChangeRequest:  # fmt: skip
    """What the page of a person who has just looked would send."""
    ballot = Ballot(
        verdict, seen or deciding.seen_now(request), reason, on_behalf_of.id if on_behalf_of else None
    )
    with db.session.begin_nested():
        return deciding.decide(request.id, ballot, by)


def delegate(from_: Staff, to: Staff, **values: Any) -> Delegation:
    """From today to today unless said otherwise."""
    day = today()
    delegation = Delegation(to_id=to.id, valid_from=values.pop("valid_from", day), kinds=values.pop("kinds", []),
                            valid_to=values.pop("valid_to", day), **values)  # fmt: skip
    return people.delegate(from_, delegation)


def make_office(branch: Any = None) -> Office:
    branch = branch or factories.make_branch()
    factories.open_day(branch)
    make = factories.make_staff
    return Office(
        branch=branch,
        clerk=make(Role.BILLING_CLERK, branch, name="李申请"),
        colleague=make(Role.BILLING_CLERK, branch, name="王同事"),
        supervisor=make(Role.SUPERVISOR, branch, name="赵主管"),
        other_supervisor=make(Role.SUPERVISOR, branch, name="钱主管"),
        finance=make(Role.FINANCE, branch, name="孙财务"),
        other_finance=make(Role.FINANCE, branch, name="周财务"),
        manager=make(Role.MANAGER, branch, name="吴经理"),
        administrator=make(Role.ADMINISTRATOR, branch, name="郑管理"),
    )


def lay_down_rules(*names: str) -> None:
    """Supervisor of billing; finance from 1,000; manager from 10,000."""
    departments = dict(db.session.execute(select(Department.code, Department.id)).all())
    levels = [
        (Role.SUPERVISOR, "billing", 0),
        (Role.FINANCE, "finance", 1_000),
        (Role.MANAGER, "management", 10_000),
    ]
    values = [
        {
            "kind": name,
            "valid_from": date(2020, 1, 1),
            "level": number,
            "min_amount": Decimal(amount),
            "role": role,
            "department_id": departments[code],
        }
        for name in names
        for number, (role, code, amount) in enumerate(levels, start=1)
    ]
    db.session.execute(insert(ApprovalRule).values(values))


FAKES = (Reduction, ProvenReduction, ManyReductions)


def make_desk() -> Office:
    factories.make_season()
    lay_down_rules(*(kind.name for kind in FAKES))
    return make_office()
