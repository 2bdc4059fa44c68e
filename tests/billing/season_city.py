"""A small city to bill: flats of many shapes in two branches, prices, two people, an open day."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import AreaPart, Season, SupplyTerm
from heatdesk.billing.rules.states import AreaPartKind, SupplyMode, SupplyState, UseClass
from heatdesk.billing.services import season_runs, season_shards
from heatdesk.db import db, transaction
from heatdesk.network.models import Branch
from tests import factories

RESIDENTIAL: dict[str, Any] = {
    "use_class": "residential",
    "document_no": "沈发改发〔2024〕示例12号",
    "valid_from": "2024-11-01",
    "price": "26",
    "price_unit": "season",
    "area": {"base": "building"},
    "height": {"family": "step", "above_m": "3.2", "step_m": "0.1", "share": "0.03", "document_no": "HL4"},
    "parts": [
        {"kind": "balcony", "in_area": True, "unheated": "0.5", "document_no": "BA1"},
        {
            "kind": "attic",
            "in_area": False,
            "by_net_height": [
                {"above_m": "2.7", "coefficient": "1"},
                {"above_m": "2.2", "coefficient": "0.9"},
                {"above_m": "0", "coefficient": "0.6"},
            ],
        },
    ],
    "suspension": {"share": "0.2", "cut_share": "0.2", "document_no": "TJ2"},
}
SHOP: dict[str, Any] = {
    "use_class": "non_residential",
    "document_no": "示例33号",
    "valid_from": "2024-11-01",
    "price": "6.40",
    "price_unit": "month",
    "months": 5,
    "area": {"base": "inner", "divisor": "1.333"},
    "suspension": {"share": "0.3"},
}


class City(NamedTuple):
    branch: Branch
    other_branch: Branch
    season: Season
    clerk: Staff
    supervisor: Staff


def make_city(*, flats: int = 0) -> City:
    """Two branches with an open day, the season 2026-2027, two tariffs, and `flats` accounts of mixed shapes."""
    branch, other = factories.make_branch(), factories.make_branch()
    for one in (branch, other):
        factories.open_day(one)
    clerk = factories.make_staff(Role.BILLING_CLERK, branch)
    supervisor = factories.make_staff(Role.SUPERVISOR, branch)
    factories.make_tariff(clerk, supervisor, RESIDENTIAL)
    factories.make_tariff(clerk, supervisor, SHOP, use_class=UseClass.NON_RESIDENTIAL)
    city = City(branch, other, factories.make_season(), clerk, supervisor)
    buildings = [factories.make_building(branch), factories.make_building(other)]
    for number in range(flats):
        make_flat(city, number, building=buildings[number % 2])
    return city


def make_flat(city: City, number: int, building: Any = None) -> Any:
    """A flat whose shape follows from its number: plain, balcony, attic, over-high, shop, several terms, suspended."""
    branch = city.other_branch if number % 2 else city.branch
    account = factories.make_account(branch, building=building, term=None)
    kind = number % 9
    area = Decimal(4000 + number * 137 % 9000).scaleb(-2)
    facts: dict[str, Any] = {"building_area_m2": area}
    if kind == 2:
        facts |= {"storey_height_m": Decimal("3.20") + Decimal(number % 7) / 10}
    if kind == 3:
        facts |= {"use_class": UseClass.NON_RESIDENTIAL}
    if kind == 4:
        facts |= {"state": SupplyState.SUSPENDED}
    if kind == 5:
        add_terms(account, facts, number)
        return account
    if kind == 8:
        facts |= {"state": (SupplyState.CUT, SupplyState.DEMOLISHED)[number % 2]}
    term = factories.make_term(account, **facts)
    if kind in (1, 6):
        add_part(term, AreaPartKind.BALCONY, "6.35", heated=kind == 6)
    if kind == 7:
        add_part(term, AreaPartKind.ATTIC, "12.40", net_height_m=Decimal("2.40"))
    return account


def add_terms(account: Any, facts: dict[str, Any], number: int) -> None:
    """Three terms: heated, suspended from a day in December, heated again and larger."""
    stop, back = date(2026, 12, 1 + number % 28), date(2027, 2, 1 + number % 20)
    factories.make_term(account, **facts, ends_on=date.fromordinal(stop.toordinal() - 1))
    factories.make_term(
        account,
        **facts,
        starts_on=stop,
        ends_on=date.fromordinal(back.toordinal() - 1),
        state=SupplyState.SUSPENDED,
    )
    grown = {**facts, "building_area_m2": facts["building_area_m2"] + number % 3}
    factories.make_term(account, **grown, starts_on=back)


def add_part(term: SupplyTerm, kind: AreaPartKind, area: str, **facts: Any) -> None:
    db.session.add(AreaPart(supply_term_id=term.id, kind=kind, area_m2=Decimal(area), **facts))
    db.session.flush()


def make_steam(city: City) -> Any:
    """A flat that area charging refuses."""
    return factories.make_account(city.branch, term={"mode": SupplyMode.STEAM})


def quiet(_done: int, _total: int) -> None:
    """Nobody watches the bar."""


def run_season(city: City) -> Any:
    """Trial, release, post; commits as workers do. Returns the run."""
    with transaction():
        run = season_runs.start(city.season.id, by=city.clerk.id)
        run_id = run.id
    season_runs.carry_out(run_id, quiet)
    with transaction():
        season_runs.release(run_id, by=city.supervisor.id)
    season_runs.carry_out(run_id, quiet)
    return season_runs.get_or_refuse(season_runs.SeasonRun, run_id)


def books(connection: Any, season_id: int) -> list[Any]:
    """Every bill, charge and entry of a season as plain values, without the numbers the database gives."""
    statements = (
        "select account_id, charged, reduced, paid from bill where season_id = :season order by 1",
        "select account_id, item, revision, amount, target, quantity_m2, figures::text, digest from charge"
        " join charge_basis on charge_basis.id = basis_id where season_id = :season order by 1, 2, 3",
        "select account_id, debit, credit, amount, item from entry where season_id = :season order by 1, 2, 3, 4, 5",
        "select kind, branch_id, business_date, actor_id from journal order by 1, 2, 3",
    )
    return [
        tuple(row) for one in statements for row in connection.execute(text(one), {"season": season_id}).all()
    ]


def small_shards(monkeypatch: Any, accounts: int) -> None:
    monkeypatch.setattr(season_shards, "ACCOUNTS_PER_SHARD", accounts)
