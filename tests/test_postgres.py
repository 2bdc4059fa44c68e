"""The built-in server: found again, shared, restarted after a crash, reachable under any path."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import psycopg
import pytest

from heatdesk import postgres

START = "import sys, pathlib; from heatdesk import postgres; print(postgres.start(pathlib.Path(sys.argv[1])))"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    yield home
    postgres.stop(home)


@pytest.fixture(scope="module")
def far_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("far") / ("very-" * 18) / "供热, 100% $HOME"
    yield home
    postgres.stop(home)


def ask(address: str, question: str) -> object:
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        answer = connection.execute(question.encode())
        row = answer.fetchone() if answer.description else None
    return row[0] if row else None


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def kill_server(home: Path) -> None:
    os.kill(postmaster(home), signal.SIGKILL)
    deadline = time.monotonic() + 10
    while postgres.is_running(home):
        assert time.monotonic() < deadline


def test_two_processes_starting_at_once_share_one_server(home: Path) -> None:
    starters = [
        subprocess.Popen([sys.executable, "-c", START, home], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    addresses = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    assert [starter.returncode for starter in starters] == [0, 0]
    assert addresses == {postgres.start(home)}
    assert postgres.is_running(home)


def test_a_second_start_finds_the_first_server(home: Path) -> None:
    first = postgres.start(home)
    server = postmaster(home)
    assert postgres.start(home) == first
    assert postmaster(home) == server


def test_the_server_trusts_only_who_may_enter_its_folder(home: Path) -> None:
    address = postgres.start(home)
    assert ask(address, "show listen_addresses") == ""
    folder = Path(parse_qs(urlsplit(address).query)["host"][0])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert psutil.Process(postmaster(home)).uids().real != 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("max_connections", "100"),
        ("shared_buffers", "256MB"),
        ("max_wal_size", "4GB"),
        ("timezone", "UTC"),
    ],
)
def test_the_settings_are_the_safe_and_quick_ones(home: Path, setting: str, value: str) -> None:
    assert ask(postgres.start(home), f"show {setting}") == value


def test_the_database_sorts_alike_on_every_machine(home: Path) -> None:
    found = "select datlocprovider::text || ' ' || datlocale from pg_database where datname = 'heatdesk'"
    assert ask(postgres.start(home), found) == "b C.UTF-8"


def test_what_was_committed_outlives_a_killed_server(home: Path) -> None:
    address = postgres.start(home)
    ask(address, "create table kept as select 42 as answer")
    kill_server(home)
    assert ask(postgres.start(home), "select answer from kept") == 42


def test_a_stranger_with_the_old_process_number_does_not_hinder_the_start(home: Path) -> None:
    postgres.start(home)
    kill_server(home)
    pid_file = home / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not postgres.is_running(home)
    assert ask(postgres.start(home), "select 1") == 1


def test_a_creation_that_was_killed_starts_over(far_home: Path) -> None:
    wreck = far_home / "postgres.new"
    wreck.mkdir(parents=True)
    (wreck / "PG_VERSION").write_text("18\n")
    assert ask(postgres.start(far_home), "select current_database()") == "heatdesk"


def test_a_long_path_full_of_odd_characters_works(far_home: Path) -> None:
    assert len(os.fsencode(far_home)) > 100
    address = postgres.start(far_home)
    assert ask(address, "show data_directory") == str(far_home / "postgres")
    folder = Path(parse_qs(urlsplit(address).query)["host"][0])
    assert folder != far_home / "postgres"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    postgres.stop(far_home)
    assert not postgres.is_running(far_home)
    assert not folder.exists()
    assert postgres.start(far_home) == address


def test_a_stopped_server_stays_stopped_and_starts_again(home: Path) -> None:
    postgres.start(home)
    server = psutil.Process(postmaster(home))
    postgres.stop(home)
    assert not postgres.is_running(home)
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
    postgres.stop(home)
    assert ask(postgres.start(home), "select 1") == 1


def test_a_data_folder_that_is_no_cluster_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(postgres.ServerFailed, match="pg_ctl"):
        postgres.start(tmp_path)


def test_nothing_runs_where_nothing_was_started(tmp_path: Path) -> None:
    assert not postgres.is_running(tmp_path)
    postgres.stop(tmp_path)
    assert list(tmp_path.iterdir()) == []
