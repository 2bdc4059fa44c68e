"""Penalty waiver: some of one season's penalty is given up, the fee stays; decided by somebody who took no money of it."""

import uuid
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import select

from heatdesk.approvals import kinds
from heatdesk.approvals.errors import TookPart
from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.rules.states import RequestState, Verdict
from heatdesk.approvals.services import deciding, requests
from heatdesk.approvals.services.deciding import Ballot
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import BalanceChanged, NoPenalty, WaiverTooHigh
from heatdesk.billing.models import Bill, Journal, Penalty
from heatdesk.billing.rules.ledger import JournalKind
from heatdesk.billing.rules.payments import Offer
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.billing.services import business_days, payments, standings
from heatdesk.billing.services.payments import PaymentOrder
from heatdesk.billing.services.verification import INVARIANTS, report
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve, make_office
from tests.approvals.test_deciding import PDF, sheet
from tests.approvals.test_races import all_at_once
from tests.billing.late import make_late_tariff
from tests.conftest import Person, text_of

TWENTY_DAYS = Decimal("46.54")


class Case:
    """An office, a household that owes 2,327.00 of an old season, and twenty days that have passed."""

    def __init__(self, households=1, **rule):
        self.office = make_office()
        make_late_tariff(**rule)
        self.season = factories.make_season(2024)
        building = factories.make_building(self.office.branch)
        self.accounts = [
            factories.make_account(self.office.branch, building=building) for _ in range(households)
        ]
        for account in self.accounts:
            factories.owe(account, self.season, "2327.00", self.office.clerk)
        self.account = self.accounts[0]
        self.next_day(date(2026, 12, 11))

    def next_day(self, day):
        last = business_days.find_last(self.office.branch.id)
        business_days.close_day(self.office.branch.id, last.day, by=self.office.supervisor)
        factories.open_day(self.office.branch, day)

    @property
    def payload(self):
        return {"account_id": self.account.id, "season_id": self.season.id}

    def ask(self, amount="46.54", by=None):
        made = requests.create(
            kinds.get("penalty_waiver"),
            {**self.payload, "amount": amount},
            "the notice came late",
            by=by or self.office.clerk,
            uploads=sheet("application"),
        )
        requests.submit(made, by=by or self.office.clerk)
        return made

    def bill(self):
        [found] = standings.of_account(self.account.id).chosen({self.season.id})
        return found

    def kept(self):
        row = db.session.get_one(Bill, (self.season.id, self.account.id), populate_existing=True)
        return row.paid, row.penalty

    def pay(self, cashier, amount):
        return payments.take(self.account.id, self.order(amount), by=cashier, request_id=uuid.uuid4())

    def order(self, amount):
        standing = standings.of_account(self.account.id)
        return PaymentOrder(
            frozenset({self.season.id}),
            (Offer(TenderMethod.WECHAT, Decimal(amount)),),
            standing.due_of({self.season.id}),
            standings.token(self.account.id, standing),
            part=True,
        )


@pytest.fixture
def case(app):
    return Case()


def holds():
    return [(one.id, one.cases) for one in map(report._ask, INVARIANTS) if not one.holds]


def journals(request):
    query = select(Journal.kind, Journal.change_request_id, Journal.effect).where(
        Journal.kind.in_((JournalKind.PENALTY, JournalKind.PENALTY_WAIVER))
    )
    return [tuple(row) for row in db.session.execute(query.order_by(Journal.id))]


def test_the_whole_penalty_and_not_the_fee(case):
    request = case.ask()
    assert (request.amount, len(request.levels)) == (TWENTY_DAYS, 1)
    approve(request, case.office.supervisor)
    assert request.state == RequestState.APPLIED
    assert (case.bill().fee, case.bill().penalty) == (Decimal("2327.00"), Decimal(0))
    assert journals(request) == [
        (JournalKind.PENALTY, None, None),
        (JournalKind.PENALTY_WAIVER, request.id, "season:2024-2025"),
    ]
    assert db.session.scalars(select(Penalty.amount)).all() == [TWENTY_DAYS]
    assert holds() == []


def test_the_days_after_a_waiver_cost_again(case):
    approve(case.ask(), case.office.supervisor)
    case.next_day(date(2026, 12, 12))
    assert case.bill().penalty == Decimal("2.33")


def test_a_part_then_the_payment(case):
    approve(case.ask("30.00"), case.office.supervisor)
    assert (case.kept(), case.bill().penalty) == ((Decimal(0), Decimal("16.54")), Decimal("16.54"))
    cashier = factories.make_staff(Role.CASHIER, case.office.branch)
    factories.open_till(cashier, case.office.branch)
    case.pay(cashier, "2343.54")
    assert (case.kept(), case.bill().owed) == ((Decimal("2327.00"), Decimal(0)), Decimal(0))
    assert holds() == []


def test_more_than_there_is_and_nothing_at_all_are_refused(case):
    with pytest.raises(WaiverTooHigh, match="Only"):
        case.ask("46.55")
    approve(case.ask(), case.office.supervisor)
    with pytest.raises(NoPenalty):
        case.ask("0.01")


def test_what_was_paid_meanwhile_cannot_be_waived(case):
    request = case.ask()
    cashier = factories.make_staff(Role.CASHIER, case.office.branch)
    factories.open_till(cashier, case.office.branch)
    case.pay(cashier, "2373.54")
    with pytest.raises(NoPenalty):
        approve(request, case.office.supervisor)
    assert request.state == RequestState.SUBMITTED


def test_whoever_took_the_payment_does_not_decide(app):
    """A supervisor who stood in at the counter took 100 yuan of this season."""
    case = Case(allocation="principal_first")
    factories.open_till(case.office.supervisor, case.office.branch)
    case.pay(case.office.supervisor, "100.00")
    request = case.ask()
    assert case.office.supervisor.id in request.took_part
    with pytest.raises(TookPart):
        approve(request, case.office.supervisor)
    approve(request, case.office.other_supervisor)
    assert case.bill().penalty == 0


def test_five_hundred_yuan_ask_finance_too(case):
    case.next_day(date(2027, 7, 1))
    request = case.ask("500.00")
    assert len(request.levels) == 2
    approve(request, case.office.supervisor)
    assert case.bill().penalty > Decimal("500.00")
    approve(request, case.office.finance)
    assert case.kept()[1] == case.bill().penalty
    assert holds() == []


def test_the_form_asks_and_shows_the_difference(app, case):
    clerk = Person(app, case.office.clerk)
    page = text_of(clerk.get("/requests/new/penalty_waiver"))
    assert "2024-2025" in page
    form = {
        "card_no": case.account.card_no,
        "season": "2024-2025",
        "amount": "",
        "reason": "the notice came late",
    }
    answer = clerk.post(
        "/requests/new/penalty_waiver",
        {**form, "evidence-application": (BytesIO(PDF), "a.pdf")},
        content_type="multipart/form-data",
    )
    assert answer.status_code in (302, 303), text_of(answer)
    made = db.session.scalars(select(ChangeRequest)).one()
    assert made.payload["amount"] == "46.54"
    words = text_of(clerk.get(f"/requests/{made.id}"))
    assert "Penalty 2024-2025 46.54 0.00 −46.54" in words
    wrong = clerk.post("/requests/new/penalty_waiver", {**form, "season": "1999-2000"})
    assert wrong.status_code == 422


def test_a_payment_and_a_waiver_at_once_take_no_fen_twice(own_app):
    """Whoever comes second sees what the first has done: never more is paid and waived than there was."""
    case = Case(households=8)
    cashier = factories.make_staff(Role.CASHIER, case.office.branch)
    factories.open_till(cashier, case.office.branch)
    db.session.commit()
    for account in case.accounts:
        case.account = account
        request = case.ask()
        order, ballot = case.order("2373.54"), Ballot(Verdict.APPROVE, deciding.seen_now(request))
        numbers = account.id, request.id, cashier.id, case.office.supervisor.id
        db.session.commit()
        outcomes = all_at_once(own_app, race(*numbers, order, ballot))
        db.session.expire_all()
        assert outcomes in ([None, NoPenalty], [BalanceChanged, None])
        assert case.bill().owed == (0 if outcomes[0] is None else Decimal("2327.00"))
    assert holds() == []


def race(account_id, request_id, cashier_id, supervisor_id, order, ballot):
    """A cashier who takes fee and penalty, a supervisor who waives the penalty."""
    return [
        lambda: payments.take(
            account_id, order, by=db.session.get_one(Staff, cashier_id), request_id=uuid.uuid4()
        ),
        lambda: deciding.decide(request_id, ballot, db.session.get_one(Staff, supervisor_id)),
    ]
