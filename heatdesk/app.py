"""The composition root: the only file that knows every blueprint, job and command."""

import click
from flask import has_request_context, request, session
from flask.cli import ScriptInfo
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from heatdesk import cli, jobs, postgres, schema, tables
from heatdesk.approvals import jobs as approvals_jobs, views as approvals_views
from heatdesk.approvals.changes import approval_rule
from heatdesk.auth import services as auth
from heatdesk.auth.views import login, staff
from heatdesk.bench import cli as bench_cli
from heatdesk.billing import changes as billing_changes, cli as billing_cli, jobs as billing_jobs
from heatdesk.billing.cli import registers
from heatdesk.billing.views import (
    accounts,
    buildings,
    connections,
    counter,
    days,
    imports,
    invoices,
    meters,
    number_books,
    papers,
    payer_shares,
    payments,
    quotes,
    receipts,
    refunds,
    season_runs,
    seasons,
    settlements,
    subsidies,
    supply_terms,
    tariff_cities,
    tariff_trials,
    tariffs,
    tills,
    written_off,
)
from heatdesk.config import ASSETS, PACKAGE, Settings
from heatdesk.db import db, engine_options
from heatdesk.desk import changes as desk_changes, crossings, frame, verification as desk_verification
from heatdesk.desk.views import (
    audit_trail,
    card_exports,
    customer_card,
    home,
    jobs as job_pages,
    saved_filters,
    search,
)
from heatdesk.errors import Refusal
from heatdesk.network.views import exports as network_exports, network
from heatdesk.people.views import customers
from heatdesk.service import views as service_views
from heatdesk.web import app as web_app, pages
from heatdesk.web.app import HeatdeskApp
from heatdesk.web.guards import check_every_route_is_guarded

BLUEPRINTS = (
    *(login.bp, home.bp, search.bp, saved_filters.bp),
    *(counter.bp, payments.bp, receipts.bp, invoices.bp, papers.bp),
    *(seasons.bp, tariffs.bp, tariff_cities.bp, tariff_trials.bp, season_runs.bp, job_pages.bp),
    *(network.bp, network_exports.bp, customers.bp, accounts.bp, supply_terms.bp),
    *(customer_card.bp, card_exports.bp, audit_trail.bp, staff.bp),
    *(written_off.bp, subsidies.bp),
    *(tills.bp, days.bp, number_books.bp, imports.bp, refunds.bp),
    *(quotes.bp, buildings.bp),
    *(connections.bp, payer_shares.bp, meters.bp, settlements.bp),
    *approvals_views.BLUEPRINTS,
    *service_views.BLUEPRINTS,
)
UPLOAD_LIMIT = 64 * 1024 * 1024
_YEAR = 365 * 24 * 3600
_KNOWN = (
    tables,
    billing_jobs,
    approvals_jobs,
    jobs,
    approval_rule,
    billing_changes,
    crossings,
    desk_changes,
    desk_verification,
)
"""Imported so that every table, kind of job, kind of change request, crossing and invariant is registered."""


def create_app(settings: Settings, database_url: str) -> HeatdeskApp:
    """The application on a migrated database; raises `RuntimeError` when a route declares no permission."""
    app = HeatdeskApp(
        "heatdesk", template_folder=str(ASSETS / "templates"), static_folder=str(ASSETS / "static")
    )
    # The first noun of the network stands under the bare address and under its own, like all the others.
    app.url_map.redirect_defaults = False
    app.config.update(
        SECRET_KEY=settings.secret_key(),
        SQLALCHEMY_DATABASE_URI=database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(),
        SESSION_COOKIE_NAME="heatdesk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
        MAX_CONTENT_LENGTH=UPLOAD_LIMIT,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=1000,
        SEND_FILE_MAX_AGE_DEFAULT=_YEAR,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=str(PACKAGE / "translations"),
        HEATDESK=settings,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    CSRFProtect(app)
    Babel(app, locale_selector=choose_language)
    logins = LoginManager(app)
    logins.user_loader(auth.find_by_token)
    logins.session_protection = None
    pages.install(app)
    frame.install(app)
    web_app.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    check_every_route_is_guarded(app)
    return app


def choose_language() -> str:
    """The choice of this session, else the browser's, else Chinese; English for commands and jobs."""
    if not has_request_context():
        return "en"
    chosen = session.get("language")
    if chosen in login.LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(["zh", "en"]) or "zh"


def open_app() -> HeatdeskApp:
    """The application as the environment describes it, on a started and migrated database."""
    settings = Settings.from_environment()
    url = cli.owner_url(settings)
    schema.migrate(url)
    return create_app(settings, url)


class Commands(click.Group):
    """A refusal of a command is one sentence and exit 1, not a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from refusal


@click.group(cls=Commands)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Heatdesk: billing counter, service desk and inspection of a district-heating utility."""
    settings = Settings.from_environment()
    stops_server = settings.database_url is None and not postgres.is_running(settings.prepare_home())
    ctx.obj = ScriptInfo(create_app=open_app, set_debug_flag=False)
    if stops_server and ctx.invoked_subcommand != "worker":
        ctx.call_on_close(lambda: postgres.stop(settings.home))


for command in (
    cli.serve,
    cli.demo,
    cli.worker,
    cli.doctor_command,
    cli.create_administrator,
    cli.backup_command,
    cli.restore_command,
    bench_cli.command,
    billing_cli.bill,
    billing_cli.verify,
    billing_cli.export_ledger,
    billing_cli.quote,
    registers.import_register,
):
    main.add_command(command)

if __name__ == "__main__":
    main()
