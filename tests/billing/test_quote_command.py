"""`heatdesk quote`: JSON in, JSON out, refusals that name what is wrong."""

import json

import pytest
from click.testing import CliRunner

from heatdesk.app import main


def quote(text: str, *arguments: str):
    return CliRunner().invoke(main, ["quote", *arguments], input=text)


def test_one_case_gives_one_result():
    """W07: Taiyuan counts the excess above 3.2 m from 2.8 m."""
    done = quote('{"area": "100", "storey_height": "3.3"}', "--city", "taiyuan", "--season", "2024")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["total"] == "2070.00"


def test_a_list_gives_a_list():
    done = quote('[{"area": 89.5}, {"area": 100}]', "--city", "shenyang")
    assert [one["total"] for one in json.loads(done.stdout)] == ["2327.00", "2600.00"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"area": "100", "colour": "red"}', "colour"),
        ('{"area": "-1"}', "area"),
        ("not json", "JSON"),
        ('{"area": NaN}', "JSON"),
        ("{}", "area"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(text, named):
    done = quote(text, "--city", "shenyang")
    assert done.exit_code == 1
    assert named in done.stderr


def test_an_unknown_city_is_answered_with_the_known_ones():
    done = quote('{"area": "100"}', "--city", "atlantis")
    assert done.exit_code == 1
    assert "shenyang" in done.stderr
