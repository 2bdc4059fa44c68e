"""The books: balanced by construction, append-only, totals kept by the database."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import DayNotOpen, NothingToPost
from heatdesk.billing.models import Prepayment
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.services import ledger
from heatdesk.db import db
from tests import factories


@pytest.fixture
def books(branch):
    """An account that owes 2,327.00 yuan for 2026-2027 on an open day."""
    factories.open_day(branch)
    staff = factories.make_staff(Role.CASHIER, branch)
    account = factories.make_account(branch)
    season = factories.make_season()
    bill = factories.owe(account, season, "2327.00", staff)
    return account, season, bill, staff


def test_an_opening_entry_charges_the_bill(books):
    _, _, bill, _ = books
    assert (bill.charged, bill.reduced, bill.paid, bill.due) == (
        Decimal("2327.00"),
        Decimal("0.00"),
        Decimal("0.00"),
        Decimal("2327.00"),
    )


def test_payment_and_prepayment_move_their_totals(books):
    account, season, bill, staff = books
    ledger.post(
        JournalKind.PAYMENT,
        [
            ledger.movement(
                LedgerCode.CASH_IN_TILL,
                LedgerCode.RECEIVABLE,
                Decimal("2327.00"),
                season_id=season.id,
                account_id=account.id,
            ),
            ledger.movement(
                LedgerCode.CASH_IN_TILL, LedgerCode.PREPAYMENT, Decimal("73.00"), account_id=account.id
            ),
        ],
        branch_id=account.branch_id,
        by=staff.id,
    )
    db.session.refresh(bill)
    assert bill.due == 0
    assert db.session.get(Prepayment, account.id).balance == Decimal("73.00")


def test_a_negative_amount_turns_the_movement_round():
    turned = ledger.movement(LedgerCode.RECEIVABLE, LedgerCode.HEAT_INCOME, Decimal("-5.00"))
    assert (turned.debit, turned.credit, turned.amount) == (
        LedgerCode.HEAT_INCOME,
        LedgerCode.RECEIVABLE,
        Decimal("5.00"),
    )


def test_more_than_is_owed_is_refused_by_the_database(books):
    account, season, _, staff = books
    with pytest.raises(DBAPIError, match="not_overpaid"):
        ledger.post(
            JournalKind.PAYMENT,
            [
                ledger.movement(
                    LedgerCode.CASH_IN_TILL,
                    LedgerCode.RECEIVABLE,
                    Decimal("2327.01"),
                    season_id=season.id,
                    account_id=account.id,
                )
            ],
            branch_id=account.branch_id,
            by=staff.id,
        )


def test_no_open_day_no_posting(branch):
    staff = factories.make_staff(Role.CASHIER, branch)
    with pytest.raises(DayNotOpen):
        ledger.post(
            JournalKind.PAYMENT,
            [ledger.movement(LedgerCode.CASH_IN_TILL, LedgerCode.BANK, Decimal("1.00"))],
            branch_id=branch.id,
            by=staff.id,
        )


def test_nothing_moved_is_no_journal(branch):
    with pytest.raises(NothingToPost):
        ledger.post(JournalKind.PAYMENT, [], branch_id=branch.id, by=1)


@pytest.mark.parametrize(
    "statement",
    [
        "update entry set amount = amount + 1",
        "delete from entry",
        "delete from journal",
        "truncate entry",
        "update bill set paid = charged",
        "update prepayment set balance = 1",
        "alter table entry disable trigger all",
        "insert into bill (season_id, account_id, charged) select season_id, account_id + 1, 5 from bill",
        "delete from bill",
    ],
)
def test_the_application_cannot_rewrite_the_books(books, statement):
    with pytest.raises(DBAPIError, match="append-only|permission denied|must be owner"):
        db.session.execute(text(statement))


def test_an_old_journal_takes_no_more_entries(own_app):
    branch = factories.make_branch()
    factories.open_day(branch)
    staff = factories.make_staff(Role.CASHIER, branch)
    journal = ledger.post(
        JournalKind.TILL_FLOAT,
        [ledger.movement(LedgerCode.CASH_IN_TILL, LedgerCode.BANK, Decimal("200.00"))],
        branch_id=branch.id,
        by=staff.id,
    )
    db.session.commit()
    with pytest.raises(DBAPIError, match="already written"):
        db.session.execute(
            text("insert into entry (journal_id, debit, credit, amount) values (:id, '1001', '1002', 777)"),
            {"id": journal.id},
        )
