"""A believable utility: two branches, three seasons, a working day behind it, all made through the services."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
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
from heatdesk.demo import register, requests, valves
from heatdesk.money import ZERO
from heatdesk.network.models import Branch
from heatdesk.web.versions import version_of

PASSWORD = "heatdesk-demo"  # noqa: S105 (printed by `heatdesk demo`, for the demo's own database only)
PEOPLE = (
    ("admin", "系统管理员", Role.ADMINISTRATOR),
    ("cashier", "张敏", Role.CASHIER),
    ("cashier2", "李海波", Role.CASHIER),
    ("clerk", "王思雨", Role.BILLING_CLERK),
    ("clerk2", "刘洋", Role.BILLING_CLERK),
    ("supervisor", "赵国强", Role.SUPERVISOR),
    ("finance", "孙丽华", Role.FINANCE),
    ("manager", "周建平", Role.MANAGER),
    ("dispatcher", "李静", Role.DISPATCHER),
    ("technician", "王磊", Role.TECHNICIAN),
)
"""Every role, twice where two people are needed; administrator and manager belong to no branch."""
_HEAD_OFFICE = {Role.ADMINISTRATOR, Role.MANAGER}
_HOUSEHOLDS = {"沈阳分公司": 900, "辽中分公司": 300}
_METHODS = (TenderMethod.CASH, TenderMethod.WECHAT, TenderMethod.ALIPAY, TenderMethod.CARD)
_COLD_BANDS = [{"below_c": c, "share": share} for c, share in (("18", "0.2"), ("16", "0.5"), ("14", "1"))]
_PAID_YESTERDAY, _PAID_TODAY = 40, 6
_DAYS_SINCE_TAKEOVER = 60

Say = Callable[[str], None]
Row = TypeVar("Row", Branch, Staff)


def is_built() -> bool:
    """Whether anybody works here already: the demo never touches a database that is in use."""
    return db.session.scalar(select(Staff.id).limit(1)) is not None


@dataclass(frozen=True)
class _Team:
    """Who works in one branch of the demo."""

    branch: Branch
    cashiers: tuple[Staff, ...]
    clerk: Staff
    supervisor: Staff
    dispatcher: Staff | None = None
    technician: Staff | None = None


def build(say: Say) -> None:
    """Fill an empty database. Each step is a transaction of its own, so progress can be seen from outside."""
    with transaction():
        teams = [_home_team(), _far_team()]
    say("staff and branches")
    home = teams[0]
    with transaction(home.clerk.id):
        older, last, current = (_season(first) for first in _first_years())
        _tariffs(home.clerk, home.supervisor)
        for team in teams:
            business_days.open_day(team.branch.id, _takeover(), by=team.supervisor)
    say("seasons, tariffs, an open business day")
    for team in teams:
        _import(team, older.code, last.starts_on)
        say(f"{team.branch.name}: {_HOUSEHOLDS[team.branch.name]} households")
    _bill(last.id, home.clerk, home.supervisor)
    say(f"season {last.code} billed")
    for team in teams:
        _next_day(team, _takeover(), _yesterday())
    _bill(current.id, home.clerk, home.supervisor)
    say(f"season {current.code} billed")
    _work_a_day(home)
    say("yesterday worked and closed; today is open")
    _send_out(home)
    say("valve jobs handed out")
    with transaction(home.clerk.id):
        requests.ask_for_changes(home.branch, last, current, home.clerk, home.supervisor)
    say("three change requests: one carried out, one with the supervisor, one with finance")


def _yesterday() -> date:
    return today() - timedelta(days=1)


def _takeover() -> date:
    """The day on which old debts came into these books; their penalty counts from it."""
    return today() - timedelta(days=_DAYS_SINCE_TAKEOVER)


def _next_day(team: _Team, closing: date, opening: date) -> None:
    with transaction(team.supervisor.id):
        business_days.close_day(team.branch.id, closing, by=team.supervisor)
        business_days.open_day(team.branch.id, opening, by=team.supervisor)


def _home_team() -> _Team:
    branch = _add(Branch(name=register.BRANCHES[0], phone="024-96788", cash_rounding="jiao"))
    staff = {login: _person(login, name, role, branch) for login, name, role in PEOPLE}
    return _Team(
        branch,
        (staff["cashier"], staff["cashier2"]),
        staff["clerk"],
        staff["supervisor"],
        staff["dispatcher"],
        staff["technician"],
    )


def _far_team() -> _Team:
    branch = _add(Branch(name=register.BRANCHES[1], phone="024-87880", cash_rounding="jiao"))
    return _Team(
        branch,
        (_person("cashier.lz", "何晓燕", Role.CASHIER, branch),),
        _person("clerk.lz", "吕志明", Role.BILLING_CLERK, branch),
        _person("supervisor.lz", "董雪梅", Role.SUPERVISOR, branch),
    )


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
    """Shenyang's newest sample version of each class; public buildings pay as other non-residents.

    The sample names no bands for cold flats: without them nobody could practise a reduction, so some are invented.
    """
    newest: dict[UseClass, Tariff] = {}
    for rules in sorted(cities.load("shenyang").tariffs, key=lambda one: one.valid_from):
        newest[rules.use_class] = rules
    homes = newest[UseClass.RESIDENTIAL].to_parameters()
    homes["low_temperature"] = {"bands": _COLD_BANDS}
    newest[UseClass.RESIDENTIAL] = Tariff.from_parameters(homes)
    shops = newest[UseClass.NON_RESIDENTIAL].to_parameters()
    shops["height"] = {"family": "step", "above_m": "3.2", "step_m": "0.1", "share": "0.03"}
    newest[UseClass.NON_RESIDENTIAL] = Tariff.from_parameters(shops)
    newest[UseClass.PUBLIC] = Tariff.from_parameters({**shops, "use_class": UseClass.PUBLIC.value})
    for rules in newest.values():
        row = tariffs.draft(rules, by=drafter.id)
        db.session.refresh(row)
        tariffs.approve(row.id, seen=version_of(row), by=approver.id)


def _import(team: _Team, old_season: str, effective_on: date) -> None:
    name, clerk = team.branch.name, team.clerk
    with transaction(clerk.id):
        content = register.workbook(name, _HOUSEHOLDS[name], old_season)
        batch = register_imports.upload(f"{name}用户台账.xlsx", content, clerk)
        header = tuple((batch.report or {})["file"]["header"])
        register_imports.confirm_mapping(batch, ColumnMapping.suggest(header), effective_on)
        totals = register_imports.check(batch, clerk)["totals"]
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


def _send_out(team: _Team) -> None:
    """Who has owed longest is to be cut off; the field has begun with it."""
    if team.dispatcher is None or team.technician is None:
        return
    with transaction(team.clerk.id):
        valves.cut_off_list(team.branch, team.clerk, team.supervisor)
    with transaction(team.technician.id):
        valves.hand_out(team.branch, team.dispatcher, team.technician)


def _work_a_day(team: _Team) -> None:
    """Yesterday two cashiers worked and the branch closed its day; today one of them has begun."""
    chance = random.Random("heatdesk demo day")
    with transaction(team.supervisor.id):
        for number, cashier in enumerate(team.cashiers):
            _issue_books(cashier, first_number=31_001 + 1000 * number)
    of_the_branch = select(Account.id).where(Account.branch_id == team.branch.id).order_by(Account.card_no)
    accounts = list(db.session.scalars(of_the_branch))
    chance.shuffle(accounts)
    for cashier, till in zip(team.cashiers, ("3号窗口", "5号窗口"), strict=True):
        with transaction(cashier.id):
            tills.open_shift(cashier, till, Decimal(500))
        for _ in range(_PAID_YESTERDAY // 2):
            _pay(accounts.pop(), cashier, chance.choice(_METHODS))
        _count_and_close(cashier)
    _next_day(team, _yesterday(), today())
    with transaction(team.cashiers[0].id):
        tills.open_shift(team.cashiers[0], "3号窗口", Decimal(500))
    for _ in range(_PAID_TODAY):
        _pay(accounts.pop(), team.cashiers[0], chance.choice(_METHODS))


def _issue_books(cashier: Staff, first_number: int) -> None:
    for kind, prefix in ((NumberKind.RECEIPT, ""), (NumberKind.INVOICE, "F")):
        number_books.issue(
            kind, cashier, prefix=prefix, first_number=first_number, last_number=first_number + 999, digits=7
        )


def _count_and_close(cashier: Staff) -> None:
    """The drawer holds what it should."""
    with transaction(cashier.id):
        shift = tills.get_locked(tills.current_shift(cashier.id).id)
        slips = takings.expected(shift)
        count = DrawerCount(other_cash=slips.pop(TenderMethod.CASH, ZERO), slips=slips)
        tills.close_shift(shift, count, by=cashier, seen=tills.moves_on(shift))


def _pay(account_id: int, cashier: Staff, method: TenderMethod) -> None:
    """Everything the household owes, in one way."""
    with transaction(cashier.id):
        standing = standings.of_account(account_id)
        season_ids = frozenset(bill.season_id for bill in standing.bills if bill.due)
        due = standing.due_of(season_ids)
        if not due:
            return
        order = PaymentOrder(
            season_ids=season_ids,
            offers=(Offer(method, due),),
            shown_due=due,
            seen=standings.token(account_id, standing),
        )
        payments.take(account_id, order, by=cashier, request_id=uuid.uuid4())
