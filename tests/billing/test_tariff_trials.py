"""Tariff trials: drafts on the whole register, nothing posted, the same totals whatever is killed."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, func, select, text

from heatdesk.billing.errors import (
    NothingCharged,
    NothingToTry,
    TrialIsOver,
    TrialIsRunning,
    TrialUnderWay,
)
from heatdesk.billing.models import (
    Bill,
    Charge,
    ChargeBasis,
    Entry,
    Journal,
    TariffTrial,
    TrialFlat,
    TrialShard,
)
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.rules.workflow import TrialBasis, TrialState
from heatdesk.billing.services import tariff_trials, tariffs
from heatdesk.billing.services.trial_counting import LAST_STEP, UNCHANGED, limits_of, step_of
from heatdesk.dates import now
from heatdesk.db import db, transaction
from heatdesk.web.versions import version_of
from tests.billing.season_city import RESIDENTIAL, SHOP, make_city, quiet, run_season, small_shards

BOOKS = (Bill, Charge, ChargeBasis, Journal, Entry)


@pytest.fixture
def city(own_app, monkeypatch):
    small_shards(monkeypatch, 7)
    with transaction():
        return make_city(flats=36)


def draft_of(city, parameters, **changes):
    with transaction():
        rules = TariffRules.from_parameters({**parameters, **changes})
        return tariffs.draft(rules, by=city.clerk.id).id


def begin(city, *drafts, basis=TrialBasis.APPROVED):
    with transaction():
        return tariff_trials.start(city.season.id, drafts, basis, by=city.clerk.id).id


def tried(city, *drafts, basis=TrialBasis.APPROVED):
    trial_id = begin(city, *drafts, basis=basis)
    tariff_trials.carry_out(trial_id, quiet)
    return db.session.get_one(TariffTrial, trial_id, populate_existing=True)


def count_books():
    return [db.session.scalar(select(func.count()).select_from(table)) for table in BOOKS]


def sums(trial):
    """Flats, area, before, after, rises, falls, refused, over all groups."""
    return [sum(column) for column in zip(*(group[4:] for group in trial.totals["groups"]), strict=True)]


def flats(trial):
    query = select(TrialFlat).where(TrialFlat.trial_id == trial.id).order_by(TrialFlat.account_id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def test_the_unchanged_tariff_changes_nothing_and_comes_to_the_seasons_totals(city):
    trial = tried(city, draft_of(city, RESIDENTIAL), draft_of(city, SHOP))
    assert trial.state is TrialState.DONE
    assert {flat.difference for flat in flats(trial)} == {Decimal(0)}
    assert len(flats(trial)) == 36
    count, _area, before, after, rises, falls, refused = sums(trial)
    assert (count, rises, falls, refused) == (36, 0, 0, 0)
    assert [step[2] for step in trial.totals["steps"]] == [UNCHANGED] * len(trial.totals["steps"])
    run = run_season(city)
    assert before == after == run.totals["trial"]["fen"] == run.totals["post"]["fen"]
    charged = dict(db.session.execute(select(Bill.account_id, Bill.charged)).all())
    assert {flat.account_id: flat.after for flat in flats(trial) if flat.after} == charged


def test_nothing_is_posted(city):
    before = count_books()
    tried(city, draft_of(city, RESIDENTIAL, price="31"))
    assert count_books() == before == [0] * len(BOOKS)
    run_season(city)
    before = count_books()
    tried(city, tariffs.newest("residential").id, basis=TrialBasis.CHARGED)
    assert count_books() == before


def test_a_dearer_draft_moves_only_its_class_by_exactly_the_price(city):
    trial = tried(city, draft_of(city, RESIDENTIAL, price="39", valid_from="2027-11-01"))
    by_class = {}
    for flat in flats(trial):
        by_class.setdefault(str(flat.use_class), []).append(flat)
    assert {flat.difference for flat in by_class["non_residential"]} == {Decimal(0)}
    # 39 is one and a half times 26; each charge of several lines may be a fen off.
    assert all(
        abs(flat.after - flat.before * Decimal("1.5")) <= Decimal("0.03") for flat in by_class["residential"]
    )
    count, _area, before, after, rises, falls, _refused = sums(trial)
    assert after - before == sum(int(flat.difference * 100) for flat in flats(trial)) > 0
    assert (rises, falls) == (sum(flat.difference > 0 for flat in flats(trial)), 0)
    assert sum(step[3] for step in trial.totals["steps"]) == count
    assert sum(step[4] for step in trial.totals["steps"]) == after - before


def test_compared_with_what_was_charged(city):
    run_season(city)
    trial = tried(city, draft_of(city, RESIDENTIAL, price="20"), basis=TrialBasis.CHARGED)
    charged = dict(db.session.execute(select(Bill.account_id, Bill.charged)).all())
    assert {flat.account_id: flat.before for flat in flats(trial) if flat.before} == charged
    assert sums(trial)[5] > 0


def test_flats_that_the_draft_cannot_charge_are_told_in_words(city):
    trial = tried(city, draft_of(city, RESIDENTIAL, parts=[]))
    refused = [flat for flat in flats(trial) if flat.message]
    assert len(refused) == sums(trial)[6] > 0
    assert all(flat.after is None and flat.difference is None and flat.before for flat in refused)
    assert all(flat.message % flat.values for flat in refused)


def test_what_cannot_be_started(city):
    draft = draft_of(city, RESIDENTIAL, price="27")
    with pytest.raises(NothingToTry), transaction():
        tariff_trials.start(city.season.id, [], TrialBasis.APPROVED, by=city.clerk.id)
    with pytest.raises(NothingCharged), transaction():
        tariff_trials.start(city.season.id, [draft], TrialBasis.CHARGED, by=city.clerk.id)
    begin(city, draft)
    with pytest.raises(TrialUnderWay), transaction():
        tariff_trials.start(city.season.id, [draft], TrialBasis.APPROVED, by=city.supervisor.id)


def test_stopping_and_removing(city):
    trial_id = begin(city, draft_of(city, RESIDENTIAL, price="27"))
    with pytest.raises(TrialIsRunning), transaction():
        tariff_trials.remove(trial_id)
    with transaction():
        tariff_trials.stop(trial_id)
    tariff_trials.carry_out(trial_id, quiet)
    assert db.session.scalar(select(func.count()).select_from(TrialFlat)) == 0
    with pytest.raises(TrialIsOver), transaction():
        tariff_trials.stop(trial_id)
    with transaction():
        tariff_trials.remove(trial_id)
    tariff_trials.carry_out(trial_id, quiet)
    assert [
        db.session.scalar(select(func.count()).select_from(one)) for one in (TariffTrial, TrialShard)
    ] == [0, 0]


def test_a_worker_ends_when_the_trial_is_stopped_under_its_hands(city):
    trial_id = begin(city, draft_of(city, RESIDENTIAL, price="27"))

    def stop_after_two(done, _total):
        if done == 2:
            with db.engine.begin() as other:
                other.execute(
                    text("update tariff_trial set state = 'stopped' where id = :id"), {"id": trial_id}
                )

    tariff_trials.carry_out(trial_id, stop_after_two)
    trial = db.session.get_one(TariffTrial, trial_id, populate_existing=True)
    assert (trial.state, trial.totals) == (TrialState.STOPPED, None)
    assert tariff_trials.progress(trial) == (2, 6)


def test_old_trials_go(city):
    kept = tried(city, draft_of(city, RESIDENTIAL, price="27"))
    old = tried(city, tariffs.newest("residential").id)
    with transaction():
        old.started_at = now() - timedelta(days=31)
    with transaction():
        assert tariff_trials.expire(now()) == 1
    assert db.session.scalars(select(TariffTrial.id)).all() == [kept.id]
    assert db.session.scalars(select(TrialFlat.trial_id).distinct()).all() == [kept.id]


def test_what_changed_since_is_known(city):
    draft = draft_of(city, RESIDENTIAL, price="27")
    trial = tried(city, draft)
    nothing = {"reworded": [], "approved": [], "withdrawn": [], "compared": []}
    assert tariff_trials.changes_since(trial) == nothing
    row = tariffs.newest("residential")
    dearer = TariffRules.from_parameters({**RESIDENTIAL, "price": "28", "valid_from": "2025-11-01"})
    with transaction():
        tariffs.edit(draft, dearer, seen=version_of(row), by=city.clerk.id)
    assert tariff_trials.changes_since(trial) == {**nothing, "reworded": ["residential"]}
    with transaction():
        db.session.refresh(row)
        tariffs.approve(draft, seen=version_of(row), by=city.supervisor.id)
    assert tariff_trials.changes_since(trial) == {
        **nothing,
        "reworded": ["residential"],
        "approved": ["residential"],
        "compared": ["residential"],
    }


@pytest.mark.parametrize("fen", [0, 1, 2000, 2001, 5000, 500_000, 500_001, 10**9])
@pytest.mark.parametrize("sign", [1, -1])
def test_every_difference_lies_within_the_limits_of_its_step(fen, sign):
    step, yuan = step_of(sign * fen), Decimal(sign * fen).scaleb(-2)
    assert 0 <= step <= LAST_STEP
    least, most = limits_of(step)
    assert least is None or least <= yuan
    assert most is None or yuan <= most


WORKER = """
import sys
from heatdesk.app import create_app
from heatdesk.billing.services import tariff_trials
from heatdesk.config import Settings

url, trial_id, stop_at = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def report(done, total):
    if done == stop_at:
        print("under way", flush=True)
        sys.stdin.read(1)

with create_app(Settings.from_environment(), url).app_context():
    tariff_trials.carry_out(trial_id, report)
    print("done", flush=True)
"""


def test_a_killed_worker_and_a_restart_come_to_the_same_totals(city, tmp_path):
    draft = draft_of(city, RESIDENTIAL, price="27")
    expected = tried(city, draft)
    rows = [(flat.account_id, flat.before, flat.after) for flat in flats(expected)]
    trial_id, totals = begin(city, draft), expected.totals
    url = db.engine.url.render_as_string(hide_password=False)
    db.session.remove()
    environment = {**os.environ, "HEATDESK_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, url, str(trial_id), "3"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as worker:
        assert worker.stdout.readline() == "under way\n"
        worker.send_signal(signal.SIGKILL)
    engine = create_engine(url)
    with engine.connect() as connection:
        done = connection.scalar(
            text("select count(*) from trial_shard where trial_id = :id and state = 'done'"), {"id": trial_id}
        )
    engine.dispose()
    assert done == 2
    tariff_trials.carry_out(trial_id, quiet)
    trial = db.session.get_one(TariffTrial, trial_id, populate_existing=True)
    assert trial.totals == totals
    assert [(flat.account_id, flat.before, flat.after) for flat in flats(trial)] == rows
    assert count_books() == [0] * len(BOOKS)
