"""Random histories of one request against a small model: who asked, who decided, what came of it."""

import hypothesis.strategies as st
from hypothesis import HealthCheck, example, given, settings

from heatdesk.approvals.models import Decision
from heatdesk.approvals.rules.states import RequestState, Verdict
from heatdesk.approvals.services import requests
from heatdesk.approvals.services.deciding import Ballot, Seen, decide, seen_now
from heatdesk.billing.models import Bill
from heatdesk.db import db
from heatdesk.errors import Refusal
from tests.approvals.office import delegate, open_season_id

DECIDERS = ["clerk", "supervisor", "other_supervisor", "finance", "other_finance", "manager", "administrator"]
LEVELS = {1: {"supervisor", "other_supervisor"}, 2: {"finance", "other_finance"}}
MANDATES = {("finance", "supervisor"), ("other_supervisor", "manager")}
"""(principal, deputy)"""

VOTES = st.tuples(
    st.just("vote"),
    st.sampled_from(DECIDERS),
    st.sampled_from([None, "finance", "other_supervisor"]),
    st.sampled_from(Verdict),
)
STEPS = st.lists(
    st.one_of(
        VOTES,
        VOTES,
        st.tuples(st.just("edit"), st.sampled_from(["clerk", "colleague", "supervisor"])),
        st.tuples(st.just("submit"), st.sampled_from(["clerk", "colleague"])),
        st.tuples(st.just("withdraw"), st.sampled_from(["clerk", "colleague"])),
    ),
    max_size=14,
)


class Model:
    """What the rules say in the fewest words: state, revision, level, who is barred, how often it took effect."""

    def __init__(self):
        self.state, self.revision, self.level, self.effects = "draft", 1, None, 0
        self.editors, self.decided = {"clerk"}, set()

    def vote(self, by, principal, verdict):
        principal = principal or by
        both = {by, principal}
        if (
            self.state != "submitted"
            or by == "administrator"
            or both & (self.editors | self.decided)
            or (by != principal and (principal, by) not in MANDATES)
            or principal not in LEVELS[self.level]
        ):
            return False
        self.decided |= both
        if verdict == Verdict.APPROVE and self.level == 1:
            self.level = 2
            return True
        self.state = {"approve": "applied", "return": "returned", "reject": "rejected"}[verdict]
        self.effects += verdict == Verdict.APPROVE
        self.level = None
        return True

    def edit(self, by):
        if self.state not in ("draft", "returned"):
            return False
        if self.state == "returned":
            self.state, self.revision, self.decided = "draft", self.revision + 1, set()
        self.editors.add(by)
        return True

    def submit(self, by):
        if self.state != "draft":
            return False
        self.editors.add(by)
        self.state, self.level = "submitted", 1
        return True

    def withdraw(self, by):
        if by != "clerk" or self.state not in ("draft", "submitted", "returned"):
            return False
        self.state, self.level = "withdrawn", None
        return True


class Engine:
    """The same steps on the real thing, each in a savepoint."""

    def __init__(self, office):
        self.office = office
        self.account = office.account("5000.00", term=None)
        self.request = office.ask("2000.00", account=self.account, submitted=False)

    def vote(self, by, principal, verdict):
        try:
            seen = seen_now(self.request)
        except Refusal:
            seen = Seen("", "")
        on_behalf_of = getattr(self.office, principal).id if principal else None
        decide(self.request.id, Ballot(verdict, seen, "why", on_behalf_of), getattr(self.office, by))

    def edit(self, by):
        requests.edit(self.request, self.request.payload, f"by {by}", by=getattr(self.office, by))

    def submit(self, by):
        requests.submit(self.request, by=getattr(self.office, by))

    def withdraw(self, by):
        requests.withdraw(self.request, by=getattr(self.office, by))

    def take(self, step):
        verb, *arguments = step
        try:
            with db.session.begin_nested():
                getattr(self, verb)(*arguments)
        except Refusal:
            db.session.refresh(self.request)
            return False
        return True


def bill_of(account):
    return db.session.get_one(Bill, (open_season_id(), account.id), populate_existing=True)


def test_random_histories_agree_with_the_model(office):
    delegate(office.finance, office.supervisor)
    delegate(office.other_supervisor, office.manager)
    reached = set()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @example([("vote", "supervisor", None, Verdict.RETURN), ("edit", "clerk"), ("submit", "clerk")])
    @example([("withdraw", "clerk"), ("vote", "supervisor", None, Verdict.APPROVE)])
    @given(STEPS)
    def history(steps):
        engine, model = Engine(office), Model()
        for step in [("submit", "clerk"), *steps]:
            assert engine.take(step) == getattr(model, step[0])(*step[1:]), step
            request = engine.request
            assert (request.state, request.revision, request.current_level) == (
                model.state,
                model.revision,
                model.level,
            )
            reached.add(model.state)
        assert 5000 - bill_of(engine.account).charged == 2000 * model.effects
        decisions = db.session.query(Decision).filter_by(change_request_id=engine.request.id).count()
        assert (decisions > 0) or model.state in ("draft", "submitted", "withdrawn")

    history()
    assert {RequestState.SUBMITTED, RequestState.RETURNED, RequestState.WITHDRAWN} <= reached
