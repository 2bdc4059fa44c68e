"""What is kept per account and building: it follows every change, and pages read it with the same few statements."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import AccountBalance, BuildingArea, SupplyTerm
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.services import account_lists, ledger
from heatdesk.billing.services.account_lists import Wanted
from heatdesk.billing.services.verification import balances
from heatdesk.db import db
from heatdesk.network import figures
from heatdesk.network.models import Building, Premises
from heatdesk.web import pages
from tests import factories
from tests.conftest import Person


@pytest.fixture
def building(app, branch):
    factories.open_day(branch)
    return factories.make_building(branch)


def holds() -> bool:
    """I29, inside the test's own transaction."""
    db.session.flush()
    return not db.session.execute(text(balances.INVARIANTS[0].query)).all()


def of(building):
    db.session.flush()
    found = figures.of("buildings", [building.id], None)[building.id]
    assert figures.of("communities", [building.community_id], None)[building.community_id] == found
    assert figures.of("offices", [building.office_id], None)[building.office_id] == found
    return found.accounts, found.area_m2, found.owing, found.owed


def pay(account, season, amount, by):
    moved = ledger.movement(
        LedgerCode.BANK,
        LedgerCode.RECEIVABLE,
        Decimal(amount),
        season_id=season.id,
        account_id=account.id,
        item="heat",
    )
    ledger.post(JournalKind.OPENING, [moved], branch_id=account.branch_id, by=by.id)


def test_debt_and_area_follow_the_books(app, branch, building, clerk):
    season, before = factories.make_season(2026), factories.make_season(2025)
    one, other = (factories.make_account(branch, building=building) for _ in range(2))
    assert of(building) == (2, Decimal("179.00"), 0, 0)
    factories.owe(one, season, "100.00", clerk.staff)
    factories.owe(one, before, "50.00", clerk.staff)
    factories.owe(other, season, "30.00", clerk.staff)
    assert of(building) == (2, Decimal("179.00"), 2, Decimal("180.00"))
    pay(one, season, "100.00", clerk.staff)
    assert of(building)[2:] == (2, Decimal("80.00"))
    pay(other, season, "30.00", clerk.staff)
    assert of(building)[2:] == (1, Decimal("50.00"))
    assert db.session.get(AccountBalance, one.id).owed == Decimal("50.00")
    assert holds()


def test_an_area_counts_from_its_first_day_to_its_last(app, branch, building):
    account = factories.make_account(branch, building=building, term=None)
    term = factories.make_term(account, starts_on=date(2020, 1, 1), building_area_m2=Decimal("80.00"))
    assert of(building)[1] == Decimal("80.00")
    term.ends_on = date(2021, 12, 31)
    assert of(building)[1] == 0
    factories.make_term(account, starts_on=date(2022, 1, 1), building_area_m2=Decimal("80.00"))
    assert of(building)[1] == Decimal("80.00")
    days = db.session.scalars(select(BuildingArea.day).where(BuildingArea.building_id == building.id)).all()
    assert days == [date(2020, 1, 1)], "a change that keeps the area leaves no row"
    factories.make_term(
        factories.make_account(branch, building=building, term=None),
        starts_on=date(2999, 1, 1),
        building_area_m2=Decimal("50.00"),
    )
    assert of(building)[1] == Decimal("80.00"), "a term of the future counts from its first day"
    assert holds()


def test_closing_and_moving_take_area_bills_and_debt_along(app, branch, building, clerk):
    season = factories.make_season(2026)
    account = factories.make_account(branch, building=building)
    factories.owe(account, season, "100.00", clerk.staff)
    other = Building(
        community_id=building.community_id,
        station_id=building.station_id,
        office_id=building.office_id,
        name="27号楼",
    )
    db.session.add(other)
    db.session.flush()
    db.session.execute(
        update(Premises).where(Premises.id == account.premises_id).values(building_id=other.id)
    )
    alone = figures.of("buildings", [building.id, other.id], None)
    assert alone[building.id] == figures.Figures()
    assert alone[other.id] == figures.Figures(1, Decimal("89.50"), 1, Decimal("100.00"))
    assert holds()
    account.closed_on = date(2026, 11, 20)
    db.session.flush()
    closed = figures.of("buildings", [other.id], None)[other.id]
    assert closed == figures.Figures(0, Decimal(0), 1, Decimal("100.00")), "who has left may still owe"
    account.closed_on = None
    assert holds()
    db.session.execute(update(SupplyTerm).values(building_area_m2=70))
    assert figures.of("buildings", [other.id], None)[other.id].area_m2 == Decimal("70.00")
    assert holds()


def test_rebuilding_gives_what_was_kept(app, branch, building, clerk):
    factories.owe(
        factories.make_account(branch, building=building), factories.make_season(), "12.00", clerk.staff
    )
    kept = of(building)
    db.session.execute(text("set local role none"))
    db.session.execute(text("select rebuild_balances()"))
    assert of(building) == kept
    assert holds()


def test_accounts_without_an_area_come_last_either_way(app, branch, building, monkeypatch):
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    bare = [factories.make_account(branch, building=building, term=None).id for _ in range(2)]
    small, large = (
        factories.make_account(branch, building=building, term={"building_area_m2": Decimal(area)}).id
        for area in ("40.00", "120.00")
    )
    db.session.flush()
    for sort, first in (("area_m2", [small, large]), ("-area_m2", [large, small])):
        seen = []
        for number in (1, 2):
            with app.test_request_context(f"/?page={number}"):
                wanted = Wanted(sort=sort, place=("buildings", building.id))
                page = pages.paginate(
                    account_lists.ids(wanted, branch.id),
                    counted=account_lists.matching(wanted, branch.id),
                    rest=account_lists.ids_without_area(wanted, branch.id),
                    details=account_lists.rows_of,
                )
            seen += [row.id for row in page.items]
        assert seen == [*first, *bare]
        assert page.total == 4


def test_behind_the_last_page_is_nothing(app, clerk):
    page = clerk.get("/billing/accounts?page=41")
    assert page.status_code == 200
    assert "<tbody" not in page.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/billing/seasons", "/billing/days/{branch}/2026-11-21/entries", "/audit", "/"]
)
def test_rows_cost_no_query_each(app, branch, building, clerk, count_queries, path):
    supervisor = Person(app, factories.make_staff(Role.SUPERVISOR, branch))
    season = factories.make_season(2026)
    counts = []
    for _ in range(2):
        for _account in range(3):
            account = factories.make_account(branch, building=building)
            factories.owe(account, season, "10.00", clerk.staff)
            account.remark = "seen"
        db.session.commit()
        with count_queries() as seen:
            assert supervisor.get(path.format(branch=branch.id)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 30
