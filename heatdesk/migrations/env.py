"""Alembic's entry: runs the revisions on the connection that `heatdesk.schema.migrate()` hands over."""

from alembic import context

from heatdesk.db import Model

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Model.metadata,
    compare_type=True,
    include_object=context.config.attributes.get("include_object"),
)
with context.begin_transaction():
    context.run_migrations()
