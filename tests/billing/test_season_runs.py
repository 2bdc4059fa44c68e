"""Season runs: a trial posts nothing, two people, everyone once, repeatable, killable, self-checked."""

import os
import signal
import subprocess
import sys
import uuid
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, func, select, text

from heatdesk.billing.errors import DaysNotOpen, RunIsLive, RunUnderWay, StarterReleases, TrialIsOld
from heatdesk.billing.models import Bill, Charge, Entry, Journal, RunException, SeasonRun
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.workflow import ExceptionKind, RunState, SeasonState
from heatdesk.billing.services import assessments, business_days, season_runs, verification
from heatdesk.db import db, transaction
from heatdesk.money import ZERO
from tests import factories
from tests.billing.season_city import (
    RESIDENTIAL,
    books,
    make_city,
    make_flat,
    make_steam,
    quiet,
    run_season,
    small_shards,
)
from tests.conftest import make_database


@pytest.fixture
def city(own_app, monkeypatch):
    """36 flats of nine shapes in two branches, in shards of seven; committed."""
    small_shards(monkeypatch, 7)
    made = make_city(flats=36)
    db.session.commit()
    return made


def trial_of(city):
    with transaction():
        run_id = season_runs.start(city.season.id, by=city.clerk.id).id
    assert season_runs.carry_out(run_id, quiet) == RunState.TRIAL_DONE
    return db.session.get_one(SeasonRun, run_id)


def released(city):
    run = trial_of(city)
    with transaction():
        season_runs.release(run.id, by=city.supervisor.id)
    return run


def accounts_total(city):
    """What the rules say each account owes, one by one."""
    ids = list(db.session.scalars(text("select id from account order by id")))
    return {one: sum((c.target for c in assessments.preview(one, city.season.id)), ZERO) for one in ids}


def test_a_trial_counts_and_posts_nothing(city):
    run = trial_of(city)
    totals = run.totals["trial"]
    due = accounts_total(city)
    assert totals["accounts"] == 36
    assert season_runs.yuan(totals["fen"]) == sum(due.values())
    assert sum(numbers[-1] for numbers in totals["groups"]) == totals["fen"]
    assert sum(numbers[-3] for numbers in totals["groups"]) == 36
    for table in (Bill, Charge, Journal):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_a_released_run_bills_everyone_exactly_as_the_rules_do(city):
    run = run_season(city)
    assert run.state == RunState.POSTED
    assert run.self_check["problems"] == []
    assert run.self_check["plain"] > 0
    due = accounts_total(city)
    charged = dict(db.session.execute(select(Bill.account_id, Bill.charged)).all())
    assert charged == {one: amount for one, amount in due.items() if amount}
    entries = select(Entry.account_id, func.sum(Entry.amount)).group_by(Entry.account_id)
    assert dict(db.session.execute(entries).all()) == charged
    assert city.season.state == SeasonState.BILLED
    branches = db.session.scalars(select(Journal.branch_id).order_by(Journal.branch_id)).all()
    assert branches == [city.branch.id, city.other_branch.id]


def test_the_books_hold_after_a_run(city):
    run_season(city)
    assert [outcome.id for outcome in verification.verify() if not outcome.holds] == []


def test_assessing_after_the_run_changes_nothing(city):
    run_season(city)
    before = books(db.session, city.season.id)
    for account_id in db.session.scalars(select(Bill.account_id)).all():
        with transaction():
            assert assessments.assess(account_id, city.season.id, by=city.clerk.id, reason="again") == 0
    assert books(db.session, city.season.id) == before


def test_the_starter_cannot_release(city):
    run = trial_of(city)
    with pytest.raises(StarterReleases), transaction():
        season_runs.release(run.id, by=city.clerk.id)


def test_one_run_at_a_time(city):
    trial_of(city)
    with pytest.raises(RunIsLive), transaction():
        season_runs.start(city.season.id, by=city.clerk.id)


def test_a_trial_before_a_new_tariff_is_not_released(city):
    run = trial_of(city)
    with transaction():
        newer = {**RESIDENTIAL, "price": "27", "valid_from": "2025-11-01"}
        factories.make_tariff(
            city.clerk,
            city.supervisor,
            newer,
            valid_from=city.season.starts_on,
            use_class=UseClass.RESIDENTIAL,
        )
    with pytest.raises(TrialIsOld), transaction():
        season_runs.release(run.id, by=city.supervisor.id)


def test_a_branch_without_an_open_day_is_named(city):
    run = trial_of(city)
    with transaction():
        business_days.close_day(city.other_branch.id, factories.TODAY, by=city.supervisor)
    with pytest.raises(DaysNotOpen, match=city.other_branch.name), transaction():
        season_runs.release(run.id, by=city.supervisor.id)


def test_nobody_assesses_while_a_run_posts(city):
    released(city)
    account_id = db.session.scalar(text("select min(id) from account"))
    with pytest.raises(RunUnderWay), transaction():
        assessments.assess(account_id, city.season.id, by=city.clerk.id, reason="too early")


def test_a_repeated_run_changes_nothing(city):
    run_season(city)
    before = books(db.session, city.season.id)
    again = run_season(city)
    assert again.state == RunState.POSTED
    assert again.totals["post"]["changed"] == 0
    assert books(db.session, city.season.id) == before


def test_late_joiners_are_billed_by_the_next_run(city):
    run_season(city)
    late = make_flat(city, 0)
    db.session.commit()
    before = books(db.session, city.season.id)
    again = run_season(city)
    assert again.totals["post"]["changed"] == 1
    bill = db.session.get_one(Bill, (city.season.id, late.id))
    assert bill.charged == sum(change.target for change in assessments.preview(late.id, city.season.id))
    assert set(before) < set(books(db.session, city.season.id))


def test_a_flat_that_closed_before_the_season_gets_its_charge_back(city):
    run_season(city)
    account_id = db.session.scalar(select(func.min(Bill.account_id)))
    with transaction():
        db.session.execute(
            text("update account set closed_on = date '2026-10-01' where id = :id"), {"id": account_id}
        )
    run_season(city)
    assert db.session.get_one(Bill, (city.season.id, account_id), populate_existing=True).charged == 0


def test_exceptions_say_why(city):
    with transaction():
        metered = make_steam(city).id
        bare = factories.make_account(city.branch, term=None).id
        public = factories.make_account(city.branch, term={"use_class": UseClass.PUBLIC}).id
    run = run_season(city)
    rows = db.session.execute(select(RunException.account_id, RunException.kind, RunException.message)).all()
    found = {row.account_id: row for row in rows}
    assert {one: found[one].kind for one in (metered, bare, public)} == {
        metered: ExceptionKind.REFUSED,
        bare: ExceptionKind.NO_TERM,
        public: ExceptionKind.NO_TARIFF,
    }
    assert "does not go by area" in found[metered].message
    assert run.totals["post"]["exceptions"] == 3
    assert run.state == RunState.POSTED


def test_an_outlier_is_told_by_last_season(city):
    run_season(city)
    with transaction():
        next_season = factories.make_season(2027)
        account_id = db.session.scalar(
            text("select account_id from supply_term where state = 'supplied' limit 1")
        )
        db.session.execute(
            text("update supply_term set building_area_m2 = building_area_m2 * 2 where account_id = :id"),
            {"id": account_id},
        )
    trial_of(city._replace(season=next_season))
    outliers = select(RunException).where(RunException.kind == ExceptionKind.OUTLIER)
    found = {row.account_id: row for row in db.session.scalars(outliers)}
    assert found[account_id].amount > Decimal("1.3") * found[account_id].previous_amount


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (
            "update {charge} set amount = amount + 1, target = target + 1 where account_id = {plain}",
            "recomputed",
        ),
        ("delete from {bill} where account_id = {plain}", "counts"),
        ("insert into {bill} select * from {bill} where account_id = {plain}", "counts"),
        (
            "update {entry} set amount = amount + case account_id when {plain} then 1 else -1 end"
            " where account_id in ({plain}, {plain} + 18)",
            "accounts",
        ),
    ],
)
def test_the_self_check_finds_a_planted_row_and_holds_the_run(city, server_url, fault, problem):
    run = released(city)
    run_id = run.id
    plain = db.session.scalar(text("select min(id) from account"))
    url = db.engine.url
    db.session.rollback()
    season_runs.season_shards.work(run_id, quiet)
    tables = {name: f"{name}_season_{city.season.id}_run" for name in ("bill", "charge", "entry")}
    db.session.rollback()
    owner = create_engine(url)
    with owner.begin() as connection:
        connection.execute(text(fault.format(plain=plain, **tables)))
    owner.dispose()
    assert season_runs.carry_out(run_id, quiet) == RunState.HELD
    held = db.session.get_one(SeasonRun, run_id)
    assert problem in held.self_check["problems"]
    assert db.session.scalar(select(func.count()).select_from(Bill)) == 0
    assert db.session.scalar(select(func.count()).select_from(Journal)) == 0
    with transaction():
        season_runs.withdraw(run_id)
    assert run_season(city).state == RunState.POSTED


WORKER = """
import sys
from heatdesk.app import create_app
from heatdesk.billing.services import season_runs
from heatdesk.config import Settings

url, run_id, stop_at = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def report(done, total):
    if done == stop_at:
        print("under way", flush=True)
        sys.stdin.read(1)

with create_app(Settings.from_environment(), url).app_context():
    season_runs.carry_out(run_id, report)
    print("done", flush=True)
"""


def start_worker(url, run_id, stop_at, home):
    """A worker that waits for a word inside the transaction of its `stop_at`-th shard."""
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, url, str(run_id), str(stop_at)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HEATDESK_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.fixture
def undisturbed(city, server_url):
    """A released run, and the books of a copy of it that nobody disturbs."""
    run_id = released(city).id
    url = db.engine.url
    season_id = city.season.id
    db.session.remove()
    db.engine.dispose()
    name = f"heatdesk_copy_{uuid.uuid4().hex[:8]}"
    copy_url = make_database(server_url, name, url.database)
    return run_id, season_id, url.render_as_string(hide_password=False), copy_url


def books_at(url, season_id):
    engine = create_engine(url)
    with engine.connect() as connection:
        found = books(connection, season_id)
    engine.dispose()
    return found


def finish(url, run_id, tmp_path):
    worker = start_worker(url, run_id, 0, tmp_path)
    assert worker.communicate()[0] == "done\n"


def test_a_killed_worker_and_a_restart_end_in_the_books_of_an_undisturbed_run(undisturbed, tmp_path):
    run_id, season_id, url, copy_url = undisturbed
    finish(copy_url, run_id, tmp_path)
    worker = start_worker(url, run_id, 3, tmp_path)
    assert worker.stdout.readline() == "under way\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    engine = create_engine(url)
    with engine.connect() as connection:
        states = connection.execute(
            text("select state, count(*) from run_shard where phase = 'post' group by state order by state")
        ).all()
    engine.dispose()
    assert [tuple(row) for row in states] == [("done", 2), ("waiting", 4)]
    finish(url, run_id, tmp_path)
    expected = books_at(copy_url, season_id)
    assert len(expected) > 100
    assert books_at(url, season_id) == expected
    worker.stdin.close()
    worker.stdout.close()


def test_two_workers_share_a_run(undisturbed, tmp_path):
    run_id, season_id, url, copy_url = undisturbed
    finish(copy_url, run_id, tmp_path)
    first = start_worker(url, run_id, 1, tmp_path)
    assert first.stdout.readline() == "under way\n"
    second = start_worker(url, run_id, 5, tmp_path)
    assert second.stdout.readline() == "under way\n"
    second.stdin.write("\n")
    second.stdin.flush()
    first.stdin.write("\n")
    first.stdin.flush()
    assert [worker.communicate()[0] for worker in (first, second)] == ["done\n", "done\n"]
    assert books_at(url, season_id) == books_at(copy_url, season_id)
