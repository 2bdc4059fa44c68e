"""A city with a year of work in it, for the pages bench: two seasons of bills, a day of payments, a long audit trail.

The flats are those of `register`, the current season is billed by the season run; the rest is made by SQL.
"""

from sqlalchemy import text

from heatdesk.auth import services as auth
from heatdesk.auth.permissions import Role
from heatdesk.bench import register
from heatdesk.bench.hall import PASSWORD
from heatdesk.bench.season_data import COUNTED, PAST_THE_TRIGGERS, SEASON, SUPPLY
from heatdesk.billing.rules.workflow import RunState
from heatdesk.billing.services import season_runs
from heatdesk.billing.services.season_workers import crew
from heatdesk.db import db, transaction

DAY = "2026-10-20"
PEOPLE = {
    "manager": (Role.MANAGER, None),
    "auditor": (Role.FINANCE, None),
    "administrator": (Role.ADMINISTRATOR, None),
    "clerk": (Role.BILLING_CLERK, register.BRANCHES),
    "supervisor": (Role.SUPERVISOR, register.BRANCHES),
    "cashier": (Role.CASHIER, register.BRANCHES),
}
"""Who looks at the pages: role and branch. The last branch stands at the far end of every table."""

_PROCESSES = 2

_STAFF = (
    "insert into staff (login, name, password_hash, role) values"
    " ('starter', '起草人', '-', 'billing_clerk'), ('releaser', '复核人', '-', 'supervisor')",
    "insert into business_day (branch_id, day, opened_by)"
    f" select branch.id, date '{DAY}', staff.id from branch, staff where staff.login = 'releaser'",
    """
    insert into staff (login, name, password_hash, role, branch_id)
    select 'till' || branch.id || '-' || place, '收费员' || branch.id || place, '-', 'cashier', branch.id
      from branch, generate_series(1, 2) place""",
)

_PAST = (
    """
    insert into season (code, starts_on, ends_on, statutory_days, due_on, state)
    values ('2025-2026', date '2025-11-01', date '2026-03-31', 151, date '2025-12-31', 'billed')""",
    "select open_season(id) from season where code = '2025-2026'",
    """
    insert into bill (season_id, account_id, charged, reduced, paid)
    select season.id, account.id, 2000 + account.id % 1000, case when account.id % 20 = 3 then 100 else 0 end,
           case when account.id % 17 = 5 then 0 when account.id % 20 = 3 then 1900 + account.id % 1000
                else 2000 + account.id % 1000 end
      from account, season where season.code = '2025-2026' order by account.id""",
    """
    update bill set paid = charged from season
     where season.id = bill.season_id and season.code = '2026-2027' and account_id % 10 < 4""",
)
"""A season in which one household of seventeen has paid nothing, and the current one with four of ten settled."""

_PAYMENTS = (
    """
    insert into till_shift (branch_id, business_date, staff_id, till_name, float_amount)
    select branch_id, date '2026-10-20', id, login, 200 from staff where login like 'till%' order by id""",
    """
    insert into number_book (branch_id, kind, first_number, last_number, next_number, staff_id)
    select branch_id, 'receipt', id * 100000, id * 100000 + 99999, id * 100000 + :each, id
      from staff where login like 'till%' order by id""",
    """
    create temporary table taken on commit drop as
    select nextval('journal_id_seq') as journal_id, shift.id as shift_id, shift.staff_id, book.id as book_id,
           book.first_number + due.place - 1 as number, due.*
      from (select bill.season_id, bill.account_id, balance.branch_id,
                   bill.charged - bill.reduced - bill.paid as amount,
                   (row_number() over (partition by balance.branch_id order by bill.account_id) - 1) % 2 as till,
                   (row_number() over (partition by balance.branch_id order by bill.account_id) + 1) / 2 as place
              from bill join account_balance balance using (account_id) join season on season.id = bill.season_id
             where season.code = '2026-2027' and bill.charged - bill.reduced - bill.paid > 0) due
      join (select *, (row_number() over (partition by branch_id order by id) - 1) as till from till_shift) shift
           on shift.branch_id = due.branch_id and shift.till = due.till
      join number_book book on book.staff_id = shift.staff_id
     where due.place <= :each order by due.place""",
    """
    insert into journal (id, kind, branch_id, business_date, actor_id, request_id, till_shift_id)
    select journal_id, 'payment', branch_id, date '2026-10-20', staff_id, gen_random_uuid(), shift_id from taken""",
    """
    insert into entry (journal_id, season_id, account_id, debit, credit, amount)
    select journal_id, season_id, account_id, '1001', '1122', amount from taken""",
    """
    insert into payment (account_id, journal_id, till_shift_id, amount, cash_received)
    select account_id, journal_id, shift_id, amount, amount from taken""",
    """
    insert into tender (payment_id, method, amount)
    select payment.id, 'cash', payment.amount from payment join taken using (journal_id)""",
    """
    insert into allocation (payment_id, season_id, account_id, amount)
    select payment.id, taken.season_id, payment.account_id, payment.amount
      from payment join taken using (journal_id)""",
    """
    insert into receipt (number_book_id, number, written, payment_id, token, facts)
    select book_id, number, number::text, payment.id, gen_random_uuid(), '{}'
      from payment join taken using (journal_id)""",
)

_TRAIL = """
    insert into audit_entry (recorded_at, actor_id, verb, subject_table, subject_id, before, after)
    select now() - make_interval(mins => id::int), (select min(id) + account.id % 22 from staff), 'update', 'premises',
           premises_id::text, '{"floor": 1}', '{"floor": 2}'
      from account where id % 3 = 0 order by id desc"""


def build(flats: int) -> None:
    """Fill an empty database, as its owner."""
    register.make_register(flats)
    register.add_accounts()
    _execute(PAST_THE_TRIGGERS, *_STAFF, *SUPPLY, *SEASON, *COUNTED, flats=flats)
    _vacuum()


def bill() -> None:
    """The season run over everybody, by processes that are the application's."""
    with transaction():
        starter, releaser, season_id = db.session.execute(
            text(
                "select starter.id, releaser.id, season.id from staff starter, staff releaser, season"
                " where starter.login = 'starter' and releaser.login = 'releaser' and season.code = '2026-2027'"
            )
        ).one()
    with crew(_PROCESSES) as workers:
        with transaction(starter):
            run_id = season_runs.start(season_id, by=starter).id
        workers.carry_out(run_id, _quiet)
        with transaction(releaser):
            season_runs.release(run_id, by=releaser)
        if workers.carry_out(run_id, _quiet) != RunState.POSTED:
            raise RuntimeError("the season run was not posted")


def work_a_year(payments: int) -> None:
    """A season before, so many payments on the open day, the trail, and those who look at it; as the owner."""
    _execute(PAST_THE_TRIGGERS, *_PAST, _TRAIL, *COUNTED)
    _execute(*_PAYMENTS, each=payments // (2 * register.BRANCHES))
    password = auth.hash_password(PASSWORD)
    with transaction():
        for login, (role, branch_id) in PEOPLE.items():
            db.session.execute(
                text(
                    "insert into staff (login, name, password_hash, role, branch_id)"
                    " values (:login, :login, :password, :role, :branch)"
                ),
                {"login": login, "password": password, "role": role.value, "branch": branch_id},
            )
    _vacuum()


def _execute(*statements: str, **values: int) -> None:
    with transaction():
        for statement in statements:
            wanted = {name: value for name, value in values.items() if f":{name}" in statement}
            db.session.execute(text(statement), wanted)


def _vacuum() -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def _quiet(_done: int, _total: int) -> None:
    """Nobody watches the bar."""
