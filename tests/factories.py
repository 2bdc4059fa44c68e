"""Things to test with: plain functions with good defaults, each flushing what it made."""

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text

from heatdesk.auth import services as auth
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import (
    Account,
    Bill,
    BusinessDay,
    NumberBook,
    Season,
    SupplyTerm,
    Tariff,
    TillShift,
)
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.states import SupplyMode, SupplyState, UseClass
from heatdesk.billing.rules.workflow import NumberKind, TariffState
from heatdesk.billing.services import ledger
from heatdesk.db import db
from heatdesk.network.models import (
    Branch,
    Building,
    Community,
    District,
    HeatSource,
    Office,
    Premises,
    Station,
)
from heatdesk.people.models import Customer, CustomerKind

_numbers = itertools.count(1)
PASSWORD = "correct horse battery"
TODAY = date(2026, 11, 21)


def _add(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def make_branch(name: str | None = None, **values: Any) -> Branch:
    return _add(Branch(name=name or f"第{next(_numbers)}分公司", **values))


def round_cash(branch: Branch, step: str) -> None:
    """Give a branch another rounding as a carried-out request does: the database takes it from nobody else."""
    authority = text("select set_config('heatdesk.change_request', :request, true)")
    db.session.execute(authority, {"request": "1"})
    branch.cash_rounding = step
    db.session.flush()
    db.session.execute(authority, {"request": ""})


def make_staff(role: Role, branch: Branch | None, **values: Any) -> Staff:
    number = next(_numbers)
    return _add(
        Staff(
            login=values.pop("login", f"{role}{number}"),
            name=values.pop("name", f"员工{number}"),
            password_hash=auth.hasher.hash(PASSWORD),
            role=role,
            branch_id=None if branch is None else branch.id,
            **values,
        )
    )


def make_building(branch: Branch, name: str = "26号楼", community: str = "兴工里") -> Building:
    number = next(_numbers)
    district = _add(District(name=f"铁西区{number}"))
    source = _add(HeatSource(name=f"热电厂{number}"))
    return _add(
        Building(
            community_id=_add(Community(district_id=district.id, name=community)).id,
            station_id=_add(Station(heat_source_id=source.id, name="兴工站")).id,
            office_id=_add(Office(branch_id=branch.id, name=f"铁西所{number}")).id,
            name=name,
        )
    )


def make_account(branch: Branch, **values: Any) -> Account:
    """A flat of 89.50 m² supplied since 2020; give `term=None` for an account without a supply term."""
    number = next(_numbers)
    building = values.pop("building", None) or make_building(branch)
    room = values.pop("room", str(number))
    customer = values.pop("customer", None) or _add(
        Customer(
            kind=CustomerKind.PERSON,
            name=values.pop("name", "程超杰"),
            name_initials=values.pop("initials", "ccj"),
            phones=values.pop("phones", ["15158018395"]),
        )
    )
    premises = _add(
        Premises(building_id=building.id, unit="3单元", room=room, address=f"兴工里 26号楼 3单元 {room}")
    )
    term = values.pop("term", {})
    account = _add(
        Account(
            card_no=values.pop("card_no", f"0626{number:07d}"),
            customer_id=customer.id,
            premises_id=premises.id,
            branch_id=branch.id,
            opened_on=values.pop("opened_on", date(2020, 1, 1)),
            **values,
        )
    )
    if term is not None:
        make_term(account, **term)
    return account


def make_term(account: Account, **values: Any) -> SupplyTerm:
    facts: dict[str, Any] = {
        "starts_on": date(2020, 1, 1),
        "ends_on": None,
        "mode": SupplyMode.AREA,
        "use_class": UseClass.RESIDENTIAL,
        "state": SupplyState.SUPPLIED,
        "building_area_m2": Decimal("89.50"),
        **values,
    }
    return _add(SupplyTerm(account_id=account.id, **facts))


def make_season(first_year: int = 2026, **values: Any) -> Season:
    """A Shenyang season, 1 November to 31 March, with its partitions."""
    leap = date(first_year + 1, 12, 31).timetuple().tm_yday == 366
    season = _add(
        Season(
            code=values.pop("code", f"{first_year}-{first_year + 1}"),
            starts_on=date(first_year, 11, 1),
            ends_on=date(first_year + 1, 3, 31),
            statutory_days=152 if leap else 151,
            due_on=date(first_year, 12, 31),
            **values,
        )
    )
    db.session.execute(select(func.open_season(season.id)))
    return season


def open_day(branch: Branch, day: date = TODAY) -> BusinessDay:
    opener = make_staff(Role.SUPERVISOR, branch)
    return _add(BusinessDay(branch_id=branch.id, day=day, opened_by=opener.id))


def make_tariff(drafter: Staff, approver: Staff, parameters: dict[str, Any], **values: Any) -> Tariff:
    return _add(
        Tariff(
            use_class=values.pop("use_class", UseClass.RESIDENTIAL),
            version=values.pop("version", next(_numbers)),
            valid_from=values.pop("valid_from", date(2024, 11, 1)),
            document_no=values.pop("document_no", "沈发改发〔2024〕示例12号"),
            parameters=parameters,
            state=TariffState.APPROVED,
            drafted_by=drafter.id,
            approved_by=approver.id,
            **values,
        )
    )


def owe(account: Account, season: Season, amount: str, by: Staff) -> Bill:
    """Put an old debt into the books, as the opening import does."""
    bill = _add(Bill(season_id=season.id, account_id=account.id))
    ledger.post(
        JournalKind.OPENING,
        [
            ledger.movement(
                LedgerCode.RECEIVABLE,
                LedgerCode.MIGRATION,
                Decimal(amount),
                season_id=season.id,
                account_id=account.id,
                item="heat",
            )
        ],
        branch_id=account.branch_id,
        by=by.id,
    )
    db.session.refresh(bill)
    return bill


def open_till(cashier: Staff, branch: Branch, *, float_amount: str = "200.00") -> TillShift:
    """A shift on the branch's open day with a receipt book of 1,000 numbers in the cashier's hands."""
    first = next(_numbers) * 10_000
    _add(
        NumberBook(
            branch_id=branch.id,
            kind=NumberKind.RECEIPT,
            first_number=first,
            last_number=first + 999,
            next_number=first,
            staff_id=cashier.id,
        )
    )
    return _add(
        TillShift(
            branch_id=branch.id,
            business_date=ledger.business_date(branch.id),
            staff_id=cashier.id,
            till_name="3号窗口",
            float_amount=Decimal(float_amount),
        )
    )
