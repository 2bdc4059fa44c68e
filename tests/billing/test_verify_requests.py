"""I12–I14: requests that went the right way hold; every way around them that a superuser could take is found."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, text

from heatdesk.approvals.rules.states import Verdict
from heatdesk.auth.permissions import Role
from heatdesk.billing.services.verification import verify as verify_books
from heatdesk.dates import today
from heatdesk.db import db
from tests.approvals.conftest import fake_kinds  # noqa: F401 (a fixture)
from tests.approvals.office import approve, delegate, make_desk, vote
from tests.approvals.test_deciding import sheet


@pytest.fixture
def desk(own_app, fake_kinds):  # noqa: F811 (the fixture of that name)
    """Requests of every fate, some decided by deputies, some by people who have another role since."""
    office = make_desk()
    approve(office.ask("100.00"), office.supervisor)
    two = office.ask("2000.00", kind="proven_reduction", uploads=sheet())
    approve(two, office.supervisor)
    delegate(office.finance, office.other_finance, max_amount=Decimal("5000.00"))
    approve(two, office.other_finance, office.finance)
    vote(office.ask("30.00"), office.supervisor, Verdict.RETURN, "which flat?")
    vote(office.ask("40.00"), office.supervisor, Verdict.REJECT, "no")
    office.ask("50.00")
    db.session.commit()
    office.supervisor.role = Role.BILLING_CLERK
    db.session.commit()
    return own_app


@pytest.fixture
def plant(desk):
    engine = create_engine(desk.config["SQLALCHEMY_DATABASE_URI"])

    def run(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("set session_replication_role = replica"))
            for word, meaning in WORDS.items():
                statement = statement.replace(word, meaning)
            connection.execute(text(statement))

    yield run
    engine.dispose()


def broken() -> set[str]:
    return {outcome.id for outcome in verify_books() if not outcome.holds}


def test_what_went_the_right_way_holds(desk):
    assert [(one.id, one.cases) for one in verify_books() if not one.holds] == []


WORDS = {
    "FIRST": "(select min(id) from change_request)",
    "SECOND": "(select min(id) from change_request where kind = 'proven_reduction')",
    "OPEN": "(select max(id) from change_request)",
    "TOMORROW": f"date '{today() + timedelta(days=1)}'",
}

PLANTED = [
    ("I12", "update journal set change_request_id = OPEN where change_request_id = FIRST"),
    ("I12", "update request_effect set amount = amount - 1 where change_request_id = FIRST"),
    ("I12", "update entry set amount = amount + 5 where journal_id = (select id from journal where change_request_id = FIRST)"),
    ("I12", "update change_request set preview = jsonb_set(preview, '{difference}', '\"-7.00\"') where id = FIRST"),
    ("I12", "update change_request set payload = jsonb_set(payload, '{amount}', '\"9.00\"') where id = OPEN"),
    ("I12", "update attachment set sha256 = 'other' where change_request_id = SECOND"),
    ("I13", "delete from request_effect where change_request_id = FIRST"),
    ("I13", "insert into request_effect (change_request_id, effect) values (OPEN, 'whole')"),
    ("I13", "delete from decision where change_request_id = SECOND and level = 2"),
    ("I13", "update decision set payload_hash = 'other' where change_request_id = FIRST"),
    ("I13", "update change_request set levels = '[]' where id = FIRST"),
    ("I14", "update decision set decided_by = (select applicant_id from change_request where id = FIRST) where change_request_id = FIRST"),
    ("I14", "update decision set on_behalf_of = (select applicant_id from change_request where id = SECOND) where on_behalf_of is not null"),
    ("I14", "update change_request set took_part = array(select decided_by from decision) where id = FIRST"),
    ("I14", "insert into request_editor (change_request_id, revision, staff_id) select id, 1, (select decided_by from decision where change_request_id = FIRST) from change_request where id = FIRST"),
    ("I14", "update decision set decided_by = (select decided_by from decision where change_request_id = SECOND and level = 1) where change_request_id = SECOND and level = 2"),
    ("I14", "update decision set decided_by = (select min(id) from staff where role = 'manager') where level = 1"),
    ("I14", "update decision set decided_by = (select min(id) from staff where role = 'administrator') where change_request_id = FIRST"),
    ("I14", "update audit_entry set before = jsonb_set(before, '{role}', '\"cashier\"') where subject_table = 'staff' and before ? 'role'"),
    ("I14", "update delegation set valid_to = valid_from - 3, valid_from = valid_from - 3"),
    ("I14", "update delegation set max_amount = 1999.99"),
    ("I14", "update delegation set kinds = '{area}'"),
    ("I14", "update delegation set ended_at = now() - interval '1 hour'"),
    ("I14", "alter table change_request drop constraint ck_change_request_amounts; update change_request set level_amount = 1 where id = FIRST"),
    (
        "I14",
        "update change_request set customer_id = (select customer_id from change_request where id = FIRST), state = 'applied', "
        "current_level = null where id = OPEN",
    ),
    ("I14", "update change_request set levels = levels - 1 where id = SECOND"),
    ("I14", "update approval_rule set min_amount = 50 where kind = 'reduction' and level = 2"),
]  # fmt: skip


@pytest.mark.parametrize(("invariant", "statement"), PLANTED)
def test_a_planted_corruption_is_found(plant, invariant, statement):
    plant(statement)
    assert invariant in broken()


def test_a_deputy_whose_time_is_over_since_was_a_deputy_then(desk, plant):
    plant("update delegation set ended_at = now() + interval '1 hour', valid_to = TOMORROW")
    assert "I14" not in broken()
