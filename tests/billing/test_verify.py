"""`heatdesk verify`: clean books hold, and every invariant finds the corruption planted for it."""

import json
import subprocess
import uuid
from decimal import Decimal
from itertools import chain

import pytest
from sqlalchemy import create_engine, text

from heatdesk.auth.permissions import Role
from heatdesk.billing.cli import export_ledger, verify
from heatdesk.billing.models import Allocation, Payment, PaymentVoid, Receipt, Tender
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.billing.services import business_days, ledger, number_books
from heatdesk.billing.services.verification import verify as verify_books
from heatdesk.db import db
from tests import factories, needs
from tests.billing.test_verify_penalties import PLANTED as PLANTED_IN_PENALTIES
from tests.billing.test_verify_refunds import PLANTED as PLANTED_IN_REFUNDS
from tests.billing.test_verify_requests import PLANTED as PLANTED_IN_REQUESTS
from tests.service.test_verify_tickets import PLANTED as PLANTED_IN_TICKETS

CASH = LedgerCode.CASH_IN_TILL


def pay(account, season, shift, cashier, amount: str, to_prepayment: str = "0") -> Payment:
    """A payment in cash, written as the counter's service writes it."""
    due, extra = Decimal(amount), Decimal(to_prepayment)
    journal = ledger.post(
        JournalKind.PAYMENT,
        [
            ledger.movement(
                CASH, LedgerCode.RECEIVABLE, due, season_id=season.id, account_id=account.id, item="heat"
            ),
            ledger.movement(CASH, LedgerCode.PREPAYMENT, extra, account_id=account.id),
        ],
        branch_id=account.branch_id,
        by=cashier.id,
        request_id=uuid.uuid4(),
        till_shift_id=shift.id,
    )
    payment = Payment(
        account_id=account.id,
        journal_id=journal.id,
        till_shift_id=shift.id,
        amount=due + extra,
        to_prepayment=extra,
        cash_received=due + extra,
    )
    db.session.add(payment)
    db.session.flush()
    db.session.add_all(
        [
            Tender(payment_id=payment.id, method=TenderMethod.CASH, amount=due + extra),
            Allocation(payment_id=payment.id, season_id=season.id, account_id=account.id, amount=due),
        ]
    )
    book, number = number_books.take_number("receipt", cashier.id)
    db.session.add(
        Receipt(
            number_book_id=book.id,
            number=number,
            written=book.written(number),
            payment_id=payment.id,
            token=uuid.uuid4().hex,
            facts={},
        )
    )
    db.session.flush()
    return payment


@pytest.fixture
def books(own_app):
    """Three payments, one of them void, committed to a database of its own."""
    branch = factories.make_branch()
    factories.open_day(branch)
    cashier = factories.make_staff(Role.CASHIER, branch)
    shift = factories.open_till(cashier, branch)
    season = factories.make_season()
    building = factories.make_building(branch)
    accounts = [factories.make_account(branch, building=building) for _ in range(3)]
    for account in accounts:
        factories.owe(account, season, "2327.00", cashier)
    payments = [pay(account, season, shift, cashier, "1000.00", to_prepayment="5.00") for account in accounts]
    void = ledger.post(
        JournalKind.PAYMENT_VOID,
        [one.mirrored() for one in ledger.movements_of(payments[2].journal_id)],
        branch_id=branch.id,
        by=cashier.id,
        request_id=uuid.uuid4(),
        reverses=payments[2].journal_id,
        till_shift_id=shift.id,
    )
    db.session.add(
        PaymentVoid(
            payment_id=payments[2].id, journal_id=void.id, reason="wrong household", voided_by=cashier.id
        )
    )
    receipt = db.session.query(Receipt).filter_by(payment_id=payments[2].id).one()
    receipt.state, receipt.void_reason = "void", "wrong household"
    _close_a_day_elsewhere()
    db.session.commit()
    return own_app


def _close_a_day_elsewhere() -> None:
    """Another branch, whose day is closed and sealed with one journal in it."""
    branch = factories.make_branch()
    factories.open_day(branch)
    supervisor = factories.make_staff(Role.SUPERVISOR, branch)
    ledger.post(
        JournalKind.OPENING,
        [ledger.movement(LedgerCode.BANK, LedgerCode.MIGRATION, Decimal("12.00"))],
        branch_id=branch.id,
        by=supervisor.id,
    )
    business_days.close_day(branch.id, factories.TODAY, by=supervisor)


@pytest.fixture
def plant(books, server_url):
    """Change the books as only a superuser who switched the guards off could."""
    url = books.config["SQLALCHEMY_DATABASE_URI"]
    engine = create_engine(url)

    def run(statement: str, *, guarded: bool = False) -> None:
        with engine.begin() as connection:
            if not guarded:
                connection.execute(text("set session_replication_role = replica"))
            connection.execute(text(statement))

    yield run
    engine.dispose()


def broken() -> set[str]:
    return {outcome.id for outcome in verify_books() if not outcome.holds}


def test_clean_books_hold(books):
    assert broken() == set()


PLANTED = [
    ("I1", "delete from entry where journal_id = (select min(journal_id) from entry)"),
    ("I1", "alter table entry drop constraint ck_entry_amount_positive; update entry set amount = -amount where id = 1"),
    ("I2", "update prepayment set balance = balance + 1 where account_id = (select min(account_id) from prepayment)"),
    ("I2", "update entry set amount = amount + 1 where id = (select min(id) from entry where credit = '1122')"),
    ("I3", "update entry set amount = amount + 1 where amount = 12"),
    ("I3", "update business_day set previous_seal = seal, seal = repeat('a', 64) where state = 'closed'"),
    ("I3", "update journal set memo = 'x' where id = (select max(id) from journal)"),
    ("I19", "update entry set amount = amount + 1 where amount = 12"),
    ("I19", "update business_day set totals = jsonb_set(totals, '{books,journals}', '7') where state = 'closed'"),
    ("I27", "drop trigger open_shift on journal"),
    ("I5", "update bill set paid = paid + 1 where account_id = (select min(account_id) from bill)"),
    ("I5", "update entry set account_id = (select max(id) from account) where id = (select min(id) from entry)"),
    (
        "I6",
        ("alter table bill drop constraint ck_bill_not_overpaid; "
        "update bill set paid = charged + 1 where account_id = (select min(account_id) from bill)"),
    ),
    ("I7", "update entry set debit = '2203', credit = '1001' where id = (select min(id) from entry where credit = '2203')"),
    ("I8", "update payment set amount = amount + 1 where id = (select min(id) from payment)"),
    ("I8", "delete from tender where id = (select min(id) from tender)"),
    ("I8", "update allocation set amount = amount - 1 where payment_id = (select min(payment_id) from allocation)"),
    ("I9", "update journal set request_id = null where id = (select min(id) from journal where kind = 'payment')"),
    ("I11", "update journal set reverses = (select min(id) from journal where kind = 'payment') where reverses is not null"),
    ("I11", "update entry set amount = 1 where journal_id = (select id from journal where reverses is not null)"),
    ("I17", "delete from receipt where id = (select min(id) from receipt)"),
    ("I17", "update number_book set next_number = next_number + 1"),
    ("I17", "update receipt set number = number + 500 where id = (select min(id) from receipt)"),
    ("I17", "update receipt set state = 'issued', void_reason = null"),
    ("I20", "update entry set credit = '1001', debit = '1002', amount = 9999 where id = (select min(id) from entry where debit = '1001')"),
    ("I20", "update till_shift set state = 'closed', counted = '{}'"),
    ("I27", "alter table entry disable trigger append_only"),
    ("I27", "drop trigger open_day on journal"),
    ("I27", "grant update on entry to heatdesk_app"),
    ("I27", "grant delete on bill_season_1 to heatdesk_app"),
    ("I28", "alter table account add constraint later check (opened_on > '1900-01-01') not valid"),
    ("I29", "update account_balance set owed = owed + 1 where account_id = (select min(account_id) from bill)"),
    ("I29", "delete from account_balance where account_id = (select min(id) from account)"),
    ("I29", "update building_figures set owing = owing + 1, owed = owed + 1 where owed > 0"),
    ("I29", "update building_area set area_m2 = area_m2 - 1"),
    ("I29", "update building_area set day = day + 1"),
    ("I29", "update building_season set bills = bills + 1"),
    ("I29", "update bill set paid = paid - 1 where account_id = (select min(account_id) from bill)"),
    ("I29", "update supply_term set building_area_m2 = 1 where id = (select min(id) from supply_term)"),
    ("I27", "alter table bill disable trigger balance_update"),
    ("I27", "grant update on account_balance to heatdesk_app"),
    (
        "I15",
        ("insert into charge (season_id, account_id, item, revision, journal_id, amount, target, explanation) "
        "select season_id, account_id, 'heat', 1, 1, 10, 10, '{}' from bill limit 1"),
    ),
    (
        "I16",
        ("insert into season_run (season_id, state, started_by, posted_at) "
        "select season.id, 'posted', (select min(id) from staff), now() + interval '1 day' from season; "
        "update season set state = 'billed'"),
    ),
    (
        "I18",
        ("insert into invoice (number_book_id, number, written, payment_id, season_id, token, facts, issued_on) "
        "select number_book_id, 999, '999', payment_id, 1, 'x', '{\"lines\": [{\"amount\": \"5000.00\", \"tax\": \"0.00\"}]}', '2026-11-21' "
        "from receipt where state = 'issued' limit 1"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("invariant", "statement"), PLANTED)
def test_a_planted_corruption_is_found(plant, invariant, statement):
    plant(statement)
    assert invariant in broken()


def test_who_owes_nothing_by_the_tariff_is_no_gap_in_a_billed_season(books, plant):
    """A flat that is cut off has no bill, unless the city charges a basic fee for it."""
    [gap] = [statement for invariant, statement in PLANTED if invariant == "I16"]
    plant(gap)
    plant("update supply_term set state = 'cut'")
    assert "I16" not in broken()
    staff = [factories.make_staff(Role.SUPERVISOR, None) for _ in range(2)]
    factories.make_tariff(*staff, {"suspension": {"share": "0.2", "cut_share": "0.2"}})
    db.session.commit()
    assert "I16" in broken()


def test_every_invariant_has_a_corruption_planted(books):
    elsewhere = (PLANTED_IN_PENALTIES, PLANTED_IN_REFUNDS, PLANTED_IN_REQUESTS, PLANTED_IN_TICKETS)
    planted = [*PLANTED, *chain.from_iterable(elsewhere)]
    assert {outcome.id for outcome in verify_books()} == {invariant for invariant, _ in planted}


def test_the_command_prints_json_and_exits_with_what_it_found(books, plant):
    runner = books.test_cli_runner()
    clean = runner.invoke(verify, ["--json"])
    assert clean.exit_code == 0
    assert json.loads(clean.stdout)["holds"] is True
    plant("update bill set paid = paid + 1")
    found = runner.invoke(verify, [])
    assert found.exit_code == 1
    assert "BROKEN   I5" in found.stdout


def test_not_being_able_to_check_is_not_a_pass(books, plant):
    plant("alter table tender rename to tender_gone")
    assert books.test_cli_runner().invoke(verify, []).exit_code == 2


@needs.hledger
def test_hledger_accepts_the_export_and_sees_the_same_balances(books, tmp_path):
    journal = tmp_path / "books.journal"
    runner = books.test_cli_runner()
    assert runner.invoke(export_ledger, ["--format", "hledger", "--output", str(journal)]).exit_code == 0
    subprocess.run(["hledger", "-f", str(journal), "check", "--strict", "ordereddates"], check=True)  # noqa: S607
    printed = subprocess.run(
        ["hledger", "-f", str(journal), "balance", "--flat", "-O", "csv", "--empty", "not:xyz"],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    theirs = {
        line.split(",", 1)[0].strip('"').split(":")[1][:4].strip(): Decimal(
            line.split(",", 1)[1].strip('"').removeprefix("CNY").replace(",", "").strip() or "0"
        )
        for line in printed.splitlines()[1:]
        if ":" in line
    }
    ours = db.session.execute(
        text(
            "select left(code, 4), sum(amount) from (select debit as code, amount from entry union all "
            "select credit, -amount from entry) side group by 1"
        )
    )
    assert {code: total for code, total in ours if total} == {c: t for c, t in theirs.items() if t}


def test_csv_export_has_every_entry_and_no_formula(books):
    exported = books.test_cli_runner().invoke(export_ledger, ["--format", "csv"])
    lines = exported.stdout.splitlines()
    assert len(lines) == 1 + db.session.scalar(text("select count(*) from entry"))
    assert not any(cell.startswith(("=", "@")) for line in lines for cell in line.split(","))
