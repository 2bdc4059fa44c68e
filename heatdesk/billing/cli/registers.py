"""`heatdesk import`: the screens' import from the shell, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission
from heatdesk.billing.models import ImportBatch
from heatdesk.billing.rules.register_cells import read_amount
from heatdesk.billing.services import register_files, register_imports
from heatdesk.billing.services.register_opening import ControlTotals
from heatdesk.billing.services.register_reports import faults_in, totals_in, unlisted
from heatdesk.db import db, set_actor, transaction
from heatdesk.errors import BadInput, NotAllowed
from heatdesk.money import ZERO, format_money

_COUNTS = {
    "rows_read": "rows read",
    "new": "new accounts",
    "unchanged": "known and unchanged",
    "different": "known and different",
    "phones": "telephones added",
    "left_out": "left out",
    "twice": "twice in the file",
    "errors": "errors",
    "warnings": "warnings",
}


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--as", "login", help="Login of the member of staff who imports; else the only clerk of head office."
)
@click.option("--sheet", help="Sheet of the workbook; else the first that looks like a register.")
@click.option(
    "--effective-on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day the register holds from; else the first of the season under way.",
)
@click.option(
    "--only-good-rows", is_flag=True, help="Import what has no error; else one error stops everything."
)
@click.option(
    "--confirm-arrears", multiple=True, metavar="SEASON=SUM", help="Control total of arrears, per season."
)
@click.option("--confirm-prepayment", metavar="SUM", help="Control total of prepayments.")
@click.option("--dry-run", is_flag=True, help="Only check, and say what would happen.")
@with_appcontext
def import_register(
    *,
    file: Path,
    login: str | None,
    sheet: str | None,
    effective_on: datetime | None,
    only_good_rows: bool,
    confirm_arrears: tuple[str, ...],
    confirm_prepayment: str | None,
    dry_run: bool,
) -> None:
    """Bring the households of a register file in, all in one transaction. Exit 1 with a sentence when refused."""
    confirmed = _control_totals(confirm_arrears, confirm_prepayment)
    with _importing(login, keep=not dry_run) as by:
        batch = register_imports.upload(file.name, file.read_bytes(), by)
        if sheet is not None:
            register_imports.choose_sheet(batch, sheet)
        _check(batch, effective_on.date() if effective_on else batch.effective_on, by)
        if not dry_run:
            report = register_imports.apply(batch, only_good_rows=only_good_rows, confirmed=confirmed, by=by)
            click.echo(f"{report['applied']['accounts']:,} accounts were imported.")


class _DryRun(Exception):
    """Ends the transaction of a dry run without keeping anything."""


@contextmanager
def _importing(login: str | None, *, keep: bool) -> Iterator[Staff]:
    """One transaction in the name of a clerk; a dry run and a refusal leave nothing behind."""
    try:
        with transaction():
            by = _clerk(login)
            set_actor(by.id)
            yield by
            if not keep:
                raise _DryRun
    except _DryRun:
        click.echo("Nothing was imported: this was a dry run.")


def _clerk(login: str | None) -> Staff:
    """Who imports; raises `BadInput` when that is not clear and `NotAllowed` when the role does not include it."""
    if login is not None:
        named = db.session.scalar(select(Staff).where(Staff.login == login, Staff.is_active))
        if named is None:
            raise BadInput("There is no member of staff with the login “%(login)s”.", login=login)
        if not named.may(Permission.REGISTER_IMPORT):
            raise NotAllowed
        return named
    of_head_office = select(Staff).where(Staff.is_active, Staff.branch_id.is_(None)).order_by(Staff.id)
    clerks = [staff for staff in db.session.scalars(of_head_office) if staff.may(Permission.REGISTER_IMPORT)]
    if len(clerks) != 1:
        raise BadInput("Say who imports: --as LOGIN, the login of a billing clerk.")
    return clerks[0]


def _check(batch: ImportBatch, effective_on: date, by: Staff) -> None:
    """Check by the columns as their names say, or as they were confirmed last, and print what was found."""
    header = tuple((batch.report or {})["file"]["header"])
    mapping, _remembered = register_files.suggest_mapping(header, by)
    register_imports.confirm_mapping(batch, mapping, effective_on)
    report = register_imports.check(batch, by)
    for fault in faults_in(report):
        click.echo(f"{fault.severity.value:>7}  {fault.sentence()}", err=True)
    if more := unlisted(report):
        click.echo(f"         … and {more:,} more", err=True)
    for name, label in _COUNTS.items():
        click.echo(f"{label + ':':<26}{report['counts'][name]:>18,}")
    totals = totals_in(report)
    click.echo(f"{'area of new accounts, m²:':<26}{format_money(totals.building_area_m2):>18}")
    for season, amount in totals.arrears.items():
        click.echo(f"{f'arrears of {season}:':<26}{format_money(amount):>18}")
    click.echo(f"{'prepayments:':<26}{format_money(totals.prepayments):>18}")
    if before := register_imports.applied_before(batch):
        click.echo(f"This very file was imported before, as number {before.id}.")


def _control_totals(arrears: tuple[str, ...], prepayment: str | None) -> ControlTotals:
    """What was typed; raises `BadInput` naming what cannot be read."""
    typed: dict[str, Decimal] = {}
    for text in arrears:
        season, mark, amount = text.partition("=")
        if not mark:
            raise BadInput("“%(text)s” should read like 2024-2025=527602.66.", text=text)
        typed[season.strip()] = _amount(amount)
    return ControlTotals(typed, None if prepayment is None else _amount(prepayment))


def _amount(text: str) -> Decimal:
    amount, fault = read_amount(text)
    if fault is not None:
        raise BadInput(fault.message, **fault.values)
    return amount or ZERO
