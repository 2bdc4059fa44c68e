"""`heatdesk bill SEASON`: the same run from the shell, by processes of its own."""

import pytest
from sqlalchemy import select

from heatdesk.billing.cli import bill
from heatdesk.billing.models import Bill, SeasonRun
from heatdesk.billing.rules.workflow import RunState
from heatdesk.db import db
from tests import factories
from tests.billing.season_city import books, make_city, make_flat, small_shards


@pytest.fixture
def city(own_app, monkeypatch):
    small_shards(monkeypatch, 5)
    made = make_city(flats=18)
    db.session.commit()
    return made


@pytest.fixture
def command(own_app, city):
    """Run the command with the two people's logins and these arguments."""

    def run(*arguments):
        people = ["--as", city.clerk.login, "--release-as", city.supervisor.login]
        return own_app.test_cli_runner().invoke(bill, ["2026-2027", *people, *arguments])

    return run


def test_it_bills_and_repeating_it_changes_nothing(city, command):
    first = command()
    assert first.exit_code == 0, first.output
    assert "run 1: posted" in first.output
    assert "shard 4 of 4" in first.output
    before = books(db.session, city.season.id)
    again = command()
    assert "0 changed by 0.00 yuan" in again.output
    assert books(db.session, city.season.id) == before


def test_helpers_share_the_work(city, command):
    done = command("--processes", "2")
    assert done.exit_code == 0, done.output
    assert db.session.scalar(select(SeasonRun.state)) == RunState.POSTED


def test_a_trial_posts_nothing_and_the_next_call_goes_on_with_it(city, command):
    assert "waits" not in command("--trial").output
    assert db.session.scalar(select(Bill.account_id).limit(1)) is None
    assert "going on with run 1 (trial_done)" in command().output
    assert db.session.scalar(select(SeasonRun.state)) == RunState.POSTED


def test_late_joiners_are_billed_by_calling_it_again(city, command):
    command()
    late = make_flat(city, 0)
    db.session.commit()
    assert "1 changed" in command().output
    assert db.session.get(Bill, (city.season.id, late.id)) is not None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["2031-2032", "--as", "x"], "There is no season 2031-2032"),
        (["2026-2027"], "Say who does it: --as LOGIN"),
        (["2026-2027", "--as", "nobody"], "no active member of staff with the login nobody"),
    ],
)
def test_it_refuses_in_words(own_app, city, arguments, sentence):
    answer = own_app.test_cli_runner().invoke(bill, arguments)
    assert answer.exit_code == 1
    assert sentence in answer.output


def test_nobody_does_what_their_role_does_not_include(own_app, city):
    people = ["--as", city.supervisor.login, "--release-as", city.supervisor.login]
    answer = own_app.test_cli_runner().invoke(bill, ["2026-2027", *people])
    assert "Your role does not include this" in answer.output
    answer = own_app.test_cli_runner().invoke(
        bill, ["2026-2027", "--as", city.clerk.login, "--release-as", city.clerk.login]
    )
    assert answer.exit_code == 1
    factories.make_account(city.branch)
    assert db.session.scalar(select(SeasonRun.state)) == RunState.TRIAL_DONE
