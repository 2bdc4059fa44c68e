"""Late payment in `heatdesk verify`: what was frozen, paid, waived and voided holds; what is changed behind it is found."""

import subprocess
import uuid

import pytest
from sqlalchemy import create_engine, text

from heatdesk.auth.permissions import Role
from heatdesk.billing.cli import export_ledger
from heatdesk.billing.services import voids
from heatdesk.billing.services.verification import verify as verify_books
from heatdesk.db import db
from tests import factories, needs
from tests.approvals.office import approve
from tests.billing.changes.test_penalty_waiver import Case


@pytest.fixture
def late_books(own_app):
    """Four households twenty days late: one paid in part, twice; one with a waiver; one void; one of a capped class."""
    case = Case(households=4, allocation="principal_first", cap="0.01")
    cashier = factories.make_staff(Role.CASHIER, case.office.branch)
    factories.open_till(cashier, case.office.branch)
    twice, waived, undone, _still = case.accounts
    for account, amount in ((twice, "1000.00"), (twice, "1340.27"), (undone, "500.00")):
        case.account = account
        receipt = case.pay(cashier, amount)
    voids.void(receipt.payment_id, "wrong_amount", by=cashier, request_id=uuid.uuid4())
    case.account = waived
    approve(case.ask("3.00"), case.office.supervisor)
    db.session.commit()
    return own_app


@pytest.fixture
def plant(late_books):
    engine = create_engine(late_books.config["SQLALCHEMY_DATABASE_URI"])

    def run(statement):
        with engine.begin() as connection:
            connection.execute(text("set session_replication_role = replica"))
            connection.execute(text(statement.replace("FIRST", FIRST)))

    yield run
    engine.dispose()


def broken():
    return {outcome.id for outcome in verify_books() if not outcome.holds}


def test_books_with_penalties_hold(late_books):
    assert [(one.id, one.cases) for one in verify_books() if not one.holds] == []


FIRST = "id = (select min(id) from penalty)"
"""What FIRST means in a planted statement."""
PLANTED = [
    ("I2", "update bill set penalty = penalty + 1 where account_id = (select min(account_id) from bill)"),
    ("I5", "update bill set penalty = penalty + 1 where account_id = (select min(account_id) from bill)"),
    (
        "I5",
        "update entry set amount = amount + 1 where id = (select min(id) from entry where credit = '1123')",
    ),
    (
        "I6",
        "alter table bill drop constraint ck_bill_penalty_not_negative; "
        "update bill set penalty = -1 where account_id = (select min(account_id) from bill)",
    ),
    ("I8", "update allocation set penalty = penalty - 1 where penalty > 1"),
    ("I8", "update entry set credit = '1122' where credit = '1123' and debit <> '6301'"),
    ("I12", "update entry set amount = amount + 1 where debit = '6301' and credit = '1123' and amount = 3"),
    ("I27", "drop trigger penalties on entry"),
    ("I27", "grant update on penalty to heatdesk_app"),
    ("I30", "update penalty set amount = amount + 1 where FIRST"),
    ("I30", "delete from penalty where FIRST"),
    ("I30", "update penalty set ends_on = ends_on + 1 where FIRST"),
    ("I30", "update penalty set days = days + 1 where FIRST"),
    ("I30", "update penalty set steps = replace(steps::text, '1 ‰', '0.1 ‰')::jsonb where FIRST"),
    ("I30", "update penalty set steps = replace(steps::text, '2327.00', '2328.00')::jsonb where FIRST"),
    ("I30", "update penalty set steps = steps - 1"),
    ("I30", "update penalty set steps = replace(steps::text, '1 %', '0.5 %')::jsonb"),
    (
        "I30",
        "insert into penalty (season_id, account_id, journal_id, starts_on, ends_on, days, amount, steps) "
        "select season_id, account_id, journal_id, starts_on, ends_on, days, amount, steps from penalty where FIRST",
    ),
    (
        "I30",
        "update entry set amount = amount - 100 where credit = '3999' and account_id = (select min(account_id) from penalty)",
    ),
]


@pytest.mark.parametrize(("invariant", "statement"), PLANTED)
def test_a_planted_corruption_is_found(plant, invariant, statement):
    plant(statement)
    assert invariant in broken()


@needs.hledger
def test_hledger_accepts_penalties(late_books, tmp_path):
    journal = tmp_path / "books.journal"
    runner = late_books.test_cli_runner()
    assert runner.invoke(export_ledger, ["--format", "hledger", "--output", str(journal)]).exit_code == 0
    subprocess.run(["hledger", "-f", str(journal), "check", "--strict", "ordereddates"], check=True)  # noqa: S607
    assert ":1123 penalty receivable" in journal.read_text(encoding="utf-8")
