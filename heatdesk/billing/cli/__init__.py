"""Billing's commands: `heatdesk bill`, `verify`, `export-ledger`, `quote`."""

import json
from typing import TextIO

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission
from heatdesk.billing.models import Season, SeasonRun
from heatdesk.billing.rules.workflow import RunState
from heatdesk.billing.services import ledger_exports, quotes, season_runs, seasons, verification
from heatdesk.billing.services.season_workers import Crew, crew
from heatdesk.billing.services.verification.report import Outcome, as_json
from heatdesk.db import db, transaction
from heatdesk.errors import BadInput, NotAllowed, Refusal
from heatdesk.money import format_money

COULD_NOT_CHECK = 2


@click.command("bill")
@click.argument("season")
@click.option("--as", "starter", metavar="LOGIN", help="Who starts the trial.")
@click.option("--release-as", "releaser", metavar="LOGIN", help="Who, as a second person, releases it.")
@click.option("--trial", "only_trial", is_flag=True, help="Count only; post nothing.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64))
@with_appcontext
def bill(season: str, starter: str | None, releaser: str | None, *, only_trial: bool, processes: int) -> None:
    """Bill SEASON (its code, such as 2026-2027): trial, release by a second person, post, check.

    A run that was interrupted is gone on with. Repeating the command changes nothing.
    """
    try:
        with crew(processes) as workers:
            run_id = _run_to_carry_out(season, starter)
            state = _carry_out(workers, run_id)
            if state == RunState.TRIAL_DONE and not only_trial:
                with transaction():
                    by = _staff(releaser, "--release-as", Permission.RUN_RELEASE)
                with transaction(by):
                    season_runs.release(run_id, by=by)
                state = _carry_out(workers, run_id)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if state == RunState.HELD:
        raise click.ClickException(
            "The self-check disagrees: the run is held and none of its bills is visible."
        )


def _run_to_carry_out(code: str, starter: str | None) -> int:
    """The season's run under way, or a new one."""
    with transaction():
        season = db.session.scalar(select(Season).where(Season.code == code))
        if season is None:
            raise BadInput("There is no season %(code)s. Create it first.", code=code)
        season_id, run = season.id, seasons.live_run(season.id)
        if run is not None:
            click.echo(f"going on with run {run.id} ({run.state.value})")
            return run.id
        by = _staff(starter, "--as", Permission.RUN_START)
    with transaction(by):
        return season_runs.start(season_id, by=by).id


def _carry_out(workers: Crew, run_id: int) -> RunState:
    state = workers.carry_out(run_id, _show_progress)
    with transaction():
        run = db.session.get_one(SeasonRun, run_id)
        for phase, totals in (run.totals or {}).items():
            if isinstance(totals, dict):
                click.echo(
                    f"{phase}: {totals['accounts']:,} flats, {totals['charged']:,} with a bill, "
                    f"{totals['exceptions']:,} exceptions, {totals['changed']:,} changed by "
                    f"{format_money(season_runs.yuan(totals['fen']))} yuan"
                )
    click.echo(f"run {run_id}: {state.value}")
    return state


def _show_progress(done: int, total: int) -> None:
    click.echo(f"shard {done} of {total}")


def _staff(login: str | None, option: str, permission: Permission) -> int:
    if login is None:
        raise BadInput("Say who does it: %(option)s LOGIN.", option=option)
    staff = db.session.scalar(select(Staff).where(Staff.login == login, Staff.is_active))
    if staff is None:
        raise BadInput("There is no active member of staff with the login %(login)s.", login=login)
    if not staff.may(permission):
        raise NotAllowed
    return staff.id


@click.command()
@click.option("--json", "wants_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def verify(*, wants_json: bool) -> None:
    """Check the invariants of the books. Exit 0: all hold, 1: some are broken, 2: it could not be checked."""
    try:
        outcomes = verification.verify()
    except DBAPIError as error:
        click.echo(f"The books could not be checked: {error.orig}", err=True)
        raise SystemExit(COULD_NOT_CHECK) from error
    if wants_json:
        click.echo(json.dumps(as_json(outcomes), ensure_ascii=False, indent=1))
    else:
        _print(outcomes)
    if not all(outcome.holds for outcome in outcomes):
        raise SystemExit(1)


def _print(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        click.echo(f"{'holds ' if outcome.holds else 'BROKEN'} {outcome.id:>4}  {outcome.statement}")
        for case in outcome.cases:
            click.echo(f"             {case}")
        if outcome.broken > len(outcome.cases):
            click.echo(f"             … and {outcome.broken - len(outcome.cases)} more")
    broken = sum(not outcome.holds for outcome in outcomes)
    click.echo("Everything holds." if not broken else f"{broken} of {len(outcomes)} invariants are broken.")


@click.command(name="export-ledger")
@click.option("--format", "form", type=click.Choice(["hledger", "csv"]), required=True)
@click.option(
    "--output", type=click.File("w", encoding="utf-8"), default="-", help="File; else standard output."
)
@with_appcontext
def export_ledger(form: str, output: TextIO) -> None:
    """Write every entry of the books for another tool."""
    write = ledger_exports.write_hledger if form == "hledger" else ledger_exports.write_csv
    count = write(output)
    click.echo(f"{count} entries written", err=True)


@click.command()
@click.option("--city", required=True, help="Name of a sample tariff, such as shenyang.")
@click.option("--season", help="The year the season starts in; else the latest of the city.")
def quote(city: str, season: str | None) -> None:
    """Work out one case or a list of cases, JSON on standard input, and print the fee with its steps as JSON."""
    with click.open_file("-", encoding="utf-8") as standard_input:
        payload = quotes.read_payload(standard_input.read())
    click.echo(json.dumps(quotes.quote(payload, city, season), ensure_ascii=False, indent=1))
