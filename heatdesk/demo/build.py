"""A believable utility: two branches, three seasons, a working day behind it, all made through the services."""

import random
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import select

from heatdesk.auth import services as auth
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.payments import Offer
from heatdesk.billing.rules.register_columns import ColumnMapping
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.rules.tills import DrawerCount
from heatdesk.billing.rules.workflow import NumberKind, TenderMethod
from heatdesk.billing.services import (
    business_days,
    cities,
    number_books,
    payments,
    register_imports,
    season_runs,
    seasons,
    standings,
    takings,
    tariffs,
    tills,
)
from heatdesk.billing.services.payments import PaymentOrder
from heatdesk.billing.services.register_opening import ControlTotals
from heatdesk.dates import today
from heatdesk.db import db, transaction
from heatdesk.demo import register
from heatdesk.network.models import Branch
from heatdesk.web.versions import version_of

PASSWORD = "heatdesk-demo"  # noqa: S105 (printed by `heatdesk demo`, for the demo's own database only)
PEOPLE = (
    ("admin", "系统管理员", Role.ADMINISTRATOR),
    ("cashier", "张敏", Role.CASHIER),
    ("cashier2", "李海波", Role.CASHIER),
    ("clerk", "王思雨", Role.BILLING_CLERK),
    ("supervisor", "赵国强", Role.SUPERVISOR),
    ("finance", "孙丽华", Role.FINANCE),
    ("manager", "周建平", Role.MANAGER),
)
"""One login per role; all but the administrator and the manager belong to the first branch."""
_HEAD_OFFICE = {Role.ADMINISTRATOR, Role.MANAGER}
_HOUSEHOLDS = {"沈阳分公司": 900, "辽中分公司": 300}
_METHODS = (TenderMethod.CASH, TenderMethod.WECHAT, TenderMethod.ALIPAY, TenderMethod.CARD)
_PAID_YESTERDAY, _PAID_TODAY = 40, 6

Say = Callable[[str], None]
Row = TypeVar("Row", Branch, Staff)


def is_built() -> bool:
    """Whether anybody works here already: the demo never touches a database that is in use."""
    return db.session.scalar(select(Staff.id).limit(1)) is not None


def build(say: Say) -> None:
    """Fill an empty database. Each step is a transaction of its own, so progress can be seen from outside."""
    with transaction():
        branches = {
            name: _add(Branch(name=name, phone="024-96788", cash_rounding="jiao"))
            for name in register.BRANCHES
        }
        home = branches[register.BRANCHES[0]]
        staff = {login: _person(login, name, role, home) for login, name, role in PEOPLE}
        far = {
            role: _person(f"{login}.lz", name, role, branches[register.BRANCHES[1]])
            for login, name, role in (
                ("cashier", "何晓燕", Role.CASHIER),
                ("clerk", "吕志明", Role.BILLING_CLERK),
                ("supervisor", "董雪梅", Role.SUPERVISOR),
            )
        }
    yesterday = today() - timedelta(days=1)
    say("staff and branches")
    with transaction(staff["clerk"].id):
        older, last, current = (_season(first) for first in _first_years())
        _tariffs(staff["clerk"], staff["supervisor"])
        for branch, supervisor in (
            (home, staff["supervisor"]),
            (far[Role.CASHIER].branch_id, far[Role.SUPERVISOR]),
        ):
            branch_id = branch if isinstance(branch, int) else branch.id
            business_days.open_day(branch_id, yesterday, by=supervisor)
    say("seasons, tariffs, an open business day")
    for name, clerk in (
        (register.BRANCHES[0], staff["clerk"]),
        (register.BRANCHES[1], far[Role.BILLING_CLERK]),
    ):
        _import(name, clerk, older.code, last.starts_on)
        say(f"{name}: {_HOUSEHOLDS[name]} households")
    for season in (last, current):
        _bill(season.id, staff["clerk"], staff["supervisor"])
        say(f"season {season.code} billed")
    _work_a_day(staff)
    say("yesterday worked and closed; today is open")


def _person(login: str, name: str, role: Role, branch: Branch) -> Staff:
    person = Staff(
        login=login,
        name=name,
        role=role,
        branch_id=None if role in _HEAD_OFFICE else branch.id,
        password_hash=auth.hash_password(PASSWORD),
        language="zh",
    )
    return _add(person)


def _add(row: Row) -> Row:
    db.session.add(row)
    db.session.flush()
    return row


def _first_years() -> tuple[int, int, int]:
    """The years in which the last three seasons began; a new one is billed from May on."""
    newest = today().year if today().month >= 5 else today().year - 1
    return newest - 2, newest - 1, newest


def _season(first_year: int) -> Season:
    starts_on, ends_on = date(first_year, 11, 1), date(first_year + 1, 3, 31)
    return seasons.create(
        SeasonFacts(
            code=f"{first_year}-{first_year + 1}",
            starts_on=starts_on,
            ends_on=ends_on,
            statutory_days=(ends_on - starts_on).days + 1,
            due_on=date(first_year, 12, 31),
        )
    )


def _tariffs(drafter: Staff, approver: Staff) -> None:
    """Shenyang's newest sample version of each class; public buildings pay as other non-residents."""
    newest: dict[UseClass, Tariff] = {}
    for rules in sorted(cities.load("shenyang").tariffs, key=lambda one: one.valid_from):
        newest[rules.use_class] = rules
    shops = newest[UseClass.NON_RESIDENTIAL].to_parameters()
    shops["height"] = {"family": "step", "above_m": "3.2", "step_m": "0.1", "share": "0.03"}
    newest[UseClass.NON_RESIDENTIAL] = Tariff.from_parameters(shops)
    newest[UseClass.PUBLIC] = Tariff.from_parameters({**shops, "use_class": UseClass.PUBLIC.value})
    for rules in newest.values():
        row = tariffs.draft(rules, by=drafter.id)
        db.session.refresh(row)
        tariffs.approve(row.id, seen=version_of(row), by=approver.id)


def _import(branch: str, clerk: Staff, old_season: str, effective_on: date) -> None:
    with transaction(clerk.id):
        content = register.workbook(branch, _HOUSEHOLDS[branch], old_season)
        batch = register_imports.upload(f"{branch}用户台账.xlsx", content, clerk)
        header = tuple((batch.report or {})["file"]["header"])
        register_imports.confirm_mapping(batch, ColumnMapping.suggest(header), effective_on)
        report = register_imports.check(batch, clerk)
        totals = report["totals"]
        confirmed = ControlTotals(
            {code: Decimal(amount) for code, amount in totals["arrears"].items()},
            Decimal(totals["prepayments"]),
        )
        register_imports.apply(batch, only_good_rows=False, confirmed=confirmed, by=clerk)


def _bill(season_id: int, starter: Staff, releaser: Staff) -> None:
    with transaction(starter.id):
        run_id = season_runs.start(season_id, by=starter.id).id
    season_runs.carry_out(run_id, lambda _done, _total: None)
    with transaction(releaser.id):
        season_runs.release(run_id, by=releaser.id)
    season_runs.carry_out(run_id, lambda _done, _total: None)


def _work_a_day(staff: dict[str, Staff]) -> None:
    """Yesterday two cashiers worked and the branch closed its day; today one of them has begun."""
    chance = random.Random("heatdesk demo day")
    supervisor, home_id = staff["supervisor"], staff["cashier"].branch_id or 0
    with transaction(supervisor.id):
        first = 31_001
        for number, login in enumerate(("cashier", "cashier2")):
            start = first + 1000 * number
            for kind, prefix in ((NumberKind.RECEIPT, ""), (NumberKind.INVOICE, "F")):
                number_books.issue(
                    kind, staff[login], prefix=prefix, first_number=start, last_number=start + 999, digits=7
                )
    accounts = list(
        db.session.scalars(select(Account.id).where(Account.branch_id == home_id).order_by(Account.card_no))
    )
    chance.shuffle(accounts)
    for login, till in (("cashier", "3号窗口"), ("cashier2", "5号窗口")):
        with transaction(staff[login].id):
            tills.open_shift(staff[login], till, Decimal(500))
        for _ in range(_PAID_YESTERDAY // 2):
            _pay(accounts.pop(), staff[login], chance.choice(_METHODS))
        with transaction(staff[login].id):
            shift = tills.get_locked(tills.current_shift(staff[login].id).id)
            expected = takings.expected(shift)
            count = DrawerCount(other_cash=expected.pop(TenderMethod.CASH, Decimal(0)), slips=expected)
            tills.close_shift(shift, count, by=staff[login], seen=tills.moves_on(shift))
    with transaction(supervisor.id):
        day = today() - timedelta(days=1)
        business_days.close_day(home_id, day, by=supervisor)
        business_days.open_day(home_id, today(), by=supervisor)
    with transaction(staff["cashier"].id):
        tills.open_shift(staff["cashier"], "3号窗口", Decimal(500))
    for _ in range(_PAID_TODAY):
        _pay(accounts.pop(), staff["cashier"], chance.choice(_METHODS))


def _pay(account_id: int, cashier: Staff, method: TenderMethod) -> None:
    """Everything the household owes, in one way."""
    with transaction(cashier.id):
        standing = standings.of_account(account_id)
        if not standing.owed:
            return
        order = PaymentOrder(
            season_ids=frozenset(bill.season_id for bill in standing.bills if bill.due),
            offers=(Offer(method, standing.owed),),
            shown_due=standing.owed,
            seen=standings.token(account_id, standing),
        )
        payments.take(account_id, order, by=cashier, request_id=uuid.uuid4())
