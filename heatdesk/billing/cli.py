"""Billing's commands: `heatdesk verify`, `heatdesk export-ledger`, `heatdesk quote`."""

import json
from typing import TextIO

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from heatdesk.billing.services import ledger_exports, quotes, verification
from heatdesk.billing.services.verification.report import Outcome, as_json

COULD_NOT_CHECK = 2


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
