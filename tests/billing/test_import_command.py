"""`heatdesk import`: the same services from the shell, refused in a sentence, nothing left behind."""

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo

from heatdesk.app import Commands
from heatdesk.auth.permissions import Role
from heatdesk.billing.cli.registers import import_register
from heatdesk.db import transaction
from tests import factories
from tests.registers import SAMPLE, fingerprint, one

TOTALS = ["--confirm-arrears", "2024-2025=527,602.66", "--confirm-prepayment", "147943.5"]


@pytest.fixture
def run(own_app):
    """Run `heatdesk import` with these arguments; gives exit code and everything printed."""
    with transaction():
        factories.make_staff(Role.BILLING_CLERK, None, login="qian")
        factories.make_staff(Role.CASHIER, None, login="zhang")
        factories.make_season(2024)
    group = Commands(commands={"import": import_register})

    def invoke(*arguments):
        script = ScriptInfo(create_app=lambda: own_app, set_debug_flag=False)
        result = CliRunner().invoke(group, ["import", *map(str, arguments)], obj=script)
        return result.exit_code, result.output

    return invoke


def test_the_sample_from_the_shell_and_again(run):
    code, said = run(SAMPLE, "--only-good-rows", "--effective-on", "2026-11-01", *TOTALS)
    assert code == 0, said
    assert "2,984 accounts were imported." in said
    assert "Row 626, column M 建筑面积: this cell is empty." in said
    assert "527,602.66" in said
    before = fingerprint()
    code, said = run(SAMPLE, "--only-good-rows", "--as", "qian")
    assert (code, fingerprint()) == (0, before)
    assert "0 accounts were imported." in said
    assert "imported before, as number 1" in said


def test_refused_without_totals_and_nothing_is_left(run):
    for arguments, sentence in (
        (["--only-good-rows"], "Arrears of 2024-2025: you typed 0.00, the file would book 527,602.66"),
        (TOTALS, "The file has 7 errors, so nothing was imported"),
    ):
        code, said = run(SAMPLE, *arguments)
        assert code == 1
        assert f"Error: {sentence}" in said
    assert one("select count(*) from import_batch") == 0


def test_a_dry_run_leaves_nothing(run):
    code, said = run(SAMPLE, "--dry-run")
    assert code == 0
    assert "Nothing was imported: this was a dry run." in said
    assert one("select count(*) from import_batch") == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--as", "nobody"], "There is no member of staff with the login “nobody”"),
        (["--as", "zhang"], "Your role does not include this"),
        (["--sheet", "没有"], "has no sheet called “没有”. Choose one of: 用户台账"),
        (["--confirm-arrears", "527602"], "should read like 2024-2025=527602.66"),
        (["--confirm-prepayment", "viel"], "“viel” is not a number"),
    ],
)
def test_what_cannot_be_meant_is_said(run, arguments, sentence):
    code, said = run(SAMPLE, *arguments)
    assert code == 1
    assert sentence in said


def test_two_clerks_must_say_who(run):
    with transaction():
        factories.make_staff(Role.BILLING_CLERK, None)
    code, said = run(SAMPLE)
    assert code == 1
    assert "Say who imports: --as LOGIN" in said
