"""`heatdesk serve`, `worker`, `doctor`: what keeps an installation running. The slices' commands join in `app.py`."""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.engine import make_url

from heatdesk import backup, doctor, jobs, postgres, schema
from heatdesk.auth import staffing
from heatdesk.config import Settings
from heatdesk.db import transaction
from heatdesk.demo import build as demo_data

_GRACE_S = 5.0
_POLL_S = 0.2
_RESTART_PAUSE_S = 1.0


@click.command()
@with_appcontext
def serve() -> None:
    """Serve heatdesk: the web processes and the workers, until interrupted."""
    settings: Settings = current_app.config["HEATDESK"]
    click.echo(f"heatdesk is served on {settings.public_url} (Ctrl+C stops it)")
    fleet = Fleet(web=settings.web_command(), workers=settings.workers)
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda _number, _frame: fleet.ask_to_stop())
    fleet.run()


@click.command()
@click.option("--no-serve", is_flag=True, help="Only build the demo's data.")
@with_appcontext
@click.pass_context
def demo(ctx: click.Context, *, no_serve: bool) -> None:
    """Build a believable utility in an empty installation, print a login per role, and serve it."""
    if demo_data.is_built():
        click.echo("The demo is already built.")
    else:
        demo_data.build(lambda step: click.echo(f"  {step}"))
    settings: Settings = current_app.config["HEATDESK"]
    click.echo(f"\n  {settings.public_url}\n")
    for login, name, role in demo_data.PEOPLE:
        click.echo(f"  {login:<12} {demo_data.PASSWORD}   {role.value}, {name}")
    click.echo("")
    if not no_serve:
        ctx.invoke(serve)


@click.command()
@with_appcontext
def worker() -> None:
    """Carry out queued jobs until interrupted; `heatdesk serve` starts its own."""
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"]).set(drivername="postgresql")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    asyncio.run(jobs.work(app, url.render_as_string(hide_password=False)))


@click.command(name="doctor")
@with_appcontext
def doctor_command() -> None:
    """Look at the installation and say what is wrong; exit 1 when something is."""
    findings = doctor.examine(current_app.config["HEATDESK"])
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_fine else 'BAD '} {finding.what}: {finding.saw}")
        if not finding.is_fine:
            click.echo(f"      → {finding.advice}")
    if not all(finding.is_fine for finding in findings):
        raise SystemExit(1)


@click.command()
@click.argument("login")
@click.argument("name")
@with_appcontext
def create_administrator(login: str, name: str) -> None:
    """Make an administrator LOGIN called NAME, who then makes everybody else on the page of staff."""
    with transaction():
        password = staffing.create_administrator(login, name)
    click.echo(f"{login} signs in with {password} and sets a password of their own.")


@click.command(name="backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_command(file: Path) -> None:
    """Write everything into one FILE, while people go on working."""
    size = backup.save(owner_url(Settings.from_environment()), file)
    click.echo(f"{file}: {size / 1e6:.1f} MB")


@click.command(name="restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_command(file: Path) -> None:
    """Bring everything back from a backup FILE into an empty database, and migrate it to this release."""
    url = owner_url(Settings.from_environment())
    backup.restore(url, file)
    schema.migrate(url)
    click.echo("Restored. Run `heatdesk verify` before anybody works on it.")


def owner_url(settings: Settings) -> str:
    """The database's address as its owner; starts the built-in server when no other is named."""
    return settings.database_url or postgres.start(settings.prepare_home())


@dataclass
class Fleet:
    """The processes of one installation; a worker that dies is started again, a dead web server ends the rest."""

    web: list[str]
    workers: int
    _stopping: bool = False
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def ask_to_stop(self) -> None:
        self._stopping = True

    def run(self) -> None:
        """Start everything, watch it, and stop it again; raises `SystemExit` when the web server gave up."""
        self._start("web", self.web)
        names = [f"worker {number}" for number in range(1, self.workers + 1)]
        try:
            while not self._stopping:
                if self._running["web"].poll() is not None:
                    raise SystemExit("The web server stopped; its last lines above say why.")
                for name in names:
                    process = self._running.get(name)
                    if process is None or process.poll() is not None:
                        if process is not None:
                            logging.getLogger(__name__).warning("%s ended; it is started again", name)
                            time.sleep(_RESTART_PAUSE_S)
                        self._start(name, [sys.executable, "-m", "heatdesk.app", "worker"])
                time.sleep(_POLL_S)
        finally:
            self._stop()

    def _start(self, name: str, command: list[str]) -> None:
        # A session of its own: Ctrl+C reaches only the parent, which then stops the others in order.
        self._running[name] = subprocess.Popen(command, env=os.environ, start_new_session=True)

    def _stop(self) -> None:
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + _GRACE_S
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
