"""What was granted before a season was billed comes off its bills as a part of the run, whatever is killed."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import RunIsOver
from heatdesk.billing.models import Account, Bill, RunException, SeasonRun, SupplyTerm
from heatdesk.billing.rules.states import SupplyState, UseClass
from heatdesk.billing.rules.workflow import ExceptionKind, RunState
from heatdesk.billing.services import season_adjusting, season_runs, verification
from heatdesk.db import db
from tests import factories
from tests.approvals.office import approve
from tests.billing.season_city import RESIDENTIAL, make_city, quiet, run_season, small_shards
from tests.changes.reductions import RULES
from tests.changes.scenarios import send


@pytest.fixture
def city(own_app, monkeypatch):
    """Eighteen flats in shards of four; the tariff has rules for reductions; committed."""
    small_shards(monkeypatch, 4)
    made = make_city(flats=18)
    people = (made.clerk, made.supervisor)
    factories.make_tariff(
        *people, {**RESIDENTIAL, **RULES, "valid_from": "2025-11-01"}, valid_from=date(2025, 11, 1)
    )
    db.session.commit()
    return made


def flats(city):
    """Plain flats of the first branch, heated all season."""
    query = (
        select(Account)
        .join(SupplyTerm, SupplyTerm.account_id == Account.id)
        .where(
            Account.branch_id == city.branch.id,
            SupplyTerm.state == SupplyState.SUPPLIED,
            SupplyTerm.use_class == UseClass.RESIDENTIAL,
            SupplyTerm.storey_height_m.is_(None),
        )
        .group_by(Account.id)
        .having(func.count() == 1)
        .order_by(Account.id)
    )
    return list(db.session.scalars(query))


def grant(city, account, kind, item, facts):
    listed = [{"item": item, "facts": facts}]
    payload = {"account_id": account.id, "season_id": city.season.id, "adjustments": listed}
    request = send(kind, payload, by=city.clerk)
    approve(request, city.supervisor)
    db.session.commit()
    return request


def bill_of(city, account):
    totals = select(Bill.charged, Bill.reduced).where(
        Bill.account_id == account.id, Bill.season_id == city.season.id
    )
    return tuple(db.session.execute(totals).one())


def test_nobody_is_missed(city):
    first, *_rest, last = flats(city)
    cold = {"spells": [{"from": "2026-12-01", "to": "2026-12-12", "celsius": "17"}]}
    grant(city, first, "low_temperature", "low_temperature", cold)
    grant(city, last, "correction", "write_down", {"amount": "-10.00"})
    run = run_season(city)
    assert run.state == RunState.POSTED
    charged, reduced = bill_of(city, first)
    assert reduced == round(charged / 151 * 12 * Decimal("0.2"), 2)
    assert bill_of(city, last)[1] == Decimal("10.00")
    assert [one.cases for one in verification.verify() if not one.holds] == []
    again = run_season(city)
    assert again.totals["post"]["changed"] == 0
    assert bill_of(city, first) == (charged, reduced)


def test_an_organisation_answers_from_the_first_bill_on(city):
    account = flats(city)[0]
    works = factories.make_account(city.branch, name="机床厂", term=None)
    payload = {"payer_account_id": works.id, "account_ids": [account.id], "season_id": city.season.id}
    request = send(
        "payer_share", {**payload, "share": "0.5", "up_to_m2": None, "limit_amount": None}, by=city.clerk
    )
    approve(request, city.supervisor)
    approve(request, factories.make_staff(Role.FINANCE, city.branch))
    db.session.commit()
    run_season(city)
    own, theirs = (sum(bill_of(city, one)) for one in (account, works))
    assert own > 0
    assert abs(own - theirs) <= Decimal("0.01")
    again = run_season(city)
    assert (again.totals["trial"]["changed"], again.totals["post"]["changed"]) == (0, 0)
    assert [one.cases for one in verification.verify() if not one.holds] == []


def test_killed_after_the_bills_are_out_whoever_goes_on_takes_the_rest(city, monkeypatch):
    accounts = flats(city)
    for account in accounts[:6]:
        grant(city, account, "correction", "write_down", {"amount": "-10.00"})
    one_shard = season_adjusting._one_shard
    left = iter([True, False])

    def killed(run_id):
        if not next(left):
            raise KeyboardInterrupt
        return one_shard(run_id)

    monkeypatch.setattr(season_adjusting, "_one_shard", killed)
    with pytest.raises(KeyboardInterrupt):
        run_season(city)
    run = db.session.scalars(select(SeasonRun)).one()
    assert run.state == RunState.POSTED
    assert "I15" in {one.id for one in verification.verify() if not one.holds}
    run = db.session.scalars(select(SeasonRun)).one()
    season_runs.refuse_to_go_on(run)
    done, total = season_runs.progress(run)
    assert done < total
    monkeypatch.setattr(season_adjusting, "_one_shard", one_shard)
    assert season_runs.carry_out(run.id, quiet) == RunState.POSTED
    assert {bill_of(city, account)[1] for account in accounts[:6]} == {Decimal("10.00")}
    assert [one.cases for one in verification.verify() if not one.holds] == []
    with pytest.raises(RunIsOver):
        season_runs.refuse_to_go_on(db.session.scalars(select(SeasonRun)).one())


def test_what_does_not_fit_its_bill_stands_on_the_list(city):
    account = flats(city)[0]
    grant(city, account, "correction", "write_down", {"amount": "-500.00"})
    term = db.session.scalars(select(SupplyTerm).where(SupplyTerm.account_id == account.id)).one()
    term.building_area_m2 = Decimal("2.00")
    db.session.commit()
    run = run_season(city)
    [listed] = db.session.scalars(select(RunException).where(RunException.run_id == run.id))
    assert (listed.account_id, listed.kind) == (account.id, ExceptionKind.NOT_ADJUSTED)
    assert bill_of(city, account) == (Decimal("52.00"), Decimal(0))
    assert [one.cases for one in verification.verify() if not one.holds] == []
