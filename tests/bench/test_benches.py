"""Every bench runs at a size of seconds and finds its own work in order; how fast it was says nothing here."""

from collections import defaultdict
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from heatdesk.bench import pages, payments, search
from heatdesk.bench.cli import benches, command
from heatdesk.bench.measuring import Stopwatch, in_turn, own_database, percentile


@pytest.fixture(autouse=True)
def _installation(monkeypatch, server_url, tmp_path):
    """The benches find the server that the tests run on."""
    monkeypatch.setenv("HEATDESK_DATABASE_URL", server_url)
    monkeypatch.setenv("HEATDESK_HOME", str(tmp_path))


def test_all_benches_are_known():
    assert set(benches()) == {"importing", "invoices", "pages", "payments", "search", "season", "trial"}


def test_a_database_of_its_own_is_dropped_even_after_a_failure(server_url):
    with pytest.raises(ZeroDivisionError), own_database() as url:
        name = make_url(url).database
        raise ZeroDivisionError
    engine = create_engine(server_url)
    with engine.connect() as connection:
        assert (
            connection.scalar(text("select count(*) from pg_database where datname = :name"), {"name": name})
            == 0
        )
    engine.dispose()


def test_search_answers_every_kind(monkeypatch):
    monkeypatch.setattr(search, "_WORDS", 5)
    told = search.run(rows=2000, rounds=1)
    assert set(search.KINDS) | set(search.TARGETS) <= set(told)


def test_payments_are_booked_exactly_once(monkeypatch):
    monkeypatch.setenv("HEATDESK_WEB_PROCESSES", "2")
    told = payments.run(rows=32, rounds=1)
    assert told["acknowledged and in the books exactly once"] == "32"
    assert told["verify"] == "everything holds"


@pytest.mark.parametrize("receipts", [["1", "2"], ["1", "2", "2"], ["1", "2", "3", "4"]])
def test_a_lost_or_doubled_payment_stops_the_bench(monkeypatch, receipts):
    monkeypatch.setattr(payments, "payments_of", lambda _logins: 3)
    with pytest.raises(RuntimeError, match="acknowledged"):
        payments._check(SimpleNamespace(logins=["a"]), [SimpleNamespace(receipts=receipts)])


def test_the_season_runs():
    season = benches()["season"]
    assert set(season.TARGETS) <= set(season.run(rows=2000, rounds=1))


def test_a_tariff_is_tried():
    trial = benches()["trial"]
    told = trial.run(rows=2000, rounds=1)
    assert set(trial.TARGETS) <= set(told)
    assert told["rows in the books before and after"] == "0 and 0"


def test_the_import_holds():
    assert benches()["importing"].run(rows=300)["verify"] == "everything holds"


def test_every_page_is_asked_for(monkeypatch):
    told = benches()["pages"].run(rows=2000, rounds=1)
    assert set(pages.TARGETS) <= set(told)
    assert int(told["pages"]) == sum(map(len, pages.PAGES.values()))


def test_no_list_is_forgotten(shared_app):
    """A new list is measured at a million rows, too."""
    places = defaultdict(lambda: "1", noun="offices")
    adapter = shared_app.url_map.bind("localhost")
    asked = {
        adapter.match(page.format_map(places).partition("?")[0])[0]
        for asked_by in pages.PAGES.values()
        for page in asked_by
    }
    lists = {rule.endpoint for rule in shared_app.url_map.iter_rules() if rule.endpoint.endswith(".index")}
    assert lists - asked == {"receipts.index", "network_exports.index"}, (
        "add the list to heatdesk/bench/pages.txt; a receipt is looked up, an export is a file"
    )


def test_invoices_are_drawn_by_the_command():
    answer = CliRunner().invoke(command, ["invoices", "--rows", "20", "--rounds", "1"])
    assert answer.exit_code == 0, answer.output
    assert "heatdesk / plain canvas" in answer.output
    assert "≥ 60" in answer.output


def test_a_wrong_name_names_the_right_ones():
    answer = CliRunner().invoke(command, ["nothing"])
    assert answer.exit_code == 2
    assert "search" in answer.output


def test_contestants_take_turns():
    turns = []
    found = in_turn(2, {"a": lambda: turns.append("a") or 1.0, "b": lambda: turns.append("b") or 2.0})
    assert turns == ["a", "b", "a", "b"]
    assert found == {"a": [1.0, 1.0], "b": [2.0, 2.0]}


def test_percentiles():
    assert percentile([float(value) for value in range(101)], 95) == 95
    assert percentile([3.0], 95) == 3.0


def test_a_stopwatch_without_a_session_of_this_machine_knows_the_clock():
    times = Stopwatch(2**31 - 1).time(sum, range(1000))
    assert times.busy == times.passed
