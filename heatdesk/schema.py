"""Bring a database to the schema of this release, and compare the two."""

from importlib.resources import files
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from heatdesk.db import Model

_MIGRATION_LOCK = 4_860_117
"""Advisory lock key: two processes that start at once migrate one after the other."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("heatdesk") / "migrations"))
    return config


def migrate(owner_url: str) -> None:
    """Run what is missing, as the owner of the tables; safe to call at every start and from several processes."""
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def differences(connection: Connection) -> list[Any]:
    """What the models and the database disagree on; empty when the migrations are complete."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_object": belongs_to_the_models}
    )
    return list(compare_metadata(context, Model.metadata))


def belongs_to_the_models(_thing: object, name: str | None, kind: str, *_more: object) -> bool:
    """Partitions and the queue's own tables are made by SQL and are not models."""
    return not (
        kind == "table" and name is not None and (name.startswith("procrastinate_") or "_season_" in name)
    )
