"""Settings from the environment: defaults that work, and refusals that say what to write instead."""

import stat
from pathlib import Path

import pytest

from heatdesk.config import ASSETS, BadSetting, Settings, default_home


def test_without_any_setting_the_program_serves_this_machine(tmp_path: Path) -> None:
    settings = Settings.from_environment({"XDG_DATA_HOME": str(tmp_path)})
    assert settings.host == "127.0.0.1"
    assert settings.port == 8000
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.database_url is None
    assert settings.home.name == "heatdesk"
    assert settings.workers >= 1
    assert settings.web_processes >= 2


def test_every_setting_is_taken_from_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "HEATDESK_HOME": "/srv/heat",
            "HEATDESK_HOST": "0.0.0.0",
            "HEATDESK_PORT": "9000",
            "HEATDESK_PUBLIC_URL": "https://heat.example.org/desk/",
            "HEATDESK_DATABASE_URL": "postgresql://clerk:p%40ss@db:5433/heat?sslmode=require",
            "HEATDESK_WORKERS": "3",
            "HEATDESK_WEB_PROCESSES": "5",
        }
    )
    assert settings == Settings(
        home=Path("/srv/heat"),
        host="0.0.0.0",
        port=9000,
        public_url="https://heat.example.org/desk",
        database_url="postgresql+psycopg://clerk:p%40ss@db:5433/heat?sslmode=require",
        workers=3,
        web_processes=5,
    )


def test_an_empty_value_counts_as_not_set() -> None:
    settings = Settings.from_environment({"HEATDESK_DATABASE_URL": " ", "HEATDESK_PORT": ""})
    assert (settings.database_url, settings.port) == (None, 8000)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_names_the_driver_we_have(scheme: str) -> None:
    settings = Settings.from_environment({"HEATDESK_DATABASE_URL": f"{scheme}:///heat?host=/run/pg"})
    assert settings.database_url == "postgresql+psycopg:///heat?host=/run/pg"


@pytest.mark.parametrize(
    ("host", "visited"),
    [("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "[::1]"), ("counter.lan", "counter.lan")],
)
def test_the_printed_address_can_be_visited(host: str, visited: str) -> None:
    settings = Settings.from_environment({"HEATDESK_HOST": host})
    assert settings.public_url == f"http://{visited}:8000"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HEATDESK_PORT", "http"),
        ("HEATDESK_PORT", "0"),
        ("HEATDESK_PORT", "65536"),
        ("HEATDESK_PORT", "８０００"),
        ("HEATDESK_WORKERS", "-1"),
        ("HEATDESK_WEB_PROCESSES", "2.5"),
        ("HEATDESK_PUBLIC_URL", "heat.example.org"),
        ("HEATDESK_DATABASE_URL", "mysql://root@db/heat"),
        ("HEATDESK_DATABASE_URL", "postgresql"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.from_environment({name: text})


def test_the_refusal_of_a_database_does_not_repeat_its_password() -> None:
    with pytest.raises(BadSetting) as refusal:
        Settings.from_environment({"HEATDESK_DATABASE_URL": "mysql://clerk:geheim@db/heat"})
    assert "geheim" not in str(refusal.value)


def test_the_home_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings.from_environment({"HEATDESK_HOME": str(tmp_path / "a" / "b")})
    assert stat.S_IMODE(settings.prepare_home().stat().st_mode) == 0o700


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings.from_environment({"HEATDESK_HOME": str(tmp_path / "file" / "home")})
    with pytest.raises(BadSetting, match="HEATDESK_HOME"):
        settings.prepare_home()


def test_the_secret_is_drawn_once_and_kept_private(tmp_path: Path) -> None:
    settings = Settings.from_environment({"HEATDESK_HOME": str(tmp_path / "home")})
    secret = settings.secret_key()
    assert len(secret) == 64
    assert settings.secret_key() == secret
    assert [path.name for path in settings.home.iterdir()] == ["secret"]
    assert stat.S_IMODE((settings.home / "secret").stat().st_mode) == 0o600


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    first, second = (
        Settings.from_environment({"HEATDESK_HOME": str(tmp_path / name)}).secret_key() for name in "ab"
    )
    assert first != second


@pytest.mark.parametrize(
    ("platform", "environment", "ending"),
    [
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/heatdesk"),
        ("linux", {}, ".local/share/heatdesk"),
        ("darwin", {}, "Library/Application Support/heatdesk"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/heatdesk"),
    ],
)
def test_data_lies_where_the_system_keeps_it(platform: str, environment: dict[str, str], ending: str) -> None:
    assert default_home(environment, platform).as_posix().endswith(ending)


def test_the_assets_are_found_beside_or_inside_the_package() -> None:
    assert (ASSETS / "static").is_dir()
